import { bareJid, normaliseJid } from "./jid.js";

/** What lives for a while with some account. */
export interface Registered {
  readonly peer: string;
  /** When it wants to be woken; null: not at all. */
  readonly deadline: number | null;
}

interface Alarm {
  readonly at: number;
  readonly name: string;
}

/** Found by name, by account, and by who wakes next: nothing here looks through all of them. */
export class Register<T extends Registered> {
  readonly #items = new Map<string, T>();
  readonly #names = new Map<string, string[]>();
  /** A heap. What was put off or is gone stays in it until it comes up. */
  readonly #alarms: Alarm[] = [];

  get size(): number {
    return this.#items.size;
  }

  get(name: string): T | undefined {
    return this.#items.get(name);
  }

  set(name: string, item: T): void {
    const before = this.#items.get(name);
    this.#items.set(name, item);
    if (!before) {
      const account = accountOf(item.peer);
      const names = this.#names.get(account);
      if (names) names.push(name);
      else this.#names.set(account, [name]);
    }
    if (item.deadline !== null && item.deadline !== before?.deadline) push(this.#alarms, { at: item.deadline, name });
  }

  delete(name: string): boolean {
    const item = this.#items.get(name);
    if (!item) return false;
    this.#items.delete(name);
    const account = accountOf(item.peer);
    const names = this.#names.get(account)!;
    if (names.length > 1) names.splice(names.indexOf(name), 1);
    else this.#names.delete(account);
    return true;
  }

  /** Those with this account, whatever the resource. */
  with(peer: string): readonly T[] {
    return (this.#names.get(accountOf(peer)) ?? []).map((name) => this.#items.get(name)!);
  }

  get deadline(): number | null {
    return this.#next()?.at ?? null;
  }

  /** Those whose time has come, the first of them first; each is given once for each deadline. */
  due(now: number): readonly T[] {
    const found: T[] = [];
    for (let next = this.#next(); next && next.at <= now; next = this.#next()) {
      found.push(this.#items.get(next.name)!);
      pop(this.#alarms);
    }
    return found;
  }

  #next(): Alarm | undefined {
    const alarms = this.#alarms;
    while (alarms[0] && this.#items.get(alarms[0].name)?.deadline !== alarms[0].at) pop(alarms);
    return alarms[0];
  }
}

/** The same text, without the stanza that it was cut from: engines keep that as long as a piece of it is kept. */
export function own<T extends string | null | undefined>(text: T): T {
  return text && (` ${text}`.slice(1) as T);
}

function accountOf(jid: string): string {
  return normaliseJid(bareJid(jid));
}

function push(heap: Alarm[], alarm: Alarm): void {
  let at = heap.push(alarm) - 1;
  for (let up = (at - 1) >> 1; at > 0 && heap[up]!.at > alarm.at; up = (at - 1) >> 1) {
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = alarm;
}

function pop(heap: Alarm[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let down = 1; down < heap.length; down = 2 * at + 1) {
    if (down + 1 < heap.length && heap[down + 1]!.at < heap[down]!.at) down++;
    if (heap[down]!.at >= last.at) break;
    heap[at] = heap[down]!;
    at = down;
  }
  heap[at] = last;
}
