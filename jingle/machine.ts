/** The one shape of every machine: outputs are returned, nothing inside calls back, time is an argument. */
export interface Machine<Input, Output> {
  /** @param now milliseconds on any clock that only goes forward. */
  handle(input: Input | Timeout, now: number): readonly Output[];
  /** When the machine next wants a `timeout` input, on the same clock; null: not at all. */
  readonly deadline: number | null;
}

export interface Timeout {
  readonly type: "timeout";
}

/** What a machine needs of the world. */
export interface Ports<Output> {
  now(): number;
  /** Arranges one call of `fire` at `at` and forgets the previous arrangement; null only forgets. */
  wake(at: number | null, fire: () => void): void;
  perform(output: Output): void;
}

/**
 * Runs a machine on real ports; the returned function feeds it. Performing an output may feed it again: the machine
 * moves on at once, and the new outputs are performed after those that already wait, so order on the wire is kept.
 */
export function drive<Input, Output>(
  machine: Machine<Input, Output>,
  ports: Ports<Output>,
): (input: Input | Timeout) => void {
  const waiting: Output[] = [];
  let performing = false;
  return function feed(input) {
    waiting.push(...machine.handle(input, ports.now()));
    ports.wake(machine.deadline, () => feed({ type: "timeout" }));
    if (performing) return;
    performing = true;
    try {
      for (let output = waiting.shift(); output !== undefined; output = waiting.shift()) ports.perform(output);
    } finally {
      performing = false;
    }
  };
}
