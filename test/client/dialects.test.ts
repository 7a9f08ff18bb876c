import { strict as assert } from "node:assert";
import { mock } from "node:test";
import { type Dialect, dialectOf, directDevice } from "#client/dialects.js";
import { Recovery } from "#client/recovery.js";
import { FEATURES } from "#jingle/xep/index.js";
import { Monal } from "../support/peers/monal.js";
import { Scene } from "../support/peers/scenarios.js";
import { Phones } from "./phones.js";

const RTP = "urn:xmpp:jingle:apps:rtp:1";
const VIDEO = "urn:xmpp:jingle:apps:rtp:video";
const JMI = "urn:xmpp:jingle-message:0";

describe("how to speak with a device", () => {
  it("another Jinglewire takes everything, whoever announces nothing gets one candidate at a time", () => {
    const ours = dialectOf({ features: new Set(FEATURES), node: "https://www.npmjs.com/package/jinglewire" });
    const all = { restart: "early", addVideo: true, addScreen: true, modifyForHold: true, oneCandidateEach: false };
    assert.deepEqual(ours, all);
    const nothing = {
      restart: "late",
      addVideo: false,
      addScreen: false,
      modifyForHold: false,
      oneCandidateEach: true,
    };
    assert.deepEqual(dialectOf({ features: new Set() }), nothing);
  });

  it("interop.md 2.9: no ICE restart towards Dino, Monal and Movim, by the node of their capabilities", () => {
    const restartOf = (node: string) => dialectOf({ features: new Set([RTP, VIDEO]), node }).restart;
    for (const node of ["https://dino.im", "http://monal-im.org/", "http://moxl.movim.eu/", "https://movim.eu/"]) {
      assert.equal(restartOf(node), "never", node);
    }
    for (const node of ["http://conversations.im", "https://notdino.im", ""])
      assert.equal(restartOf(node), "late", node);
  });

  it("who knows message initiation is never called without it, nor who is not known yet", () => {
    const direct = (...devices: (readonly string[] | undefined)[]) =>
      directDevice(new Map(devices.map((features, i) => [`d${i}`, features && new Set(features)])));
    assert.equal(direct(), null);
    assert.equal(direct(["chat"]), null);
    assert.equal(direct(["chat"], [RTP], [RTP]), "d1");
    assert.equal(direct([RTP], [JMI]), null);
    assert.equal(direct([RTP], undefined), null);
  });
});

describe("interop.md 2.9: when ICE is restarted", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const told = (
    states: readonly RTCPeerConnectionState[],
    role: "initiator" | "responder",
    restart: Dialect["restart"],
  ) => {
    const heard: string[] = [];
    const hear = (word: string) => () => void heard.push(word);
    const recovery = new Recovery({ restart: hear("restart"), replace: hear("replace"), giveUp: hear("give up") });
    for (const state of states) recovery.changed(state, true, role, restart);
    mock.timers.tick(29_000);
    recovery.stop();
    return heard;
  };

  it("early: as soon as media stay away", () => {
    assert.deepEqual(told(["disconnected"], "initiator", "early"), ["restart"]);
  });

  it("late: once nothing else is left", () => {
    assert.deepEqual(told(["disconnected"], "initiator", "late"), []);
    assert.deepEqual(told(["failed"], "initiator", "late"), ["restart"]);
    assert.deepEqual(told(["failed"], "responder", "late"), ["restart"]);
  });

  it("as initiator: stanza breaks where it is asked as initiator, and restarts then by itself", () => {
    assert.deepEqual(told(["failed"], "initiator", "as-initiator"), ["restart"]);
    assert.deepEqual(told(["failed"], "responder", "as-initiator"), []);
  });

  it("never: what has failed is called anew, once; what is only away may come back", () => {
    assert.deepEqual(told(["failed"], "initiator", "never"), ["replace"]);
    assert.deepEqual(told(["failed", "failed"], "initiator", "never"), ["replace", "give up"]);
    assert.deepEqual(told(["failed", "connected", "failed"], "initiator", "never"), ["replace", "replace"]);
    assert.deepEqual(told(["disconnected"], "responder", "never"), []);
  });
});

/** As Monal, by another name. */
class Silent extends Monal {
  override readonly announces = {
    node: "https://example.org/fork",
    identities: [{ category: "client", type: "phone", name: "Fork" }],
    features: [JMI, RTP, VIDEO, "urn:xmpp:jingle:1", "urn:xmpp:jingle:apps:dtls:0", "urn:xmpp:jingle:apps:rtp:audio"]
      .concat("urn:xmpp:jingle:transports:ice-udp:1", "http://jabber.org/protocol/disco#info")
      .sort(),
  };
}

describe("a client that nobody knows", () => {
  const phones = new Phones();
  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => {
    mock.timers.reset();
    return phones.close();
  });

  it("interop.md 2.8: where content-add is never answered, the camera goes off again and the call goes on", async () => {
    const scene = await Scene.open(phones, new Silent(phones.server, phones.network));
    phones.network.candidatesEach = 1;
    const call = await scene.callOut();
    assert.equal(call.canCamera, true);
    mock.timers.enable({ apis: ["setTimeout"] });
    call.turnCamera(true);
    let wasOn = false;
    for (let time = 0; time < 16_000; time += 50) {
      mock.timers.tick(50);
      await new Promise((resolve) => setImmediate(resolve));
      wasOn ||= call.cameraOn;
    }
    assert.deepEqual([wasOn, call.cameraOn, call.canCamera], [true, false, false]);
    assert.deepEqual([call.state, scene.peer.state], ["connected", "connected"]);
    const takenBack = phones.server.sent.filter((text) => text.includes('action="content-remove"'));
    assert.equal(takenBack.length, 1, "what was added is taken back");
  });
});
