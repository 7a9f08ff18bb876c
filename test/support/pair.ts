import type { Element } from "ltx";
import { drive, type Machine, type Timeout } from "#jingle/machine.js";
import { keep } from "./schema.js";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: nobody waits for it. */
export class Clock {
  now = 0;
  readonly #due: Due[] = [];
  #order = 0;

  /** Runs `task` when the clock comes to `at`; the returned function takes it back. */
  schedule(at: number, task: () => void): () => void {
    const entry = { at, order: this.#order++, run: task };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index !== -1) this.#due.splice(index, 1);
    };
  }

  /** Goes on by `ms`, doing what falls due in its order. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#next();
      if (!next || next.at > end) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  #next(): Due | undefined {
    let next = this.#due[0];
    for (const one of this.#due) if (one.at < next!.at || (one.at === next!.at && one.order < next!.order)) next = one;
    return next;
  }
}

export interface Party<Input, Output> {
  readonly jid: string;
  /** Everything that was sent, as text, in order. */
  readonly sent: string[];
  /** Every output that is not a stanza to send. */
  readonly heard: Exclude<Output, { type: "send" }>[];
  feed(input: Input | Timeout): void;
}

/** A machine on the clock, whose stanzas go to `wire`. */
export function party<Input, Output extends { readonly type: string }>(
  clock: Clock,
  jid: string,
  machine: Machine<Input, Output>,
  wire: (stanza: Element) => void,
): Party<Input, Output> {
  const sent: string[] = [];
  const heard: Exclude<Output, { type: "send" }>[] = [];
  let cancel = () => {};
  const feed = drive(machine, {
    now: () => clock.now,
    wake(at, fire) {
      cancel();
      cancel = at === null ? () => {} : clock.schedule(at, fire);
    },
    perform(output) {
      if (!isSend(output)) {
        heard.push(output as Exclude<Output, { type: "send" }>);
        return;
      }
      output.stanza.attrs.from ??= jid;
      sent.push(output.stanza.toString());
      keep(output.stanza);
      wire(output.stanza);
    },
  });
  return { jid, sent, heard, feed };
}

function isSend(output: { readonly type: string }): output is { readonly type: "send"; readonly stanza: Element } {
  return output.type === "send";
}

/** Ids that tell who made them; only a test may be so predictable. */
export function counter(prefix: string): () => string {
  let n = 0;
  return () => `${prefix}${++n}`;
}
