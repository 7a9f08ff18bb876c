import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "#prosody/ports.mjs";
import { root } from "../support/root.js";
import type { TestAccount } from "../support/server.js";

const running = new Set<ChildProcess>();

/** `npm start`'s program in a group of its own, with a data folder and a port of its own. */
export class Starter {
  output = "";
  errors = "";
  readonly child: ChildProcess;
  readonly #exit: Promise<unknown>;

  constructor(
    readonly port: number,
    readonly data: string,
    environment: NodeJS.ProcessEnv = {},
    folder = root,
  ) {
    const { PROSODY: _choice, npm_execpath: _npm, ...own } = process.env;
    // An engine of this machine, which would be the first choice, is out of reach: docker.test.ts brings its own.
    const defaults = { PORT: String(port), JINGLEWIRE_DATA: data, DOCKER_HOST: "unix:///nowhere" };
    const env = { ...own, ...defaults, ...environment };
    const script = join(folder, "prosody/start.mjs");
    this.child = spawn(process.execPath, [script], {
      cwd: folder,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(this.child);
    this.child.stdout!.setEncoding("utf8").on("data", (text) => {
      this.output += text;
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.errors += text;
    });
    this.#exit = once(this.child, "close").finally(() => running.delete(this.child));
  }

  get address(): string {
    return `http://localhost:${this.port}/`;
  }

  /** Resolves when the output has `text`; rejects when the program ends without it. */
  async said(text: string): Promise<void> {
    const ended = this.#exit.then(() => {
      if (!this.output.includes(text)) throw new Error(`ended without "${text}": ${this.output}${this.errors}`);
    });
    while (!this.output.includes(text)) await Promise.race([once(this.child.stdout!, "data"), ended]);
  }

  /** Resolves with the exit code when it is gone, 128 + n when a signal ended it without its doing. */
  async ended(): Promise<number> {
    await this.#exit;
    return this.child.exitCode ?? 128;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.child.kill(signal);
    return this.ended();
  }
}

/** A folder for the length of a test; `clear` ends what still runs and removes every one. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-start-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

export async function clear(): Promise<void> {
  for (const child of running) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts it and waits for the ready line. */
export async function started(environment: NodeJS.ProcessEnv = {}, data?: string): Promise<Starter> {
  const [port] = await freePorts(1);
  const starter = new Starter(port!, data ?? (await temporaryFolder()), environment);
  await starter.said("ready");
  return starter;
}

/** The ready-made accounts, in their order. */
export async function accountsOf({ data }: Starter): Promise<readonly [TestAccount, TestAccount, ...TestAccount[]]> {
  return JSON.parse(await readFile(join(data, "accounts.json"), "utf8"));
}

/** The process that the kernel knows as a child of the starter and that runs our command. */
export async function componentOf(starter: Starter): Promise<number> {
  const children = await readFile(`/proc/${starter.child.pid}/task/${starter.child.pid}/children`, "utf8");
  for (const pid of children.trim().split(" ").map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    if (command.includes("component/main.js")) return pid;
  }
  return assert.fail(`no component among ${children}`);
}
