import { strict as assert } from "node:assert";
import { ContentNames } from "#jingle/description.js";
import { RemoteError } from "#jingle/errors.js";
import { toCandidates } from "#jingle/translate.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  data,
  fingerprintXml,
  group,
  jingle,
  linesOf,
  OPUS,
  sdp,
  section,
  toJingle,
  toSdp,
  video,
} from "../support/translate.js";

const SDES_MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const MID_EXTENSION = `<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='4' uri='${SDES_MID}'/>`;
const DTLS_SCTP = "urn:xmpp:jingle:transports:dtls-sctp:1";

function mids(text: string): readonly string[] {
  return [...sectionsOf(text).keys()];
}

function byResponder(inner: string): string {
  return inner.replace("creator='initiator'", "creator='responder'");
}

describe("map 6: mid and content name", () => {
  it("n-1: the name of a content is its mid, its creator who described it first", () => {
    assert.equal(attributesOf(toJingle(sdp([section({ mid: "a" })])), "content")[0], "creator=initiator name=a");
    const accept = toJingle(sdp([section()]), { action: "session-accept", role: "responder" });
    assert.equal(attributesOf(accept, "content")[0], "creator=initiator name=0");
    const added = toJingle(sdp([section()]), { action: "content-add", role: "responder" });
    assert.equal(attributesOf(added, "content")[0], "creator=responder name=0");
  });

  it("n-1: a name that the other side has taken is not taken again", () => {
    const names = new ContentNames();
    names.set("x0", { creator: "initiator", name: "1" });
    const element = toJingle(sdp([section(), video()]), {
      action: "content-add",
      role: "responder",
      contents: ["1"],
      names,
    });
    assert.equal(attributesOf(element, "content")[0], "creator=responder name=c0");
    assert.deepEqual(names.contentOf("1"), { creator: "responder", name: "c0" });
  });

  it("n-1: later actions keep the creator that the peer has written (Dino)", () => {
    const names = new ContentNames();
    toSdp(jingle(content({ name: "video" }), "content-add"), { role: "responder", names });
    const element = toJingle(sdp([section({ mid: "video" })]), { action: "content-modify", names });
    assert.equal(attributesOf(element, "content")[0], "creator=initiator name=video senders=both");
  });

  it("n-2: names that can be a mid are the mid", () => {
    for (const name of ["0", "audio", "a.b-c_d~e", "x".repeat(16), "!#$%&'*+-.^_~"]) {
      const escaped = name.replace("&", "&amp;").replace("'", "&apos;");
      assert.deepEqual(mids(toSdp(jingle(content({ name: escaped })))), [name]);
    }
  });

  it("n-2, n-3: others get one, in groups and candidates too", () => {
    for (const name of [
      "x".repeat(17),
      "this-is-the-audio-content",
      "a b",
      "a/b",
      "a:b",
      "a@b",
      "ä",
      "",
      "a\tb",
      "{a}",
    ]) {
      const names = new ContentNames();
      const text = toSdp(jingle(content({ name }) + group("0", "BUNDLE").replace("name='0'", `name='${name}'`)), {
        names,
      });
      assert.deepEqual(mids(text), ["x0"], name);
      assert.match(text, /^a=group:BUNDLE x0\r$/m);
      const candidate = "<candidate component='1' foundation='1' ip='10.0.0.1' port='9' priority='1' protocol='udp'/>";
      const info = codec.read(jingle(content({ name, media: null, transport: candidate }), "transport-info"));
      assert.deepEqual(
        toCandidates(info, { names }).map(({ sdpMid }) => sdpMid),
        ["x0"],
      );
    }
  });

  it("n-3: a made-up mid is not one that a content has", () => {
    assert.deepEqual(
      mids(toSdp(jingle(content({ name: "x0" }) + content({ name: "a b" }) + content({ name: "x1" })))),
      ["x0", "x1", "x2"],
    );
  });

  it("n-4: an answer has the mids of the offer", () => {
    const names = new ContentNames();
    names.set("0", { creator: "initiator", name: "a rather long name" });
    const accept = jingle(content({ name: "a rather long name" }), "session-accept");
    assert.deepEqual(mids(toSdp(accept, { role: "responder", type: "answer", offer: sdp([section()]), names })), ["0"]);
  });

  it("n-4: a content that was not offered is item-not-found (E16)", () => {
    const accept = jingle(content({ name: "9" }), "session-accept");
    assert.throws(
      () => toSdp(accept, { role: "responder", type: "answer", offer: sdp([section()]) }),
      (error) =>
        error instanceof RemoteError && error.condition === "item-not-found" && error.application === undefined,
    );
  });

  it("n-5: of one name by two creators the second gets a made-up mid", () => {
    const names = new ContentNames();
    const text = toSdp(jingle(content() + byResponder(content())), { names });
    assert.deepEqual(mids(text), ["0", "x0"]);
    assert.deepEqual(names.contentOf("x0"), { creator: "responder", name: "0" });
  });

  it("0166-26: of one name by one creator the first counts", () => {
    assert.deepEqual(mids(toSdp(jingle(content() + content()))), ["0"]);
  });

  it("n-6: where a mid is made up, the header extension that carries it is dropped, in both directions", () => {
    const names = new ContentNames();
    const element = jingle(content({ name: "a b", description: OPUS + MID_EXTENSION }));
    assert.deepEqual(valuesOf(linesOf(element, { names }), "a=extmap:"), []);
    assert.deepEqual(valuesOf(linesOf(jingle(content({ description: OPUS + MID_EXTENSION }))), "a=extmap:"), [
      `4 ${SDES_MID}`,
    ]);
    const answer = sdp([section({ mid: "x0", lines: [`a=extmap:4 ${SDES_MID}`, "a=rtpmap:111 opus/48000/2"] })]);
    const accept = toJingle(answer, { action: "session-accept", role: "responder", names });
    assert.equal(all(accept, "rtp-hdrext").length, 0);
    assert.equal(attributesOf(accept, "content")[0], "creator=initiator name=a b");
  });
});

describe("map 8: data channels", () => {
  const sctpmap = (attributes: string) => `<sctpmap xmlns='${DTLS_SCTP}' ${attributes}/>`;

  it("k-1, m-7: sctp-port is an sctpmap, both ways", () => {
    const element = toJingle(sdp([data()]), { peer: new Set([DTLS_SCTP]) });
    assert.deepEqual(attributesOf(element, "sctpmap"), ["number=5000 protocol=webrtc-datachannel streams=1024"]);
    const lines = linesOf(element);
    assert.equal(lines[0], "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
    assert.deepEqual(valuesOf(lines, "a=sctp-port:"), ["5000"]);
  });

  it("k-1, 0343-01: the port is read under both names", () => {
    for (const one of ["number='5001'", "port='5001'"]) {
      const inner = content({ media: null, transport: sctpmap(`${one} protocol='webrtc-datachannel'`) });
      assert.deepEqual(valuesOf(linesOf(jingle(inner)), "a=sctp-port:"), ["5001"]);
    }
  });

  it("k-2: to strangers no size of messages is written: 64 KiB is what browsers take then", () => {
    const peer = new Set([DTLS_SCTP]);
    assert.doesNotMatch(linesOf(toJingle(sdp([data()]), { peer })).join(), /max-message-size/);
  });

  it("k-5: channels are the application's: an element for one changes nothing, and none is sent", () => {
    const port = sctpmap("number='5000' protocol='webrtc-datachannel'");
    const channel = "<channel xmlns='urn:xmpp:jingle:transports:webrtc-datachannel:0' id='1' negotiated='true'/>";
    const read = (transport: string) => linesOf(jingle(content({ media: null, transport })));
    assert.deepEqual(read(port + channel), read(port));
    assert.equal(all(toJingle(sdp([data()]), { peer: new Set([DTLS_SCTP]) }), "channel").length, 0);
  });

  it("k-3: the old form is read, never written", () => {
    const old = [
      "m=application 9 DTLS/SCTP 5000",
      ...data({ lines: ["a=sctpmap:5000 webrtc-datachannel 1024"] }).slice(1),
    ];
    const element = toJingle(sdp([old]), { peer: new Set([DTLS_SCTP]) });
    assert.deepEqual(attributesOf(element, "sctpmap"), ["number=5000 protocol=webrtc-datachannel streams=1024"]);
    assert.equal(linesOf(element)[0], "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
  });

  it("k-4: the transport decides what it is, with any description or none", () => {
    for (const media of [null, "application"]) {
      const inner = content({ media, description: "", transport: sctpmap("number='5000'") });
      assert.match(linesOf(jingle(inner))[0]!, /^m=application /);
    }
  });

  it("k-4: it is offered to peers that announce it only; what they offered is answered", () => {
    const text = sdp([section(), data()]);
    const contents = (options: Parameters<typeof toJingle>[1]) =>
      toJingle(text, options)
        .getChildren("content")
        .map(({ attrs }) => attrs.name);
    assert.deepEqual(contents({ peer: new Set() }), ["0"]);
    assert.deepEqual(contents({ peer: new Set([DTLS_SCTP]) }), ["0", "2"]);
    assert.deepEqual(contents({ peer: undefined }), ["0", "2"]);
    assert.deepEqual(contents({ peer: new Set(), action: "session-accept", role: "responder" }), ["0", "2"]);
    const element = toJingle(text, { peer: new Set() });
    assert.deepEqual(
      all(element.getChild("group")!, "content").map(({ attrs }) => attrs.name),
      ["0"],
    );
  });

  it("k-4: stanza gets no description with it", () => {
    const described = (...features: string[]) =>
      all(toJingle(sdp([data()]), { peer: new Set([DTLS_SCTP, ...features]) }), "description");
    assert.deepEqual(
      described().map(({ attrs }) => attrs.media),
      ["application"],
    );
    assert.equal(described("urn:xmpp:jingle:apps:rtp:msid:0").length, 0);
  });

  it("k-4: an accept without a word of SCTP answers an offered data channel", () => {
    const accept = jingle(
      content({ name: "2", media: null, fingerprint: fingerprintXml(undefined, "active") }),
      "session-accept",
    );
    const answer = toSdp(accept, { role: "responder", type: "answer", offer: sdp([data()]) });
    assert.deepEqual(valuesOf(sectionsOf(answer).get("2")!, "a=sctp-port:"), ["5000"]);
  });

  it("a description that answers with another medium is bad-request", () => {
    assert.throws(
      () =>
        toSdp(jingle(content({ media: "video" }), "session-accept"), {
          role: "responder",
          type: "answer",
          offer: sdp([section()]),
        }),
      /^RemoteError: content 0\/description@media: audio was offered$/,
    );
  });
});
