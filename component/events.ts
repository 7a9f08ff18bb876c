type Listener<Event> = (event: Event) => void;

/**
 * As EventTarget, but typed, without the price of an Event object for each stanza, and a listener that throws harms
 * nobody else: what it threw is told as "fault", and only where nobody hears that it becomes an uncaught exception.
 */
export class Events<EventMap extends { readonly fault: unknown }> {
  readonly #listeners = new Map<keyof EventMap, readonly Listener<never>[]>();

  addEventListener<Name extends keyof EventMap>(
    type: Name,
    listener: Listener<EventMap[Name]>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): void {
    if (signal?.aborted || this.#of(type).includes(listener)) return;
    this.#listeners.set(type, [...this.#of(type), listener]);
    signal?.addEventListener("abort", () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener<Name extends keyof EventMap>(type: Name, listener: Listener<EventMap[Name]>): void {
    const others = this.#of(type).filter((one) => one !== listener);
    this.#listeners.set(type, others);
  }

  protected tell<Name extends keyof EventMap>(type: Name, event: EventMap[Name]): void {
    const listeners = this.#of(type);
    if (type === "fault" && listeners.length === 0) uncaught(event);
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        if (type === "fault") uncaught(error);
        else this.tell("fault", error as EventMap["fault"]);
      }
    }
  }

  #of<Name extends keyof EventMap>(type: Name): readonly Listener<EventMap[Name]>[] {
    return (this.#listeners.get(type) ?? []) as readonly Listener<unknown>[];
  }
}

function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
