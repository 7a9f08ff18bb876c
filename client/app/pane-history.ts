interface Entry {
  readonly conversation: string;
}

/**
 * Where one pane shows at a time, the browser's Back (a swipe, on phones) leads from a conversation to the list instead
 * of away from the page and out of a call.
 */
export class PaneHistory {
  readonly #show: (address: string | null) => void;

  constructor(show: (address: string | null) => void) {
    this.#show = show;
  }

  connect(): void {
    window.addEventListener("popstate", this.#onPop);
    if (entry()) history.replaceState(null, "");
  }

  disconnect(): void {
    window.removeEventListener("popstate", this.#onPop);
    if (entry()) history.replaceState(null, "");
  }

  /** A conversation is opened in place of the list. */
  enter(address: string): void {
    const state: Entry = { conversation: address };
    if (entry()) history.replaceState(state, "");
    else history.pushState(state, "");
  }

  /** Goes back to the list, the same way the browser would. */
  leave(): void {
    if (entry()) history.back();
    else this.#show(null);
  }

  readonly #onPop = (): void => this.#show(entry()?.conversation ?? null);
}

function entry(): Entry | null {
  const state = history.state as Partial<Entry> | null;
  return typeof state?.conversation === "string" ? { conversation: state.conversation } : null;
}
