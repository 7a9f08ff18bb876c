import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Call, Phone } from "./engine.js";

/**
 * Tells an element which calls to show: the one that rings for us, and the one that is live or has just ended. An ended
 * call stays until `dismiss()` or until another takes its place.
 */
export class Calls implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #phone: () => Phone | null;
  readonly #answered = new WeakSet<Call>();
  readonly #watched = new Set<Call>();
  #source: Phone | null = null;
  #ended: Call | null = null;
  #listening = new AbortController();

  constructor(host: ReactiveControllerHost, phone: () => Phone | null) {
    this.#host = host;
    this.#phone = phone;
    host.addController(this);
  }

  /** The first call that waits for our answer. */
  get incoming(): Call | null {
    return this.#source?.calls.find(rings) ?? null;
  }

  /** The first live call, else the one that ended last and has not been dismissed. */
  get current(): Call | null {
    return this.#source?.calls.find((call) => call.state !== "ended" && !rings(call)) ?? this.#ended;
  }

  /** False for a call that came in and went without our answer. */
  wasAnswered(call: Call): boolean {
    return call.direction === "outgoing" || this.#answered.has(call);
  }

  dismiss(): void {
    this.#ended = null;
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const phone = this.#phone();
    if (phone === this.#source) return;
    this.hostDisconnected();
    this.#source = phone;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    phone?.addEventListener("callschange", this.#update, { signal });
    phone?.addEventListener("incoming", this.#update, { signal });
    this.#update();
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#watched.clear();
    this.#source = null;
    this.#ended = null;
  }

  readonly #update = (): void => {
    for (const call of this.#source?.calls ?? []) {
      if (this.#watched.has(call)) continue;
      this.#watched.add(call);
      call.addEventListener("statechange", this.#update, { signal: this.#listening.signal });
    }
    for (const call of this.#watched) {
      if (call.state === "ended") {
        this.#watched.delete(call);
        this.#ended = call;
      } else if (!rings(call)) this.#answered.add(call);
    }
    this.#host.requestUpdate();
  };
}

function rings(call: Call): boolean {
  return call.direction === "incoming" && call.state === "ringing";
}
