import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { everything, needsOwnNetwork } from "../support/firefox.js";
import { newAccounts, type TestAccount, testServer } from "../support/prosody.js";
import { type BrowserPage, type EnginePage, openEngine, openFirefoxEngine } from "./engine.js";
import { connectCall, dial, ended, frame, picture, received, rings, type Side, states } from "./steps.js";

type Open = (account: TestAccount) => Promise<EnginePage<BrowserPage>>;

const PAIRS: readonly (readonly [title: string, caller: Open, callee: Open])[] = [
  ["Chromium calls Firefox", openEngine, openFirefoxEngine],
  ["Firefox calls Chromium", openFirefoxEngine, openEngine],
];

if (everything) {
  for (const [title, caller, callee] of PAIRS) describe(title, () => callsBetween(caller, callee));
  describe("Firefox calls Firefox", () => videoCall(bothSignedIn(openFirefoxEngine, openFirefoxEngine)));
}

function callsBetween(caller: Open, callee: Open): void {
  const signedIn = bothSignedIn(caller, callee);

  it("an audio call connects, sound is received on both sides, and hanging up ends both", async () => {
    const [a, b] = await signedIn();
    await connectCall(a, b, { video: false });
    for (const side of [a, b]) {
      const media = await received(side, ["audio"]);
      assert.deepEqual(
        media.map(({ kind }) => kind),
        ["audio"],
      );
      assert.deepEqual(await picture(side), { canCamera: true, cameraOn: false, remoteVideo: false });
    }
    assert.deepEqual(await states(a), ["calling", "ringing", "connecting", "connected"]);
    assert.deepEqual(await states(b), ["ringing", "connecting", "connected"]);
    await hangUp(a);
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "us" });
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "them" });
  });

  videoCall(signedIn);

  it("accept without video: only the caller sends a picture", async () => {
    const [a, b] = await signedIn();
    await connectCall(a, b, { video: true }, { video: false });
    await Promise.all([received(a, ["audio"]), received(b, ["audio", "video"])]);
    assert.deepEqual(await picture(a), { canCamera: true, cameraOn: true, remoteVideo: false });
    assert.deepEqual(await picture(b), { canCamera: true, cameraOn: false, remoteVideo: true });
    const accept = await frame(b, /<jingle [^>]*action="session-accept"/);
    assert.deepEqual(
      [...accept.matchAll(/<content (creator=[^>]*)>/g)].map(([, attributes]) => attributes),
      ['creator="initiator" name="0"', 'creator="initiator" name="1" senders="initiator"'],
    );
  });

  it("mute and camera off are told to the other side, and its picture comes back", async () => {
    const [a, b] = await signedIn();
    await connectCall(a, b, { video: true });
    await received(b, ["video"]);
    for (const muted of [true, false]) {
      await b.page.evaluate((how) => globalThis.engine.phone.calls[0]!.mute(how), muted);
      await a.page.waitForFunction((how) => globalThis.engine.phone.calls[0]?.remoteMuted === how, muted, WAIT);
    }
    for (const on of [false, true]) {
      await a.page.evaluate((how) => globalThis.engine.phone.calls[0]!.turnCamera(how), on);
      await b.page.waitForFunction((how) => globalThis.engine.phone.calls[0]?.remoteVideo === how, on, WAIT);
    }
    const frames = async () => (await received(b, ["video"])).find(({ kind }) => kind === "video")!.frames;
    const before = await frames();
    while ((await frames()) === before) await sleep(50);
  });

  it("a decline ends the call with that reason on both sides", async () => {
    const [a, b] = await signedIn();
    await dial(a, b.account, { video: true });
    await rings(b);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.decline());
    assert.deepEqual(await ended(a), { reason: "declined", by: "them" });
    assert.deepEqual(await ended(b), { reason: "declined", by: "us" });
  });
}

function videoCall(signedIn: SignedIn): void {
  it("a video call connects, pictures are decoded on both sides, and the callee can hang up too", async () => {
    const [a, b] = await signedIn();
    await connectCall(a, b, { video: true });
    for (const side of [a, b]) {
      await received(side, ["audio", "video"]);
      assert.deepEqual(await picture(side), { canCamera: true, cameraOn: true, remoteVideo: true });
    }
    await hangUp(b);
    assert.deepEqual(await ended(a), { reason: "hung-up", by: "them" });
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "us" });
  });
}

type SignedIn = () => Promise<readonly [Side, Side]>;

/** Hooks for the suite around; the result signs two new accounts in. */
function bothSignedIn(caller: Open, callee: Open): SignedIn {
  const open: Side[] = [];
  before(needsOwnNetwork);
  before(async function () {
    this.timeout(60_000); // a browser and a server may have to start
    const [first] = await newAccounts(await testServer(), "first");
    for (const opener of new Set([caller, callee])) await (await opener(first)).close();
  });
  afterEach(async () => {
    for (const side of open.splice(0)) await side.close();
  });
  return async () => {
    const [alice, bob] = await newAccounts(await testServer(), "alice", "bob");
    const [a, b] = await Promise.all([caller(alice), callee(bob)]);
    open.push(a, b);
    return [a, b];
  };
}

const WAIT = { polling: 20, timeout: 15_000 };

async function hangUp(side: Side): Promise<void> {
  await side.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
}
