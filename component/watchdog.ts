import type { Environment } from "./environment.js";

export interface Watched {
  /** Whether anything came since it was asked last. */
  takeHeard(): boolean;
  /** Asks the server for a sign of life; resolves when it came. */
  ping(timeout: number): Promise<unknown>;
  /** There was none. */
  dead(): void;
}

/** Milliseconds. */
const ROUND = 5000;
const PATIENCE = 15_000;

/**
 * Finds a connection that is silently gone: after 5 to 10 s of silence the server is asked, and then has 15 s. TCP alone
 * takes a quarter of an hour. A server that has never answered such a ping is left in peace: it may not route it.
 * Returns what ends the watch.
 */
export function watch(watched: Watched, after: Environment["after"]): () => void {
  let over = false;
  let asking = false;
  let answers = false;
  let cancel = after(ROUND, round);
  return () => {
    over = true;
    cancel();
  };

  function round(): void {
    cancel = after(ROUND, round);
    if (watched.takeHeard() || asking) return;
    asking = true;
    watched.ping(PATIENCE).then(
      () => end(true),
      () => end(false),
    );
  }

  function end(answered: boolean): void {
    asking = false;
    answers ||= answered;
    if (!over && !answered && answers && !watched.takeHeard()) watched.dead();
  }
}
