import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "#prosody/install.mjs";
import { undoAll, undoLater } from "../component/undo.js";
import { GOAL, heapPerSession, workPerStanza } from "../jingle/idle-sessions.js";
import { newAccounts, privateServer } from "../support/prosody.js";
import type { Cost, WayName } from "./calls/client.js";
import { median, type Row } from "./row.js";
import { PEERS } from "./translator.bench.js";

/** performance.md: what one call costs, and what a session does. */
export async function* bench(): AsyncGenerator<Row> {
  try {
    yield* await setUps();
  } finally {
    await undoAll();
  }
  yield* idleSessions();
}

const NAMES = ["json", "strings", "ours", "stanza", "stanza early"] as const satisfies readonly WayName[];
const ROUNDS = 21;
const WARM = 4;
const CALLS = 5;

async function setUps(): Promise<readonly Row[]> {
  await ensureInstalled({ root: PEERS, say: console.log });
  const costs = await measured();
  const ratio = (what: keyof Cost, other: WayName) =>
    median(costs.ours.map((own, round) => own[what] / costs[other][round]![what]));
  const value = (what: keyof Cost, name: WayName) => median(costs[name].map((cost) => cost[what]));
  const all = (what: keyof Cost, unit: string, digits: number) =>
    NAMES.map((name) => `${name} ${value(what, name).toFixed(digits)}${unit}`).join(", ");
  const row = (what: string, value: number, goal: number, ...beside: readonly string[]): Row => {
    return { what, value, unit: "x", goal, is: "<=", beside };
  };
  return [
    row("a call set up, time against a JSON relay", ratio("time", "json"), 7, all("time", " ms", 2)),
    row("a call set up, time against raw strings over the same Prosody", ratio("time", "strings"), 2),
    row("a call set up, bytes against the JSON relay", ratio("bytes", "json"), 1.6, all("bytes", "", 0)),
    row("a call set up, both clients' CPU against stanza", ratio("cpu", "stanza"), 0.08, all("cpu", " ms", 2)),
    row("the same, when stanza too has every candidate early", ratio("cpu", "stanza early"), 0.08),
  ];
}

/** Medians of a round's calls, round by round; all ways have their turn in each. */
async function measured(): Promise<Readonly<Record<WayName, readonly Cost[]>>> {
  const { service, ...server } = await privateServer();
  undoLater(() => server.stop());
  const relay = child("relay");
  const [port] = await once(relay, "message");
  const clients = new Map<WayName, ChildProcess>();
  for (const name of NAMES) {
    const [caller, callee] = await newAccounts({ service, ...server }, "caller", "callee");
    const place = { service: name === "json" ? `ws://127.0.0.1:${port}/` : service, caller, callee };
    const client = child("client");
    client.send({ name, place });
    await once(client, "message");
    clients.set(name, client);
  }
  const found: Record<WayName, Cost[]> = { json: [], strings: [], ours: [], stanza: [], "stanza early": [] };
  for (let round = -WARM; round < ROUNDS; round++) {
    for (const index of NAMES.keys()) {
      const name = NAMES[(index + round + WARM) % NAMES.length]!;
      const client = clients.get(name)!;
      client.send(round < 0 ? CALLS * 3 : CALLS);
      const [costs] = (await once(client, "message")) as [readonly Cost[]];
      if (round >= 0) found[name].push(middle(costs));
    }
  }
  return found;
}

function middle(costs: readonly Cost[]): Cost {
  const of = (what: keyof Cost) => median(costs.map((cost) => cost[what]));
  return { time: of("time"), cpu: of("cpu"), bytes: of("bytes") };
}

function child(name: "relay" | "client"): ChildProcess {
  const one = fork(fileURLToPath(new URL(`calls/${name}.js`, import.meta.url)));
  undoLater(async () => {
    one.disconnect();
    await once(one, "exit");
  });
  return one;
}

const SESSIONS = 10_000;

function* idleSessions(): Generator<Row> {
  const [small, large] = [0, 60].map((payloads) => heapPerSession(payloads, SESSIONS)) as [number, number];
  const bytes = (what: string, value: number): Row => ({
    what,
    value,
    unit: " bytes",
    goal: GOAL,
    is: "<=",
    beside: [],
  });
  yield bytes(`heap per idle session, of ${SESSIONS}`, small);
  yield bytes("the same with 120 more payload types in each description", large);
  const work = workPerStanza([10, SESSIONS]);
  yield {
    what: `work per stanza with ${SESSIONS} sessions, against 10`,
    value: work.get(SESSIONS)! / work.get(10)!,
    unit: "x",
    goal: 1,
    is: "<=",
    beside: [[...work].map(([sessions, us]) => `${sessions}: ${us.toFixed(2)} us`).join(", ")],
  };
}
