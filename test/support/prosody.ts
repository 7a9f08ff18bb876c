import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Obtained, obtainProsody } from "#prosody/obtain.mjs";
import { type ProsodyOptions, type ProsodyServer, startProsody } from "#prosody/server.mjs";
import { afterAllTests } from "./cleanup.js";
import { root } from "./root.js";
import type { XmppServer } from "./server.js";

export { newAccounts, type TestAccount } from "./server.js";

export interface TestServer extends ProsodyServer, XmppServer {}

let shared: Promise<TestServer> | undefined;

/**
 * The one Prosody that the tests of this mocha process share, started by the first that asks and stopped after the
 * last. Tests keep out of each other's way by accounts of their own: see `newAccounts`.
 */
export function testServer(): Promise<TestServer> {
  shared ??= privateServer();
  return shared;
}

type Options = Omit<ProsodyOptions, "dataDir" | "obtained" | "signal">;

/** A Prosody for one test alone, which may stop or kill it; what is left of it is stopped after the last test. */
export async function privateServer(options: Options = {}): Promise<TestServer> {
  return running(await obtainProsody({ dir: join(root, ".jinglewire/prosody") }), options);
}

/** The same from Debian's packages: this machine's release, or Debian trixie for a Prosody 13.0. */
export async function unpackedServer(suite: "trixie" | undefined, options: Options = {}): Promise<TestServer> {
  return running(await obtainUnpacked(suite), options);
}

/** Finds or fetches Debian's Prosody; `npm run test:all` does so before the tests. */
export function obtainUnpacked(
  suite?: "trixie",
  say?: (line: string) => void,
  signal?: AbortSignal,
): Promise<Obtained> {
  const dir = join(root, ".jinglewire", suite ? "prosody-13" : "prosody");
  return obtainProsody({
    dir,
    choice: "unpacked",
    ...(suite && { suite }),
    ...(say && { say }),
    ...(signal && { signal }),
  });
}

async function running(obtained: Obtained, options: Options): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "jinglewire-prosody-"));
  afterAllTests(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startProsody({ dataDir, obtained, ...options });
  afterAllTests(() => server.stop());
  return { ...server, service: `ws://127.0.0.1:${server.httpPort}/xmpp-websocket` };
}
