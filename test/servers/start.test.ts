import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createElement } from "ltx";
import { nodeTooOld } from "#prosody/node-version.mjs";
import { obtainProsody } from "#prosody/obtain.mjs";
import { freePorts } from "#prosody/ports.mjs";
import { Sentence } from "#prosody/sentence.mjs";
import { root } from "../support/root.js";
import { login } from "./raw-client.js";
import { clear, Starter, started, temporaryFolder } from "./starter.js";

interface Account {
  readonly address: string;
  readonly password: string;
}

describe("npm start", function () {
  this.timeout(60_000);
  afterEach(clear);

  it("prints the accounts, the page's address and a ready line, and then the page answers", async () => {
    const starter = await started();
    const accounts = await accountsOf(starter);
    assert.deepEqual(
      accounts.map(({ address }) => address),
      ["alice@localhost", "bob@localhost", "carol@localhost"],
    );
    for (const { address, password } of accounts) assert.ok(starter.output.includes(`${address}  ${password}`));
    assert.match(starter.output, new RegExp(`^Jinglewire is ready: ${starter.address}`, "m"));
    assert.equal((await fetch(starter.address)).status, 200);
    assert.equal(await starter.stop(), 0);
  });

  it("keeps the accounts where only their owner can read them", async () => {
    const starter = await started();
    assert.equal((await stat(join(starter.data, "accounts.json"))).mode & 0o777, 0o600);
    const log = await readFile(join(starter.data, "prosody/prosody.log"), "utf8");
    for (const { password } of await accountsOf(starter)) {
      assert.ok(password.length >= 16);
      assert.ok(!log.includes(password));
    }
    await starter.stop();
  });

  it("has made the accounts each other's contacts, subscribed both ways, by the first login", async () => {
    const starter = await started();
    const accounts = await accountsOf(starter);
    for (const { address, password } of accounts) {
      const client = await login(`ws://localhost:${starter.port}/xmpp-websocket`, address, password);
      const roster = await client.ask("get", createElement("query", { xmlns: "jabber:iq:roster" }));
      const items = roster.getChildren("item").map(({ attrs }) => `${attrs.jid} ${attrs.name} ${attrs.subscription}`);
      const others = { alice: "Alice", bob: "Bob", carol: "Carol" };
      const expected = Object.entries(others).map(([user, name]) => `${user}@localhost ${name} both`);
      assert.deepEqual(
        items.sort(),
        expected.filter((item) => !item.startsWith(address)),
      );
      await client.close();
    }
    await starter.stop();
  });

  it("installs, fetches and builds nothing the second time, and keeps the accounts", async () => {
    const first = await started();
    const accounts = await accountsOf(first);
    await first.stop();
    const second = await started({}, first.data);
    assert.doesNotMatch(second.output, /Installing|Building|Fetching/);
    assert.deepEqual(await accountsOf(second), accounts);
    const [alice] = accounts;
    const client = await login(`ws://localhost:${second.port}/xmpp-websocket`, alice!.address, alice!.password);
    await client.close();
    await second.stop();
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    it(`stops Prosody and the page on ${signal}`, async () => {
      const starter = await started();
      const prosody = await prosodyOf(starter);
      assert.equal(await starter.stop(signal), 0);
      assert.ok(!isAlive(prosody));
      await assert.rejects(fetch(starter.address));
    });

  it("stops in order when the signal comes to its whole group and comes twice", async () => {
    const starter = await started();
    const prosody = await prosodyOf(starter);
    process.kill(-starter.child.pid!, "SIGTERM");
    process.kill(-starter.child.pid!, "SIGTERM");
    assert.equal(await starter.ended(), 0);
    assert.ok(!isAlive(prosody));
  });

  it("stops while somebody is signed in", async () => {
    const starter = await started();
    const [alice] = await accountsOf(starter);
    const client = await login(`ws://localhost:${starter.port}/xmpp-websocket`, alice!.address, alice!.password);
    assert.equal(await starter.stop(), 0);
    await client.closed;
  });

  it("takes Prosody along even when it is killed outright", async () => {
    const starter = await started();
    const prosody = await prosodyOf(starter);
    await starter.stop("SIGKILL");
    await soon(() => !isAlive(prosody));
    // and the folder is free again
    const again = await started({}, starter.data);
    await again.stop();
  });

  it("says so and exits with 1 when Prosody dies", async () => {
    const starter = await started();
    process.kill(await prosodyOf(starter), "SIGKILL");
    assert.equal(await starter.ended(), 1);
    assert.match(
      starter.errors,
      /^Prosody has ended by itself \(SIGKILL\): look into .*prosody\.log, then start again\.\n$/,
    );
    await assert.rejects(fetch(starter.address));
  });

  it("leaves another start in the same folder alone", async () => {
    const first = await started();
    const [port] = await freePorts(1);
    const second = new Starter(port!, first.data);
    assert.equal(await second.ended(), 1);
    assert.match(second.errors, new RegExp(`^Jinglewire already runs from this folder, at ${first.address}.*\n$`));
    assert.equal((await fetch(first.address)).status, 200);
    await first.stop();
  });
});

describe("npm start, where it cannot go on, says one sentence and leaves nothing behind:", function () {
  this.timeout(60_000);
  afterEach(clear);

  it("a busy port", async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as { port: number };
    const errors = await refusal(port, {});
    assert.match(errors, new RegExp(`^Port ${port} is busy: .* PORT=${port + 1} npm start`));
    other.close();
  });

  for (const port of ["http", "0", "65536", "80.5"])
    it(`PORT=${port}`, async () => {
      const errors = await refusal(8080, { PORT: port });
      assert.match(errors, new RegExp(`^PORT=${port} is not a port: .*1 to 65535`));
    });

  it("a value of PROSODY that nobody knows", async () => {
    assert.match(
      await refusal(undefined, { PROSODY: "jabberd" }),
      /^PROSODY=jabberd is not known: set it to docker, local or unpacked/,
    );
  });

  it("PROSODY=local without a prosody on PATH", async () => {
    const errors = await refusal(undefined, { PROSODY: "local", PATH: await temporaryFolder() });
    assert.match(errors, /^PROSODY=local, but there is no prosody on PATH: .*apt install prosody/);
  });

  it("no way at all to get Prosody, naming every way", async () => {
    const nothing = await temporaryFolder();
    await assert.rejects(obtainProsody({ dir: nothing, path: nothing, choice: "" }), (error) => {
      assert.ok(error instanceof Sentence);
      assert.match(error.message, /apt install prosody.*brew install prosody.*PROSODY=unpacked/);
      return true;
    });
    assert.deepEqual(await readdir(nothing), []);
  });

  it("a Node that is too old", () => {
    for (const version of ["18.20.4", "20.18.3", "8.0.0"])
      assert.match(nodeTooOld(version)!, new RegExp(`needs Node 20.19 or newer.* ${version}: install a newer one`));
    for (const version of ["20.19.0", "22.0.0", "100.1.2"]) assert.equal(nodeTooOld(version), null);
  });

  it("a spoilt accounts.json", async () => {
    const data = await temporaryFolder();
    await writeFile(join(data, "accounts.json"), `{"address":`);
    const [port] = await freePorts(1);
    const starter = new Starter(port!, data);
    assert.equal(await starter.ended(), 1);
    assert.match(starter.errors, /accounts\.json is not a list of \{ address, password \}: delete it/);
  });

  it("a signal while it still installs and fetches: all that it started is gone", async () => {
    const clone = await temporaryFolder();
    for (const part of ["prosody", "package.json", "package-lock.json"])
      await cp(join(root, part), join(clone, part), { recursive: true });
    const bin = join(clone, "bin");
    await mkdir(bin);
    for (const tool of ["npm", "apt-get", "dpkg-deb"]) {
      await writeFile(join(bin, tool), `#!/bin/sh\necho $$ > '${clone}/${tool}.pid'\n/bin/sleep 60 &\nwait\n`);
      await chmod(join(bin, tool), 0o755);
    }
    const [port] = await freePorts(1);
    const starter = new Starter(port!, join(clone, ".jinglewire"), { PATH: bin }, clone);
    await soon(() => existsSync(join(clone, "npm.pid")) && existsSync(join(clone, "apt-get.pid")));
    assert.equal((await fetch(starter.address)).status, 503);
    const groups = await Promise.all(
      ["npm", "apt-get"].map(async (tool) => Number(await readFile(join(clone, `${tool}.pid`)))),
    );
    assert.equal(await starter.stop(), 0);
    for (const group of groups) await soon(() => !isAlive(-group));
    assert.deepEqual(await readdir(join(clone, ".jinglewire")), ["prosody"]);
    assert.deepEqual(await readdir(join(clone, ".jinglewire/prosody")), []);
  });

  /** What it prints when it refuses to start: one line on stderr, exit code 1, and no sign of slow work. */
  async function refusal(port: number | undefined, environment: NodeJS.ProcessEnv): Promise<string> {
    const data = await temporaryFolder();
    const starter = new Starter(port ?? (await freePorts(1))[0]!, data, environment);
    assert.equal(await starter.ended(), 1);
    assert.equal(starter.output, "");
    assert.match(starter.errors, /^[^\n]+\n$/);
    assert.ok(!existsSync(join(data, "running.lock")));
    return starter.errors;
  }
});

async function accountsOf(starter: Starter): Promise<readonly Account[]> {
  return JSON.parse(await readFile(join(starter.data, "accounts.json"), "utf8")) as readonly Account[];
}

async function prosodyOf(starter: Starter): Promise<number> {
  const pid = Number(await readFile(join(starter.data, "prosody/prosody.pid"), "utf8"));
  assert.ok(isAlive(pid));
  return pid;
}

/** Whether a process, or with a negative number anything of a group, is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once a condition holds that no event tells of; mocha's time limit ends the wait. */
async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
