import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "#prosody/install.mjs";
import { root } from "../support/root.js";
import type { Row } from "./row.js";
import { growth, type Peers, translations } from "./translations.js";

/** Where the translators live that ours is compared with, with a package.json of their own. */
export const PEERS = join(root, "test/bench/peers");

export async function* bench(): AsyncGenerator<Row> {
  await ensureInstalled({ root: PEERS, say: console.log });
  const peers: Peers = await import(pathToFileURL(join(PEERS, "peers.mjs")).href);
  const clock = () => process.cpuUsage().user;
  const goals = { out: 15, in: 5, ofLtxOut: 0.4, ofLtxIn: 0.6 };
  yield* translations(readVector, peers, goals, { rounds: 41, budget: 8_000, clock });
  yield* growth(readVector, { rounds: 21, budget: 30_000, clock });
}

export function readVector(name: string): Promise<string> {
  return readFile(join(root, "test/vectors/sdp/chrome", name), "utf8");
}
