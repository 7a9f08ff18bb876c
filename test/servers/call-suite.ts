import assert from "node:assert/strict";
import type { Page as Served } from "#prosody/page.mjs";
import { type EnginePage, openEngine } from "../browser/engine.js";
import { connects, dial, ended, received, rings, until } from "../browser/steps.js";
import { newAccountsOn, type TestAccount, type XmppServer } from "../support/server.js";

/** A server and the page that is served against it. */
export interface Home {
  readonly server: XmppServer;
  readonly page: Served;
}

/**
 * What two people do through their servers, in Chromium: to be called inside a `describe`, for two people at home at one
 * server or at one each.
 */
export function callSuite(homes: () => { readonly alice: Home; readonly bob: Home }): void {
  const open: EnginePage[] = [];
  let alice: TestAccount;
  let bob: TestAccount;

  beforeEach(async () => {
    const { alice: hers, bob: his } = homes();
    [alice, bob] = await newAccountsOn(["alice", hers.server], ["bob", his.server]);
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function signIn(account: TestAccount): Promise<EnginePage> {
    const home = account === alice ? homes().alice : homes().bob;
    const one = await openEngine(account, { address: home.page.address });
    open.push(one);
    return one;
  }

  it("contacts see each other come, that calls are possible, and go", async () => {
    const a = await signIn(alice);
    assert.deepEqual(
      await a.page.evaluate(() => globalThis.engine.roster.contacts.map(({ address, name }) => [address, name])),
      [[bob.address, "bob"]],
    );
    const b = await signIn(bob);
    for (const side of [a, b])
      await until(side, () => {
        const { presence, canCall } = globalThis.engine.roster.contacts[0]!;
        return presence === "online" && canCall === "yes";
      });
    await b.page.evaluate(() => globalThis.engine.connection.close());
    await until(a, () => globalThis.engine.roster.contacts[0]!.presence === "offline");
  });

  it("a chat goes both ways, and a copy to every other device", async () => {
    const [a, b, second] = [await signIn(alice), await signIn(bob), await signIn(bob)];
    await say(a, bob, "Shall I call?");
    for (const side of [b, second]) await hears(side, "them Shall I call?");
    await say(b, alice, "Please <b>do</b> ☎");
    await hears(a, "them Please <b>do</b> ☎");
    await hears(second, "me Please <b>do</b> ☎");
  });

  it("every device rings, and when one accepts the other stops", async () => {
    const [a, b, second] = [await signIn(alice), await signIn(bob), await signIn(bob)];
    await dial(a, bob, {});
    await Promise.all([rings(b), rings(second)]);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    assert.deepEqual(await ended(second), { reason: "answered-elsewhere", by: "us" });
    await Promise.all([connects(a), connects(b)]);
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "them" });
  });

  it("sound and picture flow both ways, hanging up ends it on both sides, and so it goes when called back", async () => {
    const [a, b] = [await signIn(alice), await signIn(bob)];
    for (const [caller, callee, address] of [
      [a, b, bob],
      [b, a, alice],
    ] as const) {
      await dial(caller, address, { video: true });
      await until(callee, () => globalThis.engine.phone.calls[0]?.state === "ringing");
      await callee.page.evaluate(() => globalThis.engine.incoming.at(-1)!.accept());
      await Promise.all([connects(caller), connects(callee)]);
      for (const side of [caller, callee]) {
        const media = await received(side, ["audio", "video"]);
        assert.ok(media.every(({ bytes }) => bytes > 0));
        assert.ok(media.find(({ kind }) => kind === "video")!.frames > 0);
      }
      await caller.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
      assert.deepEqual(await ended(caller), { reason: "hung-up", by: "us" });
      assert.deepEqual(await ended(callee), { reason: "hung-up", by: "them" });
    }
  });
}

async function say(side: EnginePage, to: TestAccount, body: string): Promise<void> {
  await side.page.evaluate(({ address, text }) => void globalThis.engine.chat.send(address, text), {
    address: to.address,
    text: body,
  });
}

/** Waits for a message; `line` is who said it and what. */
async function hears(side: EnginePage, line: string): Promise<void> {
  await side.page.waitForFunction(
    (wanted) => {
      const { roster, chat } = globalThis.engine;
      const { messages } = chat.conversation(roster.contacts[0]!.address);
      return messages.some(({ from, body }) => `${from} ${body}` === wanted);
    },
    line,
    { polling: 20 },
  );
}
