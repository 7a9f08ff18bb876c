import { randomBytes } from "node:crypto";

/** Time and chance of a link; a test brings its own. */
export interface Environment {
  /** Calls back after so many milliseconds, unless the function that it returns was called before. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** A number in 0..1. */
  readonly random: () => number;
  /** 128 unpredictable bits that are an XML name. */
  readonly newId: () => string;
}

export function defaultEnvironment(): Environment {
  return {
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    newId: () => `j${randomBytes(16).toString("hex")}`,
  };
}
