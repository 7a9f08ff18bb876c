// Both clients of one way, in a process whose CPU time is theirs. Started by calls.bench.ts.
import { setTimeout } from "node:timers/promises";
import { json } from "./json.js";
import { ours } from "./ours.js";
import { stanza } from "./stanza.js";
import { strings } from "./strings.js";
import { bytesOf, type Place, type Way } from "./way.js";

export const WAYS = {
  json,
  strings,
  ours,
  stanza: (place: Place) => stanza(place, false),
  "stanza early": (place: Place) => stanza(place, true),
} satisfies Record<string, (place: Place) => Promise<Way>>;

export type WayName = keyof typeof WAYS;

/** Of one call. */
export interface Cost {
  /** ms until it is complete. */
  readonly time: number;
  /** ms of both clients, with the acknowledgements that come after. */
  readonly cpu: number;
  readonly bytes: number;
}

if (process.send) {
  process.on("disconnect", () => process.exit());
  process.once("message", async ({ name, place }: { name: WayName; place: Place }) => {
    const way = await WAYS[name](place);
    process.on("message", async (calls: number) => {
      const costs: Cost[] = [];
      for (let i = 0; i < calls; i++) costs.push(await costOf(way));
      process.send?.(costs);
    });
    process.send?.("ready");
  });
}

async function costOf(way: Way): Promise<Cost> {
  await quiet(way);
  const [bytes, cpu, begin] = [bytesOf(way.sockets), process.cpuUsage(), performance.now()];
  await way.call();
  const time = performance.now() - begin;
  await quiet(way);
  const { user, system } = process.cpuUsage(cpu);
  const cost = { time, cpu: (user + system) / 1000, bytes: bytesOf(way.sockets) - bytes };
  await way.end();
  return cost;
}

/** Until nothing more comes. */
async function quiet({ sockets }: Way): Promise<void> {
  for (let before = -1; before !== bytesOf(sockets); ) {
    before = bytesOf(sockets);
    await setTimeout(15);
  }
}
