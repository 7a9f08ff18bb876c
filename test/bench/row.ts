/** One line of `npm run bench`. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What the value should reach, and what it means to: smaller is better with "<=", larger with ">=". */
  readonly goal: number;
  readonly is: "<=" | ">=";
  /** What it was compared with, in words. */
  readonly beside: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
