/** Chance that a seed repeats (mulberry32, in the public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** In 0 ... below - 1. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(among: readonly T[]): T {
    return among[this.int(among.length)]!;
  }

  id(): string {
    return [0, 0]
      .map(() =>
        this.int(2 ** 32)
          .toString(16)
          .padStart(8, "0"),
      )
      .join("-");
  }
}
