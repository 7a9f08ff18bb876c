import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { describeMore } from "../support/more.js";
import { newAccounts } from "../support/prosody.js";
import { type EnginePage, openEngine } from "./engine.js";
import { framesOf, isAway, isBack, Site, until } from "./site.js";
import { connectCall, connects, dial, ended, rings } from "./steps.js";

/** What prosody.cfg.lua sets, and a little: Prosody has given up every session that was cut off. ms */
const LONGER_THAN_HIBERNATION = 62_000;

describeMore("a WebSocket that is cut for longer than the server keeps a session", function () {
  this.timeout(60_000);
  let site: Site;
  let inCall: readonly [EnginePage, EnginePage];
  let ringing: readonly [EnginePage, EnginePage];
  let framesBefore: number;
  let framesAfter: number;

  before(async function () {
    this.timeout(LONGER_THAN_HIBERNATION + 90_000);
    site = await Site.open();
    const accounts = await newAccounts(site.server, "alice", "bob", "carol", "dave");
    const [alice, bob, carol, dave] = await Promise.all(
      accounts.map((account) => openEngine(account, { address: site.address })),
    );
    inCall = [alice!, bob!];
    ringing = [carol!, dave!];
    await connectCall(alice!, bob!, { video: true });
    await dial(carol!, dave!.account, {});
    await rings(dave!);
    await site.cut();
    for (const side of all()) await until(side, isAway);
    framesBefore = await framesOf(bob!);
    // Said while there is no way: told once there is one.
    await alice!.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute());
    await sleep(LONGER_THAN_HIBERNATION);
    framesAfter = await framesOf(bob!);
    await site.mend();
    for (const side of all()) await until(side, isBack);
  });

  after(async () => {
    for (const side of all()) await side.close();
    await site.close();
  });

  it("nobody's session can be resumed, and everybody is at the same address again, and seen", async () => {
    for (const side of all()) {
      assert.deepEqual(await side.page.evaluate(() => globalThis.engine.returns), [false]);
      await until(side, () => globalThis.engine.roster.contacts.every(({ presence }) => presence === "online"));
    }
  });

  it("media flowed on in the call, and its controls work again", async () => {
    const [a, b] = inCall;
    assert.ok(framesAfter > framesBefore, "no picture came in while the signaling was away");
    await Promise.all([connects(a), connects(b)]);
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === true);
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.turnCamera(false));
    await until(a, () => globalThis.engine.phone.calls[0]?.remoteVideo === false);
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "them" });
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "us" });
  });

  it("what rang has ended on both sides, and does not ring again", async () => {
    const [a, b] = ringing;
    // Each by its own clock, while neither could hear the other.
    for (const side of [a, b]) assert.deepEqual(await ended(side), { reason: "no-answer", by: "network" });
    assert.equal(await b.page.evaluate(() => globalThis.engine.incoming.length), 1);
  });

  function all(): readonly EnginePage[] {
    return [...inCall, ...ringing];
  }
});
