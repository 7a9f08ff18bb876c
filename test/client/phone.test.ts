import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { StanzaEvent } from "#client/connection/connection.js";
import type { Connection } from "#client/index.js";
import { MemoryServer } from "#client/testing.js";
import {
  ContentNames,
  describe as describeSdp,
  type Jingle,
  jingle,
  NS_JINGLE,
  toSdp,
  trickle,
  xml,
} from "#jingle/index.js";
import { ALICE, BOB, CAROL, MALLORY, Phones, pause, until } from "./phones.js";

const NS_RTP_INFO = "urn:xmpp:jingle:apps:rtp:info:1";
const LATE = "candidate:9 1 udp 2122260223 203.0.113.7 50000 typ host generation 0";

describe("two phones", () => {
  const phones = new Phones();
  const { signIn, ringing, connected } = phones;

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  it("call, accept, and are connected; hanging up ends both", async () => {
    const { out, inc, states, theirStates, alice, bob } = await connected();
    assert.deepEqual(states, ["calling", "ringing", "connecting", "connected"]);
    assert.deepEqual(theirStates, ["ringing", "connecting", "connected"]);
    out.hangUp();
    assert.deepEqual(await out.ended, { reason: "hung-up", by: "us" });
    assert.deepEqual(await inc.ended, { reason: "hung-up", by: "them" });
    assert.ok(phones.network.connections.every(({ connectionState }) => connectionState === "closed"));
    await until(() => [alice, bob].every(({ media }) => media.streams.every(({ active }) => !active)));
    assert.deepEqual([alice.phone.calls, bob.phone.calls], [[], []]);
  });

  it("the callee can hang up too", async () => {
    const { out, inc } = await connected();
    inc.hangUp();
    assert.deepEqual(await out.ended, { reason: "hung-up", by: "them" });
    assert.deepEqual(await inc.ended, { reason: "hung-up", by: "us" });
  });

  it("see each other in a video call, and only one of them when it is accepted without video", async () => {
    const { out, inc } = await connected(true);
    assert.deepEqual([out.remoteVideo, inc.remoteVideo, out.canCamera, inc.canCamera], [true, true, true, true]);
    out.hangUp();
    await inc.ended;
    phones.server = new MemoryServer();
    phones.server.befriend(ALICE, BOB);
    const second = await ringing(true);
    second.inc.accept({ video: false });
    await until(() => second.out.state === "connected" && second.inc.state === "connected");
    assert.deepEqual([second.out.remoteVideo, second.inc.remoteVideo], [false, true]);
  });

  it("a-9: hear of each other's mute and camera", async () => {
    const { out, inc } = await connected(true);
    out.mute();
    await until(() => inc.remoteMuted);
    out.mute(false);
    await until(() => !inc.remoteMuted);
    out.turnCamera(false);
    await until(() => !inc.remoteVideo);
    out.turnCamera(true);
    await until(() => inc.remoteVideo);
    assert.equal(out.cameraOn, true);
  });

  it("a decline ends the call on both sides", async () => {
    const { out, inc } = await ringing();
    inc.decline();
    assert.deepEqual(await out.ended, { reason: "declined", by: "them" });
    assert.deepEqual(await inc.ended, { reason: "declined", by: "us" });
  });

  it("the caller can give up while it rings", async () => {
    const { out, inc } = await ringing();
    out.hangUp();
    assert.deepEqual(await out.ended, { reason: "cancelled", by: "us" });
    assert.deepEqual(await inc.ended, { reason: "cancelled", by: "them" });
  });

  it("a call that nobody answers ends as no answer", async () => {
    const [alice, bob] = [await signIn(ALICE, { ringTimeout: 60 }), await signIn(BOB)];
    const out = alice.phone.call(BOB);
    assert.deepEqual(await out.ended, { reason: "no-answer", by: "network" });
    assert.deepEqual(await bob.incoming[0]!.ended, { reason: "no-answer", by: "them" });
  });

  it("nobody is there: the call ends as unreachable", async () => {
    const alice = await signIn(ALICE);
    assert.equal((await alice.phone.call(BOB).ended).reason, "unreachable");
  });

  it("somebody who is in a call is busy, and stays in it", async () => {
    const { inc } = await connected();
    const carol = await signIn(CAROL);
    assert.deepEqual(await carol.phone.call(BOB).ended, { reason: "busy", by: "them" });
    assert.equal(inc.state, "connected");
  });

  it("two who call each other at the same moment are in one call", async () => {
    const [alice, bob] = [await signIn(ALICE), await signIn(BOB)];
    const calls = [alice.phone.call(BOB), bob.phone.call(ALICE)];
    await until(() => calls.every(({ state }) => state === "connected"));
    assert.equal(calls[0]!.id, calls[1]!.id);
    assert.deepEqual([alice.phone.calls.length, bob.phone.calls.length], [1, 1]);
    assert.equal(alice.incoming.length + bob.incoming.length, 0, "nobody was asked");
  });

  it("every device rings; when one answers, the other says where", async () => {
    const [alice, first, second] = [await signIn(ALICE), await signIn(BOB), await signIn(BOB)];
    const out = alice.phone.call(BOB);
    await until(() => first.incoming.length + second.incoming.length === 2);
    first.incoming[0]!.accept();
    assert.deepEqual(await second.incoming[0]!.ended, { reason: "answered-elsewhere", by: "us" });
    await until(() => out.state === "connected" && first.incoming[0]!.state === "connected");
  });

  it("every device rings; when one declines, the other says so", async () => {
    const [alice, first, second] = [await signIn(ALICE), await signIn(BOB), await signIn(BOB)];
    const out = alice.phone.call(BOB);
    await until(() => first.incoming.length + second.incoming.length === 2);
    first.incoming[0]!.decline();
    assert.deepEqual(await second.incoming[0]!.ended, { reason: "declined-elsewhere", by: "us" });
    assert.deepEqual(await out.ended, { reason: "declined", by: "them" });
  });

  it("t-18: candidates that come before the callee's microphone is there are kept for the answer", async () => {
    phones.network.gatherAfter = 30;
    const { out, inc, bob } = await ringing();
    const capture = bob.media.capture.bind(bob.media);
    bob.media.capture = async (wanted) => {
      await until(() => sentActions().includes("transport-info"));
      await pause();
      return capture(wanted);
    };
    inc.accept();
    await until(() => out.state === "connected" && inc.state === "connected");
    assert.deepEqual(sentActions().slice(0, 3), ["session-initiate", "transport-info", "session-accept"]);
    assert.equal(phones.network.connections[1]!.ice.remoteCandidates.length, 1);
  });

  it("a blocked microphone ends the caller's call before anybody rings", async () => {
    const [alice, bob] = [await signIn(ALICE), await signIn(BOB)];
    alice.media.microphone = "blocked";
    const out = alice.phone.call(BOB);
    assert.equal((await out.ended).reason, "microphone-blocked");
    await pause();
    assert.equal(bob.incoming.length, 0);
    assert.ok(!phones.server.sent.some((text) => text.includes("<propose")));
  });

  it("a blocked microphone after Accept ends the call on both sides", async () => {
    const { bob, out, inc } = await ringing();
    bob.media.microphone = "blocked";
    inc.accept();
    assert.equal((await inc.ended).reason, "microphone-blocked");
    assert.equal((await out.ended).by, "them");
  });

  it("a missing camera costs the picture, not the call", async () => {
    const { bob, out, inc } = await ringing(true);
    bob.media.camera = "blocked";
    inc.accept();
    await until(() => out.state === "connected" && inc.state === "connected");
    assert.deepEqual([inc.cameraOn, out.remoteVideo], [false, false]);
  });

  it("a network that carries no media ends the call as connection lost, on both sides", async () => {
    const { out, inc } = await ringing();
    phones.network.reachable = false;
    inc.accept();
    assert.equal((await out.ended).reason, "connection-lost");
    assert.equal((await inc.ended).reason, "connection-lost");
  });

  it("an interruption shows as reconnecting, and passes", async () => {
    const { out, inc } = await connected();
    phones.network.reachable = false;
    await until(() => out.state === "reconnecting" && inc.state === "reconnecting");
    phones.network.reachable = true;
    await until(() => out.state === "connected" && inc.state === "connected");
  });

  describe("that are called without message initiation", () => {
    it("ring for a contact, keep its early candidates, and are connected", async () => {
      const bob = await signIn(BOB);
      const caller = await rawCaller(ALICE, bob.connection);
      await until(() => bob.incoming.length === 1);
      await until(() => caller.actions().includes("session-info"));
      caller.trickle();
      await pause();
      bob.incoming[0]!.accept();
      await until(() => bob.incoming[0]!.state === "connected");
      bob.incoming[0]!.hangUp();
      await until(() => caller.actions().includes("session-terminate"));
    });

    it("refuse a stranger as if nobody were there (E1), and do not ring", async () => {
      const bob = await signIn(BOB);
      const caller = await rawCaller(MALLORY, bob.connection);
      await until(() => caller.errors().length === 1);
      assert.deepEqual(caller.errors(), ["service-unavailable"]);
      assert.equal(bob.incoming.length, 0);
    });
  });

  it("a mute that comes back, since the other side was away for a moment, is told again, and no more once it is heard", async () => {
    const { alice, out, inc } = await connected();
    let refused = 0;
    phones.server.onStanza = (stanza) => {
      const { from, to, id } = stanza.attrs;
      if (!stanza.getChild("jingle", NS_JINGLE)?.getChild("mute", NS_RTP_INFO) || refused++ > 0) return true;
      const error = xml("service-unavailable", { xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas" });
      const reply = xml("iq", { type: "error", id, from: to, to: from }, xml("error", { type: "cancel" }, error));
      alice.connection.dispatchEvent(new StanzaEvent(reply));
      return false;
    };
    out.mute();
    await until(() => inc.remoteMuted);
    assert.equal(refused, 2);
    out.hangUp();
    assert.deepEqual(await inc.ended, { reason: "hung-up", by: "them" });
  });

  it("no order across a resumption: candidates that overtake the session-initiate cost no call, and go again", async () => {
    phones.network.gatherAfter = 30;
    let overtaken: Element | undefined;
    phones.server.onStanza = (stanza) => {
      if (overtaken || stanza.getChild("jingle", NS_JINGLE)?.attrs.action !== "session-initiate") return true;
      overtaken = stanza;
      return false;
    };
    const [alice, bob] = [await signIn(ALICE), await signIn(BOB)];
    const out = alice.phone.call(BOB);
    await until(() => bob.incoming.length > 0);
    bob.incoming[0]!.accept();
    const isUnknown = (text: string) => text.includes('type="error"') && text.includes("<unknown-session");
    await until(() => phones.server.sent.some(isUnknown));
    assert.equal(out.state, "connecting");
    alice.connection.send(overtaken!);
    await until(() => out.state === "connected" && bob.incoming[0]!.state === "connected");
    assert.equal(phones.network.connections[1]!.ice.remoteCandidates.length, 1);
  });

  it("a connection that ends for good ends the calls, those that ring too", async () => {
    const { alice, out, inc, bob } = await ringing();
    await bob.connection.close();
    assert.deepEqual(await inc.ended, { reason: "connection-lost", by: "network" });
    assert.equal(out.state, "ringing");
    await alice.connection.close();
    assert.deepEqual(await out.ended, { reason: "connection-lost", by: "network" });
    assert.equal(alice.phone.calls.length + bob.phone.calls.length, 0);
  });

  it("a stranger's propose rings, but learns nothing (0353-17)", async () => {
    const [mallory, bob] = [await signIn(MALLORY), await signIn(BOB)];
    const out = mallory.phone.call(BOB);
    await until(() => bob.incoming.length === 1);
    await pause();
    assert.equal(out.state, "calling");
    assert.ok(!phones.server.sent.some((text) => text.includes("<ringing")));
  });

  function sentActions(): string[] {
    return phones.server.sent.flatMap((text) => / action="([^"]+)"/.exec(text)?.[1] ?? []);
  }

  /** A client of another make: a connection of the fakes' and Jingle by hand, no message initiation. */
  async function rawCaller(address: string, callee: Connection) {
    const connection = phones.server.connect(address);
    phones.keep(connection);
    const heard: string[] = [];
    const failed: string[] = [];
    const pc = phones.network.peerConnection({});
    pc.addTransceiver("audio");
    const names = new ContentNames();
    connection.addEventListener("stanza", ({ stanza }) => {
      const element = stanza.getChild("jingle", NS_JINGLE);
      if (stanza.attrs.type === "error") failed.push(stanza.getChild("error")!.getChildElements()[0]!.name);
      if (!element) return;
      connection.send(xml("iq", { type: "result", id: stanza.attrs.id, to: stanza.attrs.from }));
      const received = jingle.read(element);
      heard.push(received.action);
      if (received.action === "session-accept") void accept(received);
    });
    const accept = async (received: Jingle) => {
      const offer = pc.localDescription!.sdp;
      await pc.setRemoteDescription({
        type: "answer",
        sdp: toSdp(received, { role: "responder", type: "answer", offer, names }),
      });
    };
    const sid = crypto.randomUUID();
    connection.send(xml("presence", {}));
    await pc.setLocalDescription();
    const offer = pc.localDescription!.sdp;
    const options = { sid, role: "initiator", names, initiator: connection.jid } as const;
    connection.send(command(callee, describeSdp(offer, { ...options, action: "session-initiate" })));
    return {
      actions: () => heard,
      errors: () => failed,
      trickle: () => {
        const candidates = [{ candidate: LATE, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: null }];
        for (const one of trickle(offer, candidates, { sid, role: "initiator", names }))
          connection.send(command(callee, one));
      },
    };
  }
});

function command(to: Connection, action: Jingle) {
  return xml("iq", { type: "set", id: crypto.randomUUID(), to: to.jid }, jingle.write(action));
}
