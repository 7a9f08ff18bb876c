import { strict as assert } from "node:assert";
import { ContentNames } from "#jingle/description.js";
import { RemoteError } from "#jingle/errors.js";
import { isRejected, sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  fingerprintXml,
  group,
  jingle,
  OPUS,
  PWD,
  sdp,
  section,
  toJingle,
  toSdp,
  UFRAG,
  video,
} from "../support/translate.js";

const CANDIDATE =
  "<candidate component='1' foundation='1' ip='10.0.0.1' port='9' priority='1' protocol='udp' type='host'/>";
const VP8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";

function source(ssrc: number): string {
  return `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='${ssrc}'><parameter name='cname' value='x'/></source>`;
}

/** A peer that has described audio and video, bundled. */
function described(): { previous: string; names: ContentNames } {
  const names = new ContentNames();
  const audio = content({ description: OPUS + source(1), transport: CANDIDATE });
  const both = audio + content({ name: "1", media: "video", description: VP8 + source(2), transport: CANDIDATE });
  return { previous: toSdp(jingle(both + group("0 1")), { names }), names };
}

function stub(name: string, attributes = ""): string {
  return `<content creator='initiator' name='${name}' ${attributes}/>`;
}

function restart(ufrag: string, transport = ""): string {
  return content({ media: null, credentials: `ufrag='${ufrag}' pwd='${PWD}'`, fingerprint: "", transport });
}

function setups(text: string): readonly string[] {
  return valuesOf(text.split("\r\n"), "a=setup:");
}

describe("map 10: later actions", () => {
  it("a-3: content-add says the new content and the whole group; what was stays as it was", () => {
    const element = toJingle(sdp([section(), video()]), { action: "content-add", contents: ["1"] });
    assert.deepEqual(
      element.getChildren("content").map(({ attrs }) => attrs.name),
      ["1"],
    );
    assert.deepEqual(
      all(element.getChild("group")!, "content").map(({ attrs }) => attrs.name),
      ["0", "1"],
    );
    const { previous, names } = described();
    const added = content({ name: "2", media: "video", description: VP8 + source(3) });
    const text = toSdp(jingle(added + group("0 1 2"), "content-add"), { previous, names });
    assert.match(text, /^a=group:BUNDLE 0 1 2\r$/m);
    const [before, after] = [sectionsOf(previous), sectionsOf(text)];
    assert.deepEqual([...after.keys()], ["0", "1", "2"]);
    for (const mid of ["0", "1"]) assert.deepEqual(after.get(mid), before.get(mid));
  });

  it("a-3: what was has claimed its ids and sources", () => {
    const { previous, names } = described();
    const h264 =
      "<payload-type id='96' name='H264' clockrate='90000'/><payload-type id='97' name='VP8' clockrate='90000'/>";
    const added = content({ name: "2", media: "video", description: h264 + source(1) });
    const lines = sectionsOf(toSdp(jingle(added + group("0 1 2"), "content-add"), { previous, names })).get("2")!;
    assert.equal(lines[0], "m=video 9 UDP/TLS/RTP/SAVPF 97");
    assert.deepEqual(valuesOf(lines, "a=ssrc:"), []);
  });

  it("a-3: content-add without a group leaves the others bundled, and the new one alone (Dino)", () => {
    const { previous, names } = described();
    const added = content({ name: "2", media: "video", description: VP8 });
    assert.match(toSdp(jingle(added, "content-add"), { previous, names }), /^a=group:BUNDLE 0 1\r$/m);
  });

  it("a-4: content-accept answers the new m-line, the others stay with the roles that they have", () => {
    const names = new ContentNames();
    const offer = sdp([section(), video()]);
    const active = fingerprintXml(undefined, "active");
    const options = { role: "responder", type: "answer", names } as const;
    const first = sdp([section()]);
    const previous = toSdp(jingle(content({ fingerprint: active }) + group("0"), "session-accept"), {
      ...options,
      offer: first,
    });
    names.set("1", { creator: "initiator", name: "1" });
    const accept = content({ name: "1", media: "video", description: VP8, fingerprint: active }) + group("0 1");
    const text = toSdp(jingle(accept, "content-accept"), { ...options, offer, previous });
    assert.deepEqual([...sectionsOf(text).values()].map(isRejected), [false, false]);
    assert.match(text, /^a=group:BUNDLE 0 1\r$/m);
    assert.deepEqual(setups(text), ["active", "active"]);
    const rejected = toSdp(jingle(stub("1"), "content-reject"), { ...options, offer, previous });
    assert.deepEqual([...sectionsOf(rejected).values()].map(isRejected), [false, true]);
    assert.match(rejected, /^a=group:BUNDLE 0\r$/m);
  });

  it("a-5, a-7: whatever else has changed, content-modify carries senders and nothing else", () => {
    const text = sdp([
      section({ lines: ["a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000", "a=sendonly"], ids: "111 9" }),
      video(),
    ]);
    const element = toJingle(text, { action: "content-modify", contents: ["0"] });
    assert.deepEqual(attributesOf(element, "content"), ["creator=initiator name=0 senders=initiator"]);
    assert.equal(element.getChild("content")!.getChildElements().length, 0);
    assert.equal(element.getChild("group"), undefined);
  });

  it("a-5: content-modify changes the direction of that m-line, as an offer and as its own answer", () => {
    const { previous, names } = described();
    const modify = jingle(stub("1", "senders='initiator'"), "content-modify");
    const offer = toSdp(modify, { previous, names });
    const directions = (text: string) =>
      [...sectionsOf(text).values()].map((lines) => lines.find((line) => /^a=(?:send|recv|inac)/.test(line)));
    assert.deepEqual(directions(offer), ["a=sendrecv", "a=sendonly"]);
    const theirs = sdp([section(), video({ lines: ["a=rtpmap:96 VP8/90000", "a=recvonly"] })]);
    const answer = toSdp(modify, { previous, names, type: "answer", offer: theirs });
    assert.deepEqual(directions(answer), ["a=sendrecv", "a=sendonly"]);
    assert.ok(setups(answer).every((setup) => setup !== "actpass"));
  });

  it("a-6: a removed content keeps its m-line with port 0, out of the group; its mid is not used again", () => {
    const { previous, names } = described();
    const removed = toSdp(jingle(stub("0"), "content-remove"), { previous, names });
    assert.deepEqual([...sectionsOf(removed).values()].map(isRejected), [true, false]);
    assert.match(removed, /^a=group:BUNDLE 1\r$/m);
    const added = content({ name: "2", description: OPUS }) + group("1 2");
    const later = toSdp(jingle(added, "content-add"), { previous: removed, names });
    assert.deepEqual(
      [...sectionsOf(later)].map(([mid, lines]) => [mid, isRejected(lines)]),
      [
        ["0", true],
        ["1", false],
        ["2", false],
      ],
    );
  });

  it("a-6: what our offer has stopped is stopped in every answer", () => {
    const { previous, names } = described();
    const offer = sdp([section(), video({ m: "video 0 UDP/TLS/RTP/SAVPF" })]);
    const text = toSdp(jingle(restart(UFRAG), "transport-info"), { previous, names, type: "answer", offer });
    assert.deepEqual([...sectionsOf(text).values()].map(isRejected), [false, true]);
  });

  it("a-6, m-4: a stopped m-line of ours is content-remove", () => {
    const names = new ContentNames();
    toJingle(sdp([section(), video()]), { names });
    const stopped = sdp([section(), video({ m: "video 0 UDP/TLS/RTP/SAVPF" })]);
    const element = toJingle(stopped, { action: "content-remove", names });
    assert.deepEqual(attributesOf(element, "content"), ["creator=initiator name=1"]);
  });

  it("a-8, t-19: our ICE restart is a transport-info with new credentials, no candidate and no description", () => {
    const lines = ["a=candidate:1 1 udp 7 10.0.0.1 9 typ host", "a=rtpmap:111 opus/48000/2"];
    const element = toJingle(sdp([section({ lines }), video()]), { action: "transport-info", contents: ["0"] });
    assert.deepEqual(attributesOf(element, "content"), ["creator=initiator name=0"]);
    assert.deepEqual(attributesOf(element, "transport"), [`ufrag=${UFRAG} pwd=${PWD}`]);
    assert.equal(all(element, "transport")[0]!.getChildElements().length, 0);
    assert.equal(all(element, "description").length, 0);
  });

  it("t-19: theirs is their last description with new credentials for the whole bundle, without the old candidates", () => {
    const { previous, names } = described();
    const text = toSdp(jingle(restart("next"), "transport-info"), { previous, names });
    for (const lines of sectionsOf(text).values()) {
      assert.deepEqual(valuesOf(lines, "a=ice-ufrag:"), ["next"]);
      assert.deepEqual(valuesOf(lines, "a=candidate:"), []);
    }
    assert.deepEqual(setups(text), ["actpass", "actpass"]);
    assert.match(text, /^o=- \d+ 2 IN /m);
    const answer = toSdp(jingle(restart("next", CANDIDATE), "transport-info"), {
      previous,
      names,
      type: "answer",
      offer: sdp([section(), video()]),
    });
    assert.deepEqual(valuesOf(sectionsOf(answer).get("0")!, "a=candidate:"), [
      "1 1 udp 1 10.0.0.1 9 typ host generation 0",
    ]);
  });

  it("t-19: credentials that are the same are no restart", () => {
    const { previous, names } = described();
    const text = toSdp(jingle(restart(UFRAG), "transport-info"), { previous, names });
    assert.equal(valuesOf(text.split("\r\n"), "a=candidate:").length, 2);
  });

  it("t-19: credentials that no browser takes are bad-request", () => {
    const { previous, names } = described();
    for (const ufrag of ["x", "a b c d", "abcd&#10;a=x"]) {
      assert.throws(
        () => toSdp(jingle(restart(ufrag), "transport-info"), { previous, names }),
        (error) => error instanceof RemoteError && error.condition === "bad-request",
      );
    }
  });

  it("a content that the session does not have is item-not-found in every later action (E16)", () => {
    const { previous, names } = described();
    for (const action of ["content-modify", "content-remove", "content-reject", "transport-info", "description-info"]) {
      assert.throws(
        () => toSdp(jingle(stub("9"), action), { previous, names }),
        (error) => error instanceof RemoteError && error.condition === "item-not-found",
        action,
      );
    }
  });

  it("0167-15: description-info changes nothing", () => {
    const { previous, names } = described();
    const text = toSdp(jingle(content({ description: VP8 }), "description-info"), { previous, names });
    assert.deepEqual(sectionsOf(text), sectionsOf(previous));
  });

  it("a-2: initiator and responder are written where they are given", () => {
    const element = toJingle(sdp([section()]), { initiator: "romeo@example.org/1" });
    assert.deepEqual([element.attrs.initiator, element.attrs.responder], ["romeo@example.org/1", undefined]);
  });

  it("a session-accept names the accepted contents only, in its group too", () => {
    const element = toJingle(sdp([section(), video()]), {
      action: "session-accept",
      role: "responder",
      contents: ["1"],
    });
    assert.deepEqual(
      all(element.getChild("group")!, "content").map(({ attrs }) => attrs.name),
      ["1"],
    );
  });
});
