const pending: (() => Promise<unknown>)[] = [];

/** Has `undo` called when this test is over, the latest first. */
export function undoLater(undo: () => Promise<unknown>): void {
  pending.push(undo);
}

/** For afterEach. */
export async function undoAll(): Promise<void> {
  for (const undo of pending.splice(0).reverse()) await undo();
}
