import { toBase64 } from "./scram.js";
import type { WebSocketConstructor } from "./stream.js";

/** Time, chance and network of a connection; a test brings its own. */
export interface Environment {
  readonly WebSocket: WebSocketConstructor;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Absent in a page that is not a secure context. */
  readonly subtle: SubtleCrypto | undefined;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Calls back after so many milliseconds, unless the function that it returns was called before. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** Fires "online" when the machine has a network again: the window, where there is one. */
  readonly network: EventTarget | null;
}

export function defaultEnvironment(): Environment {
  return {
    WebSocket: globalThis.WebSocket,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    subtle: crypto.subtle,
    now: () => performance.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    network: typeof globalThis.addEventListener === "function" ? globalThis : null,
  };
}

/** `length` characters of A-Z, a-z, 0-9, - and _. */
export function randomName(length: number, randomBytes: Environment["randomBytes"]): string {
  const text = toBase64(randomBytes(Math.ceil((length * 3) / 4)));
  return text.slice(0, length).replaceAll("+", "-").replaceAll("/", "_");
}

/** A number in 0..1. */
export function chance(randomBytes: Environment["randomBytes"]): number {
  return (randomBytes(1)[0] ?? 0) / 255;
}
