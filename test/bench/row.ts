/** One line of `npm run bench`: smaller is better. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number;
  /** What it was compared with, in words. */
  readonly beside: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
