import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainProsody } from "#prosody/obtain.mjs";
import { type ProsodyOptions, type ProsodyServer, startProsody } from "#prosody/server.mjs";
import { afterAllTests } from "./cleanup.js";
import { root } from "./root.js";

export interface TestServer extends ProsodyServer {
  /** The WebSocket address that clients connect to. */
  readonly service: string;
}

let shared: Promise<TestServer> | undefined;

/**
 * The one Prosody that the tests of this mocha process share, started by the first that asks and stopped after the
 * last. Tests keep out of each other's way by accounts of their own: see `newAccounts`.
 */
export function testServer(): Promise<TestServer> {
  shared ??= privateServer();
  return shared;
}

/** A Prosody for one test alone, which may stop or kill it; what is left of it is stopped after the last test. */
export async function privateServer(
  options: Omit<ProsodyOptions, "dataDir" | "obtained" | "signal"> = {},
): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "jinglewire-prosody-"));
  afterAllTests(() => rm(dataDir, { recursive: true, force: true }));
  const obtained = await obtainProsody({ dir: join(root, ".jinglewire/prosody") });
  const server = await startProsody({ dataDir, obtained, ...options });
  afterAllTests(() => server.stop());
  return { ...server, service: `ws://127.0.0.1:${server.httpPort}/xmpp-websocket` };
}

export interface TestAccount {
  readonly user: string;
  readonly address: string;
  readonly password: string;
}

let made = 0;

/**
 * Makes one fresh account per name on a server, each other's contacts with subscription both ways; the user parts get
 * a number, so that no test meets another's accounts.
 */
export async function newAccounts<const Names extends readonly string[]>(
  server: TestServer,
  ...names: Names
): Promise<{ readonly [Index in keyof Names]: TestAccount }> {
  made += 1;
  const accounts = names.map((name) => {
    const user = `${name.toLowerCase()}-${made}`;
    return { name, user, address: `${user}@${server.domain}`, password: `password-of-${user}` };
  });
  for (const account of accounts) {
    const contacts = accounts.filter((other) => other !== account);
    await server.register(
      account.user,
      account.password,
      contacts.map(({ name, address }) => ({ address, name })),
    );
  }
  return accounts as unknown as { readonly [Index in keyof Names]: TestAccount };
}
