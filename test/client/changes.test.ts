import { strict as assert } from "node:assert";
import { MediaProblem } from "#client/media.js";
import { Phones, pause, until } from "./phones.js";

describe("a call that changes", () => {
  const phones = new Phones();
  const { connected } = phones;

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  /** The Jingle actions of both sides, in order, without the candidates. */
  function actions(): string[] {
    const all = phones.server.sent.flatMap((text) => / action="([^"]+)"/.exec(text)?.[1] ?? []);
    return all.filter((action) => action !== "transport-info");
  }

  function changes(): string[] {
    return actions().filter((action) => action.startsWith("content-"));
  }

  it("0166-19, a-3: an audio call becomes a video call, one side first, then the other", async () => {
    const { out, inc } = await connected();
    await until(() => out.canCamera && inc.canCamera);
    out.turnCamera(true);
    await until(() => inc.remoteVideo && out.cameraOn && changes().length === 2);
    assert.deepEqual(changes(), ["content-add", "content-accept"]);
    assert.equal(out.remoteVideo, false, "the callee's camera is off, and the caller was told so");
    inc.turnCamera(true);
    await until(() => out.remoteVideo);
    assert.deepEqual(changes(), ["content-add", "content-accept"], "the second camera needs no renegotiation");
    out.turnCamera(false);
    await until(() => !inc.remoteVideo);
    assert.equal(inc.state, "connected");
  });

  it("who accepted without video shows it later: content-modify", async () => {
    const { out, inc } = await phones.ringing(true);
    inc.accept({ video: false });
    await until(() => out.state === "connected" && inc.state === "connected");
    assert.equal(out.remoteVideo, false);
    inc.turnCamera(true);
    await until(() => out.remoteVideo);
    assert.deepEqual(changes(), ["content-modify"]);
  });

  it("0166-31: both turn their cameras on at the same moment, and see each other", async () => {
    const { out, inc } = await connected();
    out.turnCamera(true);
    inc.turnCamera(true);
    await until(() => out.remoteVideo && inc.remoteVideo);
    assert.ok(phones.server.sent.some((text) => text.includes("<tie-break")));
    await pause();
    assert.deepEqual([out.state, inc.state], ["connected", "connected"]);
    assert.equal(videoSections(), 1, "one section for both pictures");
  });

  for (const late of ["caller", "callee"] as const) {
    it(`0166-31: nor does it matter when the ${late}'s comes`, async () => {
      for (let wait = 0; wait < 12; wait++) {
        const { out, inc } = await connected();
        await until(() => out.canCamera && inc.canCamera);
        const [first, second] = late === "caller" ? [inc, out] : [out, inc];
        first.turnCamera(true);
        for (let turn = 0; turn < wait; turn++) await new Promise((resolve) => setImmediate(resolve));
        second.turnCamera(true);
        await until(() => out.remoteVideo && inc.remoteVideo);
        await pause();
        assert.deepEqual([out.state, inc.state], ["connected", "connected"]);
        out.hangUp();
        await inc.ended;
        await phones.close();
        phones.open();
      }
    });
  }

  it("0507-01: a screen is shown beside the camera, in a content of its own, and goes again", async () => {
    const { out, inc } = await connected(true);
    out.shareScreen();
    await until(() => inc.remoteScreen !== null);
    assert.ok(phones.server.sent.some((text) => /<category [^>]*name="slides"/.test(text)));
    assert.equal(inc.remoteVideo, true);
    assert.equal(out.localScreen?.getVideoTracks().length, 1);
    out.shareScreen(false);
    await until(() => inc.remoteScreen === null);
    assert.deepEqual(changes(), ["content-add", "content-accept", "content-modify"]);
    assert.equal(out.localScreen, null);
    out.shareScreen();
    await until(() => inc.remoteScreen !== null);
    assert.equal(videoSections(), 2, "the same section shows the next screen");
  });

  it("a screen that the browser stops is not shared any more", async () => {
    const { out, inc } = await connected(true);
    out.shareScreen();
    await until(() => inc.remoteScreen !== null);
    out.localScreen!.getVideoTracks()[0]!.dispatchEvent(new Event("ended"));
    await until(() => inc.remoteScreen === null && out.localScreen === null);
  });

  it("0167-12: a call is put on hold and taken up again, by either side and by both", async () => {
    const { out, inc } = await connected(true);
    out.hold();
    await until(() => inc.state === "held" && out.state === "held");
    assert.deepEqual([out.onHold, out.heldByPeer, inc.onHold, inc.heldByPeer], [true, false, false, true]);
    assert.ok(
      [out, inc].every((call) => call.localStream!.getTracks().every(({ enabled }) => !enabled)),
      "silent",
    );
    await until(() => changes().length === 1);
    inc.hold();
    await until(() => out.heldByPeer);
    out.hold(false);
    await until(() => !inc.heldByPeer);
    assert.deepEqual([out.state, inc.state], ["held", "held"]);
    inc.hold(false);
    await until(() => out.state === "connected" && inc.state === "connected");
    await until(() => directions().every((direction) => direction === "sendrecv"));
    assert.ok([out, inc].every((call) => call.localStream!.getTracks().every(({ enabled }) => enabled)));
  });

  it("what is wanted while a change is on its way goes into the next one", async () => {
    const { out, inc } = await connected();
    out.turnCamera(true);
    out.shareScreen();
    out.hold();
    await until(() => inc.remoteScreen !== null && inc.heldByPeer);
    out.hold(false);
    await until(() => inc.remoteVideo && inc.state === "connected");
  });

  it("another microphone and another camera need no word to the other side", async () => {
    const { out, alice } = await connected(true);
    const before = actions().length;
    const [audio, video] = out.localStream!.getTracks();
    out.mute();
    out.useDevice("audio", "headset");
    out.useDevice("video", "back");
    await until(() => !out.localStream!.getTracks().includes(audio!) && !out.localStream!.getTracks().includes(video!));
    assert.equal(out.localStream!.getAudioTracks()[0]!.enabled, false, "muted as before");
    assert.equal(alice.media.streams.length, 3);
    await pause();
    assert.deepEqual(actions().slice(before), ["session-info"], "only the mute was told");
  });

  it("a camera that cannot be had leaves the call as it is, and the call says so", async () => {
    const { out, alice } = await connected();
    const { capture } = alice.media;
    alice.media.capture = () => Promise.reject(new MediaProblem("microphone-blocked"));
    out.turnCamera(true);
    await until(() => out.deviceProblem !== null);
    assert.deepEqual(out.deviceProblem, { kind: "video", reason: "microphone-blocked" });
    assert.equal(out.cameraOn, false);
    assert.equal(out.state, "connected");
    alice.media.capture = capture;
    out.turnCamera(true);
    await until(() => out.cameraOn);
    assert.equal(out.deviceProblem, null);
  });

  it("t-19: media that was interrupted comes back by an ICE restart", async () => {
    const { out, inc } = await connected();
    const before = ufrags();
    phones.network.reachable = false;
    await until(() => out.state === "reconnecting" && inc.state === "reconnecting");
    phones.network.reachable = false;
    await until(() => ufrags().every((ufrag, i) => ufrag !== before[i]));
    await until(() => phones.network.connections.every(({ signalingState }) => signalingState === "stable"));
    phones.network.reachable = true;
    await until(() => out.state === "connected" && inc.state === "connected");
  });

  it("both sides restart: the initiator's counts", async () => {
    const { out, inc } = await connected();
    for (const connection of phones.network.connections) connection.restartIce();
    const before = ufrags();
    await until(() => ufrags().every((ufrag, i) => ufrag !== before[i]));
    await until(() => phones.network.connections.every(({ signalingState }) => signalingState === "stable"));
    await pause();
    assert.deepEqual([out.state, inc.state], ["connected", "connected"]);
  });

  function videoSections(): number {
    return phones.network.connections[0]!.localDescription!.sdp.match(/^m=video [1-9]/gm)?.length ?? 0;
  }

  function directions(): string[] {
    return phones.network.connections.flatMap((one) =>
      one.getTransceivers().map(({ currentDirection }) => `${currentDirection}`),
    );
  }

  function ufrags(): string[] {
    return phones.network.connections.map(({ ice }) => ice.ufrag);
  }
});
