const pending: (() => Promise<unknown>)[] = [];

/** Has `undo` called when all tests of this mocha process are over, the latest first. */
export function afterAllTests(undo: () => Promise<unknown>): void {
  pending.push(undo);
}

/** Called once, by the root hook. Every undo runs, even when another one fails. */
export async function cleanUp(): Promise<void> {
  const problems: unknown[] = [];
  for (const undo of pending.splice(0).reverse()) await undo().catch((problem: unknown) => problems.push(problem));
  if (problems.length > 0) throw new AggregateError(problems, "cleaning up after the tests failed");
}
