import { randomInt } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { PROPERTIES } from "../support/hostile-properties.js";

export interface FuzzOptions {
  readonly minutes: number;
  /** Of the only round; absent: a new one for each round. */
  readonly seed?: number | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Rounds of all properties until the time is up; false at the first failure, which it tells. */
export async function fuzz({ minutes, seed, say, signal }: FuzzOptions): Promise<boolean> {
  const end = performance.now() + minutes * 60_000;
  let runs = 0;
  for (let round = 1; ; round++) {
    const used = seed ?? randomInt(-(2 ** 31), 2 ** 31);
    for (const one of PROPERTIES) {
      await setImmediate();
      signal.throwIfAborted();
      const details = await fc.check(one.property, { seed: used, numRuns: one.runs });
      runs += details.numRuns;
      if (!details.failed) continue;
      say(`FAILED  ${one.title}`);
      say(fc.defaultReportMessage(details) ?? "");
      say(String(details.errorInstance));
      say(`Again: npm run fuzz -- --seed ${used}. Mended, the input goes to test/vectors/hostile.`);
      return false;
    }
    if (seed === undefined && performance.now() < end) continue;
    say(`${runs} runs in ${round} ${round === 1 ? "round" : "rounds"}, and nothing failed`);
    return true;
  }
}
