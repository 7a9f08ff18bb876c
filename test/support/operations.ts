import { once } from "node:events";
import { Session } from "node:inspector";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import type { prepare } from "./work-cases.js";

/** Code whose work is counted: ours, and the parser's. */
const COUNTED = /\/(?:dist\/jingle|node_modules\/ltx)\//;

type Case = Parameters<typeof prepare>;

/**
 * Counts how many blocks of our code run, loops counted each time round (V8's precise coverage): the same on every
 * machine and in every run. What a built-in such as indexOf does inside is not in it. V8 counts in what it has compiled
 * since it was told to count, so that this is a thread of its own.
 */
export class Counter {
  readonly #worker = new Worker(new URL(import.meta.url));

  async count(...one: Case): Promise<number> {
    this.#worker.postMessage(one);
    const [count] = await once(this.#worker, "message");
    if (typeof count !== "number") throw new Error(count);
    return count;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

if (!isMainThread) await work();

async function work(): Promise<void> {
  const session = new Session();
  session.connect();
  post(session, "Profiler.enable");
  post(session, "Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const cases = await import("./work-cases.js");
  parentPort!.on("message", (one: Case) => {
    try {
      const run = cases.prepare(...one);
      // What was counted is taken, and the count begins anew.
      total(session);
      run();
      parentPort!.postMessage(total(session));
    } catch (error) {
      parentPort!.postMessage(String(error));
    }
  });
}

function total(session: Session): number {
  const { result } = post(session, "Profiler.takePreciseCoverage") as Coverage;
  return result
    .filter(({ url }) => COUNTED.test(url))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

/** The inspector of the same thread answers before `post` returns. */
function post(session: Session, method: string, parameters?: object): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}
