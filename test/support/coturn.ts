import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isUnpacked, librariesOf, unpackPackages } from "#prosody/debian.mjs";
import { freePorts } from "#prosody/ports.mjs";
import { CommandError, endGroup, run } from "#prosody/run.mjs";
import { afterAllTests } from "./cleanup.js";
import { root } from "./root.js";

export interface Coturn {
  readonly port: number;
  /**
   * Has coturn's own client allocate two relays with these credentials and send packets from one to the other; resolves
   * with how many came.
   */
  relayed(username: string, password: string): Promise<number>;
}

/** A coturn of Debian bookworm on loopback with a configuration of ours, stopped after the last test. */
export async function coturn(configuration: string): Promise<Coturn> {
  const { program, env } = await programs(await obtainCoturn());
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-coturn-"));
  afterAllTests(() => rm(folder, { recursive: true, force: true }));
  const [port] = (await freePorts(1)) as [number];
  const file = join(folder, "turnserver.conf");
  await writeFile(file, configuration);
  // What the command line says wins: a free port, a place of our own, and relaying to loopback, where both callers are.
  const own = [`--listening-port=${port}`, `--userdb=${join(folder, "db")}`, `--pidfile=${join(folder, "pid")}`];
  const child = spawn(program("turnserver"), ["-c", file, ...own, "--allow-loopback-peers"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env,
  });
  afterAllTests(() => endGroup(child));
  const ended = once(child, "exit").then(() => Promise.reject(new Error("coturn did not start")));
  await Promise.race([listening(createInterface({ input: child.stdout! })), ended]);
  ended.catch(() => {});
  child.stdout!.resume();
  return {
    port,
    async relayed(username, password) {
      const talk = ["-p", String(port), "-u", username, "-w", password, "-y", "-n", "5", "-m", "1", "127.0.0.1"];
      const { stdout } = await run(program("turnutils_uclient"), talk, { env }).catch((error) => {
        if (error instanceof CommandError) return { stdout: "" };
        throw error;
      });
      const counts = [...stdout.matchAll(/tot_recv_msgs=(\d+)/g)].map(([, count]) => Number(count));
      return Math.max(0, ...counts);
    },
  };
}

/** Finds or fetches Debian's coturn, without root; `npm run test:all` does so before the tests. */
export async function obtainCoturn(say?: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const prefix = join(root, ".jinglewire/coturn/unpacked");
  if (await isUnpacked(prefix, WISHES)) return prefix;
  await unpackPackages({
    title: "coturn",
    advice: "run the tests on Debian or Ubuntu, with access to a mirror of Debian",
    prefix,
    wishes: WISHES,
    async complete(tree) {
      const { program, env } = await programs(tree);
      await run(program("turnadmin"), ["--help"], { env, signal }).catch((error) => {
        if (!(error instanceof CommandError) || !/Usage/.test(error.output)) throw error;
      });
    },
    ...(say && { say }),
    ...(signal && { signal }),
  });
  return prefix;
}

const WISHES = {
  packages: ["coturn"],
  suite: "bookworm",
  loaded: (name: string) => /^(coturn|lib)/.test(name) && !/^libc6/.test(name),
};

async function programs(prefix: string) {
  const { folders } = await librariesOf(prefix);
  return {
    program: (name: string) => join(prefix, "usr/bin", name),
    env: { ...process.env, LD_LIBRARY_PATH: folders.join(":") },
  };
}

async function listening(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) if (line.includes("SQLite DB connection success")) return;
}
