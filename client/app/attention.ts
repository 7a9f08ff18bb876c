import type { Call } from "../ui/engine.js";
import { nameOf } from "../ui/names.js";
import { callWords } from "../ui/words.js";
import type { Session } from "./engine.js";
import { pageWords as words } from "./words.js";

/**
 * Calls for attention outside the page: the title of the tab, and for a call that rings in a hidden tab a notification
 * of the system, if it was allowed before. It never asks by itself.
 */
export class Attention {
  readonly #session: Session;
  readonly #unread: () => number;
  readonly #stopped = new AbortController();
  readonly #watched = new WeakSet<Call>();
  #notified: { readonly call: Call; readonly notification: Notification } | null = null;

  constructor(session: Session, unread: () => number) {
    this.#session = session;
    this.#unread = unread;
    const { signal } = this.#stopped;
    session.phone.addEventListener("callschange", this.#update, { signal });
    session.phone.addEventListener("incoming", this.#update, { signal });
    session.chat.addEventListener("change", this.#update, { signal });
    session.chat.addEventListener("message", this.#update, { signal });
    session.callLog.addEventListener("change", this.#update, { signal });
    document.addEventListener("visibilitychange", this.#update, { signal });
    this.#update();
  }

  stop(): void {
    this.#stopped.abort();
    this.#notified?.notification.close();
    document.title = words.title;
  }

  readonly #update = (): void => {
    const { phone, roster } = this.#session;
    for (const call of phone.calls) {
      if (this.#watched.has(call)) continue;
      this.#watched.add(call);
      call.addEventListener("statechange", this.#update, { signal: this.#stopped.signal });
    }
    const ringing = phone.calls.find((call) => call.direction === "incoming" && call.state === "ringing");
    const unread = this.#unread();
    if (ringing) document.title = callWords.isCalling(nameOf(ringing.address, roster));
    else document.title = unread > 0 ? `(${unread}) ${words.title}` : words.title;
    this.#notify(ringing ?? null);
  };

  #notify(ringing: Call | null): void {
    if (this.#notified && this.#notified.call !== ringing) {
      this.#notified.notification.close();
      this.#notified = null;
    }
    if (!ringing || this.#notified || !document.hidden || !mayNotify()) return;
    const name = nameOf(ringing.address, this.#session.roster);
    try {
      const notification = new Notification(callWords.isCalling(name), {
        body: callWords.incoming(name, ringing.video),
        tag: ringing.id,
        requireInteraction: true,
      });
      notification.addEventListener("click", () => {
        window.focus();
        notification.close();
      });
      this.#notified = { call: ringing, notification };
    } catch {
      // COMPAT(Chrome on Android): notifications come from service workers only; the page rings without.
    }
  }
}

function mayNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission === "granted";
}

/** Can the person still be asked whether notifications are wanted? */
export function mayAskToNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission === "default";
}
