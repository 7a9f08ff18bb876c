import type { ReactiveController, ReactiveControllerHost } from "lit";

interface Source {
  addEventListener(type: string, listener: (event: Event) => void, options?: AddEventListenerOptions): void;
}

/**
 * Keeps an element listening to one of its properties (a Call, a Roster, ...), also when the property changes or the
 * element moves, and renders it anew at each event. Elements hold no call state of their own.
 */
export class Listen implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Source | null | undefined;
  readonly #types: readonly string[];
  readonly #onEvent: (event: Event) => void;
  #current: Source | null = null;
  #listening = new AbortController();

  constructor(
    host: ReactiveControllerHost,
    source: () => Source | null | undefined,
    types: readonly string[],
    onEvent?: (event: Event) => void,
  ) {
    this.#host = host;
    this.#source = source;
    this.#types = types;
    this.#onEvent = (event) => {
      onEvent?.(event);
      host.requestUpdate();
    };
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const source = this.#source() ?? null;
    if (source === this.#current) return;
    this.hostDisconnected();
    this.#current = source;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    for (const type of this.#types) source?.addEventListener(type, this.#onEvent, { signal });
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#current = null;
  }
}
