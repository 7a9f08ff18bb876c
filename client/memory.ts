// What a device remembers of an account over reloads, since no server keeps it

/** Where it is kept: `localStorage`, or a stand-in. */
export type Memory = Pick<Storage, "getItem" | "setItem">;

/** Reads JSON that was kept; undefined when there is none, or none that can be read. */
export function recall(memory: Memory | undefined, name: string): unknown {
  try {
    return JSON.parse(memory?.getItem(name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value as JSON; without room for it, or without leave, it is forgotten at the next reload. */
export function keep(memory: Memory | undefined, name: string, value: unknown): void {
  try {
    memory?.setItem(name, JSON.stringify(value));
  } catch {
    // The person loses a mark of what they have read, not what they have read.
  }
}

/** Until when (ms since the epoch) the person has seen each conversation. */
export class Seen {
  readonly #memory: Memory | undefined;
  readonly #name: string;
  #times: ReadonlyMap<string, number>;

  constructor(memory: Memory | undefined, name: string) {
    this.#memory = memory;
    this.#name = name;
    this.#times = this.#read();
  }

  /** @param account as `normaliseJid` gives it. @returns 0 for what was never seen. */
  until(account: string): number {
    return this.#times.get(account) ?? 0;
  }

  mark(account: string, time: number): void {
    if (time <= this.until(account)) return;
    // Another window of the same account may have written since.
    this.#times = new Map([...this.#times, ...this.#read(), [account, time]]);
    keep(this.#memory, this.#name, Object.fromEntries(this.#times));
  }

  #read(): ReadonlyMap<string, number> {
    const found = Object.entries(recall(this.#memory, this.#name) ?? {});
    return new Map(found.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  }
}
