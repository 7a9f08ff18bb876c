import { Call, type CallControls, type CallEnd, type CallFacts } from "./call.js";
import { firstFacts } from "./call-facts.js";
import type { CallFlow } from "./call-flow.js";
import type { CallHandle, CallPlan } from "./switchboard.js";

/** One call of a phone: what its owner holds, and its inside as soon as that is loaded. */
export class Line implements CallHandle {
  readonly plan: CallPlan;
  readonly call: Call;
  readonly update: (change: Partial<CallFacts>) => void;
  #flow: CallFlow | null = null;
  #waiting: ((flow: CallFlow) => void)[] = [];

  constructor(plan: CallPlan) {
    this.plan = plan;
    const controls = {
      now: (): CallControls | undefined => this.#flow?.controls,
      soon: (task: (inside: CallControls) => void) => this.soon(({ controls }) => task(controls)),
    };
    let update: (change: Partial<CallFacts>) => void = () => {};
    this.call = new Call(firstFacts(plan), controls, (bound) => {
      update = bound;
    });
    this.update = update;
  }

  /** Null while it is being loaded. */
  get flow(): CallFlow | null {
    return this.#flow;
  }

  /** Ours, and nobody has been told yet. */
  get isDialling(): boolean {
    return this.#flow ? this.#flow.isDialling : this.plan.direction === "outgoing";
  }

  /** Runs a task on the call's inside: at once, or in the order they came once it is there. */
  soon(task: (flow: CallFlow) => void): void {
    if (this.#flow) task(this.#flow);
    else this.#waiting.push(task);
  }

  open(flow: CallFlow): void {
    this.#flow = flow;
    for (const task of this.#waiting.splice(0)) task(flow);
  }

  /** Its inside could not be loaded. */
  fail(end: CallEnd): void {
    this.#waiting = [];
    this.update({ state: "ended", end, endedAt: Date.now() });
  }
}
