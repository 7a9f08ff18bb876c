import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createElement, type Element } from "ltx";
import { login } from "../servers/raw-client.js";
import { accountsOf, clear, componentOf, type Starter, started } from "../servers/starter.js";

describe("npm start's component", function () {
  this.timeout(60_000);
  afterEach(clear);

  it("is connected before the ready line, answers, and is stopped with the rest", async () => {
    const starter = await started();
    assert.match(
      starter.output,
      /^The component call\.localhost is connected; its log is .*component\.log\.\n(.*\n)+Jinglewire is ready:/m,
    );
    const info = await ask(starter);
    assert.ok(info.getChildren("feature").some(({ attrs }) => attrs.var === "urn:xmpp:ping"));
    const pid = await componentOf(starter);
    assert.equal(await starter.stop(), 0);
    assert.ok(!isAlive(pid));
    assert.equal((await logOf(starter)).at(-1)?.msg, "stopped");
  });

  it("has one secret, made once, which only its owner can read and no log holds", async () => {
    const first = await started();
    const file = join(first.data, "component-secret");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const secret = await readFile(file, "utf8");
    assert.ok(secret.trim().length >= 32);
    await first.stop();
    const second = await started({}, first.data);
    assert.equal(await readFile(file, "utf8"), secret);
    for (const log of ["component.log", "prosody/prosody.log"])
      assert.ok(!(await readFile(join(first.data, log), "utf8")).includes(secret.trim()));
    assert.ok(!(first.output + second.output).includes(secret.trim()));
    await second.stop();
  });

  it("is started again when it dies, and a person is told of both", async () => {
    const starter = await started();
    process.kill(await componentOf(starter), "SIGKILL");
    await starter.said("is connected again");
    assert.match(
      starter.output,
      /^The component call\.localhost has ended by itself \(SIGKILL\) and is started again: look into .*component\.log\.$/m,
    );
    await ask(starter);
    assert.equal(await starter.stop(), 0);
  });

  it("goes even when the starter is killed outright", async () => {
    const starter = await started();
    const pid = await componentOf(starter);
    await starter.stop("SIGKILL");
    while (isAlive(pid)) await sleep(20);
  });
});

/** What the component says of itself to alice. */
async function ask(starter: Starter): Promise<Element> {
  const [{ address, password }] = await accountsOf(starter);
  const client = await login(`ws://localhost:${starter.port}/xmpp-websocket`, address, password);
  try {
    const info = createElement("query", { xmlns: "http://jabber.org/protocol/disco#info" });
    return await client.ask("get", info, "call.localhost");
  } finally {
    await client.close();
  }
}

async function logOf(starter: Starter): Promise<readonly { readonly msg: string }[]> {
  const text = await readFile(join(starter.data, "component.log"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly msg: string });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
