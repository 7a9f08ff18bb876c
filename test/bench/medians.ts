import { median } from "./row.js";

export interface Pace {
  readonly rounds: number;
  /** Microseconds that one task may take in one round. */
  readonly budget: number;
  /** CPU time, or where that cannot be had the time, in microseconds. */
  readonly clock: () => number;
}

/**
 * Microseconds of one call of each task: the median of many rounds in which each has its turn. What the machine does
 * beside falls on all of them, so that ratios keep still where times do not.
 */
export function medians(tasks: ReadonlyMap<string, () => unknown>, pace: Pace): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  // Twice: what is measured is code that the engine has compiled, among everything else that it has compiled.
  for (const [name, task] of [...tasks, ...tasks]) counts.set(name, warmUp(task, pace));
  const names = [...tasks.keys()];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < pace.rounds; round++) {
    // Each round starts elsewhere, so that nobody always pays for the garbage of the same neighbour.
    for (const index of names.keys()) {
      const name = names[(index + round) % names.length]!;
      times.get(name)!.push(timeOf(tasks.get(name)!, counts.get(name)!, pace.clock));
    }
  }
  return new Map(names.map((name) => [name, median(times.get(name)!)]));
}

/** How many calls fill the budget. */
function warmUp(task: () => unknown, { budget, clock }: Pace): number {
  const begin = clock();
  let calls = 0;
  do {
    for (let i = 0; i < 10; i++) task();
    calls += 10;
  } while (clock() - begin < budget * 20);
  return Math.max(1, Math.round((calls * budget) / (clock() - begin)));
}

function timeOf(task: () => unknown, count: number, clock: Pace["clock"]): number {
  const begin = clock();
  for (let i = 0; i < count; i++) task();
  return (clock() - begin) / count;
}
