import { strict as assert } from "node:assert";
import { newAccounts, type TestAccount, testServer } from "../support/prosody.js";
import { type EnginePage, openEngine } from "./engine.js";
import { connectCall, connects, dial, ended, frame, picture, received, rings, states, until } from "./steps.js";

describe("calls between two browsers through a real server", () => {
  const open: EnginePage[] = [];
  let alice: TestAccount;
  let bob: TestAccount;
  let carol: TestAccount;

  beforeEach(async () => {
    [alice, bob, carol] = await newAccounts(await testServer(), "alice", "bob", "carol");
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function signIn(account: TestAccount, options: { readonly ringTimeout?: number } = {}): Promise<EnginePage> {
    const one = await openEngine(account, options);
    open.push(one);
    return one;
  }

  it("an audio call connects, sound is received on both sides, and hanging up ends both", async () => {
    const [a, b] = await connected({ video: false });
    for (const side of [a, b]) {
      const media = await received(side, ["audio"]);
      assert.ok(media.find(({ kind }) => kind === "audio")!.bytes > 0);
      assert.equal(
        media.some(({ kind }) => kind === "video"),
        false,
      );
    }
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "us" });
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "them" });
    assert.equal(await b.page.evaluate(() => globalThis.engine.phone.calls.length), 0);
  });

  it("a video call connects, pictures are decoded on both sides, and the callee can hang up too", async () => {
    const [a, b] = await connected({ video: true });
    for (const side of [a, b]) {
      const media = await received(side, ["audio", "video"]);
      assert.ok(media.every(({ bytes }) => bytes > 0));
      assert.ok(media.find(({ kind }) => kind === "video")!.frames > 0);
      assert.deepEqual(await picture(side), { canCamera: true, cameraOn: true, remoteVideo: true });
    }
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "them" });
  });

  it("goes through calling, ringing, connecting and connected on one side, ringing, connecting, connected on the other", async () => {
    const [a, b] = await connected({ video: false });
    assert.deepEqual(await states(a), ["calling", "ringing", "connecting", "connected"]);
    assert.deepEqual(await states(b), ["ringing", "connecting", "connected"]);
  });

  it("accept without video takes every content, and only the caller sends a picture", async () => {
    const [a, b] = await connected({ video: true }, { video: false });
    const accept = b.sent.find((frame) => frame.includes('action="session-accept"'))!;
    assert.equal(accept.match(/<content creator=/g)!.length, 2);
    assert.match(accept, /<content creator="initiator" name="1" senders="initiator">/);
    assert.ok((await received(b, ["video"])).find(({ kind }) => kind === "video")!.frames > 0);
    assert.deepEqual(await picture(a), { canCamera: true, cameraOn: true, remoteVideo: false });
    assert.deepEqual(await picture(b), { canCamera: true, cameraOn: false, remoteVideo: true });
  });

  it("mute and camera off are told to the other side, and come back", async () => {
    const [a, b] = await connected({ video: true });
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute());
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === true);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute(false));
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === false);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.turnCamera(false));
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteVideo === false);
    assert.equal(
      await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.localStream!.getVideoTracks().length),
      0,
    );
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.turnCamera(true));
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteVideo === true);
    assert.equal(await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.cameraOn), true);
  });

  it("a decline ends the call with that reason on both sides", async () => {
    const [a, b] = await ringing();
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.decline());
    assert.deepEqual(await ended(a), { reason: "declined", by: "them" });
    assert.deepEqual(await ended(b), { reason: "declined", by: "us" });
  });

  it("a caller that gives up while it rings stops the ring", async () => {
    const [a, b] = await ringing();
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(a), { reason: "cancelled", by: "us" });
    assert.deepEqual(await ended(b), { reason: "cancelled", by: "them" });
  });

  it("a call that nobody answers in time ends as no answer on both sides", async () => {
    const [a, b] = [await signIn(alice, { ringTimeout: 1200 }), await signIn(bob)];
    await dial(a, bob, {});
    await rings(b);
    assert.deepEqual(await ended(a), { reason: "no-answer", by: "network" });
    assert.deepEqual(await ended(b), { reason: "no-answer", by: "them" });
  });

  it("somebody who is in a call is busy", async () => {
    const [, b] = await connected({ video: false });
    const c = await signIn(carol);
    await dial(c, bob, {});
    assert.deepEqual(await ended(c), { reason: "busy", by: "them" });
    assert.equal(await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.state), "connected");
    assert.equal(await b.page.evaluate(() => globalThis.engine.incoming.length), 1);
  });

  it("every tab of the callee rings; when one accepts the other says answered on another device", async () => {
    const [a, b, second] = [await signIn(alice), await signIn(bob), await signIn(bob)];
    await dial(a, bob, {});
    await Promise.all([rings(b), rings(second)]);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    assert.deepEqual(await ended(second), { reason: "answered-elsewhere", by: "us" });
    await Promise.all([connects(a), connects(b)]);
  });

  it("when one tab declines the other says declined on another device", async () => {
    const [a, b, second] = [await signIn(alice), await signIn(bob), await signIn(bob)];
    await dial(a, bob, {});
    await Promise.all([rings(b), rings(second)]);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.decline());
    assert.deepEqual(await ended(second), { reason: "declined-elsewhere", by: "us" });
    assert.deepEqual(await ended(a), { reason: "declined", by: "them" });
  });

  it("0353-12 two who call each other at the same time are in one call", async () => {
    const [a, b] = [await signIn(alice), await signIn(bob)];
    await Promise.all([dial(a, bob, {}), dial(b, alice, {})]);
    await Promise.all([connects(a), connects(b)]);
    const ids = await Promise.all(
      [a, b].map(({ page }) => page.evaluate(() => globalThis.engine.phone.calls.map(({ id }) => id))),
    );
    assert.equal(ids[0]!.length, 1);
    assert.deepEqual(ids[0], ids[1]);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "them" });
  });

  it("a page that is closed in a call hangs up", async () => {
    const [a, b] = await connected({ video: false });
    await a.page.close({ runBeforeUnload: true });
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "them" });
  });

  it("a blocked microphone ends the caller's attempt before anybody rings", async () => {
    const [a, b] = [await signIn(alice), await signIn(bob)];
    await blockMicrophone(a);
    await dial(a, bob, {});
    const { reason, by } = await ended(a);
    assert.deepEqual({ reason, by }, { reason: "microphone-blocked", by: "us" });
    assert.equal(await b.page.evaluate(() => globalThis.engine.incoming.length), 0);
    assert.ok(!a.sent.some((frame) => frame.includes("<propose")));
  });

  it("a microphone that is blocked after accepting ends the call on both sides", async () => {
    const [a, b] = await ringing();
    await blockMicrophone(b);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    assert.equal((await ended(b)).reason, "microphone-blocked");
    assert.deepEqual(await ended(a), { reason: "failed", by: "them" });
  });

  it("a session-initiate that crosses the end of its call is refused, and rings nobody", async () => {
    const [a, b] = await ringing();
    await blockMicrophone(b);
    // proceed and finish leave together, and the caller answers the one before it hears the other.
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    const initiate = await frame(a, /<jingle [^>]*action="session-initiate"/);
    const reply = await frame(b, new RegExp(`<iq [^>]*id="${/ id="([^"]+)"/.exec(initiate)![1]}"`));
    assert.match(reply, /^<iq [^>]*type="error".*<unexpected-request.*<out-of-order/);
    assert.equal(await b.page.evaluate(() => globalThis.engine.incoming.length), 1);
    await until(a, () => globalThis.engine.phone.calls.length === 0);
  });

  it("an aborted signal hangs up", async () => {
    const a = await signIn(alice);
    const end = await a.page.evaluate((address) => {
      const abort = new AbortController();
      const call = globalThis.engine.phone.call(address, { signal: abort.signal });
      abort.abort();
      return call.ended;
    }, bob.address);
    assert.deepEqual(end, { reason: "cancelled", by: "us" });
  });

  it("a call to nobody ends as unreachable", async () => {
    const a = await signIn(alice);
    await dial(a, { ...bob, address: "nobody@localhost" }, {});
    assert.equal((await ended(a)).reason, "unreachable");
  });

  async function ringing(options: { readonly video?: boolean } = {}): Promise<[EnginePage, EnginePage]> {
    const pair: [EnginePage, EnginePage] = [await signIn(alice), await signIn(bob)];
    await dial(pair[0], bob, options);
    await rings(pair[1]);
    return pair;
  }

  async function connected(
    options: { readonly video: boolean },
    answer: { readonly video?: boolean } = {},
  ): Promise<[EnginePage, EnginePage]> {
    const [a, b] = [await signIn(alice), await signIn(bob)];
    await connectCall(a, b, options, answer);
    return [a, b];
  }
});

async function blockMicrophone(side: EnginePage): Promise<void> {
  await side.page.evaluate(() => {
    globalThis.navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("blocked", "NotAllowedError"));
  });
}
