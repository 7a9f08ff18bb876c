import type { Role } from "../jingle/xep/0166-words.js";
import type { Dialect } from "./dialects.js";

/** Browsers often come back by themselves; only then is a restart worth its trouble. ms */
const PATIENCE = 3_000;
/** Both sides notice: the responder leaves the initiator the first word. ms */
const POLITENESS = 2_000;
/** How long a call may stay without media. ms */
const GIVE_UP = 30_000;

export interface RecoveryPort {
  restart(): void;
  giveUp(): void;
  /** Goes on in another session, once; what comes of that is said by `changed` as before. */
  replace(): void;
}

/** Brings a connection that was there back by an ICE restart, or gives it up (RFC 8445 §9). */
export class Recovery {
  readonly #port: RecoveryPort;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #end: ReturnType<typeof setTimeout> | undefined;
  #isReplaced = false;

  constructor(port: RecoveryPort) {
    this.#port = port;
  }

  /**
   * @param wasConnected a connection that never was is not brought back, but given up as soon as it fails.
   * @param restart when the other side's client may be asked for a restart: where never, it is called anew, once.
   */
  changed(state: RTCPeerConnectionState, wasConnected: boolean, role: Role, restart: Dialect["restart"]): void {
    if (state === "connected" || state === "closed") {
      this.stop();
      this.#isReplaced = false;
    } else if (state === "failed" && restart === "never" && wasConnected && !this.#isReplaced) {
      this.stop();
      this.#isReplaced = true;
      this.#port.replace();
    } else if (state === "failed" && (!wasConnected || restart === "never")) {
      this.#port.giveUp();
    } else if (state === "failed" || state === "disconnected") {
      this.#end ??= setTimeout(() => this.#port.giveUp(), GIVE_UP);
      if (state === "disconnected" && restart !== "early") return;
      if (restart === "as-initiator" && role === "responder") return;
      const patience = (state === "failed" ? 0 : PATIENCE) + (role === "initiator" ? 0 : POLITENESS);
      clearTimeout(this.#restart);
      this.#restart = setTimeout(() => this.#port.restart(), patience);
    }
  }

  stop(): void {
    clearTimeout(this.#restart);
    clearTimeout(this.#end);
    this.#end = undefined;
  }
}
