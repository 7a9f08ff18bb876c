import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Element } from "ltx";
import { xml } from "#jingle/index.js";
import { newAccounts, privateServer, type TestServer } from "../support/prosody.js";
import { root } from "../support/root.js";
import { client, componentOf, heard, running } from "./links.js";
import { undoAll, undoLater } from "./undo.js";

interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** `jinglewire component` as a process. */
class Program {
  output = "";
  errors = "";
  readonly child: ChildProcess;
  readonly messages: unknown[] = [];
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}, channel = false) {
    this.child = spawn(process.execPath, [join(root, "dist/component/main.js"), ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ["ignore", "pipe", "pipe", ...(channel ? (["ipc"] as const) : [])],
    });
    this.child.stdout!.setEncoding("utf8").on("data", (text) => {
      this.output += text;
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.errors += text;
    });
    this.child.on("message", (message) => this.messages.push(message));
    // Not "close": Node does not emit it when we are the ones who close the channel.
    const { stdout, stderr } = this.child;
    this.#closed = Promise.all([once(this.child, "exit"), once(stdout!, "end"), once(stderr!, "end")]);
    undoLater(async () => {
      this.child.kill("SIGKILL");
      await this.#closed;
    });
  }

  get log(): readonly LogLine[] {
    const lines = this.output.split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves with the log line of this message. */
  async logged(msg: string): Promise<LogLine> {
    for (;;) {
      const complete = this.output.slice(0, this.output.lastIndexOf("\n") + 1);
      const found = complete.split("\n").find((line) => line.includes(`"msg":${JSON.stringify(msg)}`));
      if (found) return JSON.parse(found) as LogLine;
      await once(this.child.stdout!, "data");
    }
  }

  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }
}

describe("jinglewire component", () => {
  let server: TestServer;
  before(async () => {
    server = await privateServer();
  });
  after(() => server.stop());
  afterEach(undoAll);

  function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { domain, secret, host, port } = componentOf(server);
    return {
      JINGLEWIRE_DOMAIN: domain,
      JINGLEWIRE_SECRET: secret,
      JINGLEWIRE_HOST: host,
      JINGLEWIRE_PORT: String(port),
      ...more,
    };
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`connects, logs each fact once as JSON, and stops with 0 at ${signal}`, async () => {
      const program = new Program(["component"], environment({ JINGLEWIRE_LOG_LEVEL: "debug" }));
      const { domain, host, port } = componentOf(server);
      const { level, time, msg, ...fields } = await program.logged("connected");
      assert.deepEqual({ level, msg, fields }, { level: "info", msg: "connected", fields: { domain, host, port } });
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
      program.child.kill(signal);
      assert.equal(await program.exitCode(), 0);
      assert.deepEqual(
        program.log.map((line) => line.msg),
        ["starting", "connected", "stopped"],
      );
      assert.equal(program.errors, "");
      assert.ok(!program.output.includes(server.componentSecret));
    });
  }

  it("exits with 3 and a sentence when the server refuses it, and never shows the secret", async () => {
    const program = new Program(["component"], environment({ JINGLEWIRE_SECRET: "the wrong one" }));
    assert.equal(await program.exitCode(), 3);
    const last = program.log.at(-1)!;
    assert.equal(last.level, "fatal");
    assert.equal(last.condition, "not-authorized");
    assert.match(last.msg, /^The server refuses the secret of call\.localhost: make it the same/);
    assert.doesNotMatch(program.output + program.errors, /the wrong one/);
  });

  it("exits with 2 and the cure when it is not configured, without a stack", async () => {
    const program = new Program(["component"]);
    assert.equal(await program.exitCode(), 2);
    assert.equal(program.output, "");
    assert.match(program.errors, /^JINGLEWIRE_DOMAIN: missing\. [^\n]+\nJINGLEWIRE_SECRET: missing\. [^\n]+\n$/);
    for (const args of [[], ["gateway"], ["component", "twice"], ["component", "--prot"]]) {
      const wrong = new Program(args, environment());
      assert.equal(await wrong.exitCode(), 2);
      assert.match(wrong.errors, /jinglewire component \[--config FILE\]/);
    }
  });

  it("tells its usage and its version", async () => {
    const help = new Program(["--help"]);
    assert.equal(await help.exitCode(), 0);
    assert.match(help.output, /^jinglewire component \[--config FILE\]\n.*Exit codes: 0/s);
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const told = new Program(["--version"]);
    assert.equal(await told.exitCode(), 0);
    assert.equal(told.output, `${version}\n`);
  });

  it("waits for a server that is not there yet, and tells the same trouble once", async () => {
    const program = new Program(["component"], environment({ JINGLEWIRE_PORT: "1", JINGLEWIRE_HOST: "127.0.0.1" }));
    const line = await program.logged(
      "The server's component port does not answer at 127.0.0.1:1: check that the server runs, and its host and port.",
    );
    assert.deepEqual([line.level, line.condition, line.detail], ["warn", "unreachable", "ECONNREFUSED"]);
    // The next try is a second later at most.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(program.log.length, 2);
    program.child.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  });

  it("is told of in words when a second one comes, which exits", async () => {
    const first = new Program(["component"], environment());
    await first.logged("connected");
    const second = new Program(["component"], environment());
    assert.equal(await second.exitCode(), 3);
    assert.equal(second.log.at(-1)?.condition, "conflict");
    assert.equal(first.child.exitCode, null);
  });

  it("tells the program that started it with a channel, and goes with it", async () => {
    const program = new Program(["component"], environment(), true);
    await once(program.child, "message");
    assert.deepEqual(program.messages, [{ type: "online" }]);
    program.child.disconnect();
    assert.equal(await program.exitCode(), 0);
    assert.equal(program.log.at(-1)?.reason, "the parent is gone", program.output + program.errors);
  });

  it("is killed with -9: who asks hears so once the server has noticed, and the next one is let in", async () => {
    const program = new Program(["component"], environment());
    await program.logged("connected");
    const [account] = await newAccounts(server, "alice");
    const alice = await client(server, account);
    const ask = (id: string): Promise<Element> => {
      const answer = heard(alice, ({ name, attrs }) => name === "iq" && attrs.id === id);
      alice.send(xml("iq", { type: "get", to: "call.localhost", id }, xml("ping", { xmlns: "urn:xmpp:ping" })));
      return answer;
    };
    assert.equal((await ask("before")).attrs.type, "result");
    program.child.kill("SIGKILL");
    await program.exitCode();
    // What the server read before it read that the connection had closed is lost: XEP-0114 has no acks.
    let refused: Element | undefined;
    for (let asked = 0; !refused; asked++) refused = await Promise.race([ask(`after-${asked}`), sleep(200, undefined)]);
    assert.equal(refused.attrs.type, "error");
    assert.ok(refused.getChild("error")?.getChild("remote-server-timeout"), refused.toString());
    const successor = running(componentOf(server));
    await successor.online();
    assert.deepEqual(successor.offline, []);
    assert.equal((await ask("again")).attrs.type, "result");
  });
});
