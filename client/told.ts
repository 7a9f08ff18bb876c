import type { SessionInfo } from "../jingle/xep/0167.js";

/** After 1, 2, 4, 8, 16 and 32 s: as long as one who lost the connection takes to come back. */
const TRIES = 6;

/** What the other side was told of us in session-info, and is told again when it was away or a lost stream took it along. */
export class Told {
  readonly #send: (info: SessionInfo) => void;
  /** The last word on each matter. */
  readonly #last = new Map<string, SessionInfo>();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (info: SessionInfo) => void) {
    this.#send = send;
  }

  say(info: SessionInfo): void {
    this.#last.set(matterOf(info), info);
    this.#tries = 0;
    this.#send(info);
  }

  /** Some of it came back. */
  unheard(): void {
    if (this.#tries >= TRIES) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        for (const info of this.#last.values()) this.#send(info);
      },
      1000 * 2 ** this.#tries++,
    );
  }

  /** The other side is there. */
  heard(): void {
    this.#tries = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function matterOf(info: SessionInfo): string {
  if (info.type === "mute" || info.type === "unmute") return `mute ${info.name}`;
  return info.type === "hold" || info.type === "unhold" ? "hold" : info.type;
}
