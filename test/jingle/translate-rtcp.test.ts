import { strict as assert } from "node:assert";
import { valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
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

const VP8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";

function audio(description: string): readonly string[] {
  return linesOf(jingle(content({ description })));
}

function answered(offer: string, description: string): readonly string[] {
  const accept = jingle(content({ description }), "session-accept");
  return linesOf(accept, { role: "responder", type: "answer", offer });
}

function said(lines: readonly string[]): string {
  return toJingle(sdp([section({ lines })])).toString();
}

describe("map 4: feedback", () => {
  it("f-1, f-3: feedback of one payload type, with subtype or without", () => {
    const lines = [
      "a=rtpmap:10 opus/48000/2",
      "a=rtpmap:100 opus/48000/2",
      "a=rtcp-fb:100 nack pli",
      "a=rtcp-fb:10 goog-remb",
      "a=rtcp-fb:10 ccm fir",
    ];
    const element = toJingle(sdp([section({ ids: "10 100", lines })]));
    assert.deepEqual(
      all(element, "payload-type").map((one) => attributesOf(one, "rtcp-fb").join()),
      ["type=goog-remb,type=ccm subtype=fir", "type=nack subtype=pli"],
    );
    assert.deepEqual(valuesOf(linesOf(element), "a=rtcp-fb:"), ["10 goog-remb", "10 ccm fir", "100 nack pli"]);
  });

  it("f-2: feedback of all payload types is sent with each but protection, and read as it came", () => {
    const lines = [
      "a=rtpmap:96 VP8/90000",
      "a=rtpmap:97 rtx/90000",
      "a=fmtp:97 apt=96",
      "a=rtpmap:98 VP9/90000",
      "a=rtcp-fb:* nack",
      "a=rtcp-fb:98 nack",
    ];
    const element = toJingle(sdp([video({ ids: "96 97 98", lines })]));
    assert.deepEqual(
      all(element, "payload-type").map((one) => attributesOf(one, "rtcp-fb").length),
      [1, 0, 1],
    );
    const back = audio(`${OPUS}<rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack'/>`);
    assert.deepEqual(valuesOf(back, "a=rtcp-fb:"), ["* nack"]);
  });

  it("f-4: trr-int has its own element, 0 is a value", () => {
    const element = toJingle(sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 trr-int 100"] })]));
    assert.deepEqual(attributesOf(element, "rtcp-fb-trr-int"), ["value=100"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=rtcp-fb:"), ["111 trr-int 100"]);
    const back = audio(`${OPUS}<rtcp-fb-trr-int xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' value='0'/>`);
    assert.deepEqual(valuesOf(back, "a=rtcp-fb:"), ["* trr-int 0"]);
    const all = toJingle(sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:* trr-int 5"] })]));
    assert.deepEqual(attributesOf(all, "rtcp-fb-trr-int"), ["value=5"]);
  });

  it("f-5: more words are parameters", () => {
    const element = toJingle(sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 ack rpsi x y"] })]));
    assert.deepEqual(attributesOf(all(element, "rtcp-fb")[0]!, "parameter"), ["name=x", "name=y"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=rtcp-fb:"), ["111 ack rpsi x y"]);
  });

  it("r-1: rtcp-mux is always written, for browsers refuse a section without it", () => {
    const element = jingle(content());
    element.getChild("content")!.getChild("description")!.remove("rtcp-mux");
    assert.ok(linesOf(element).includes("a=rtcp-mux"));
    assert.equal(all(toJingle(sdp([section()])), "rtcp-mux").length, 1);
  });

  it("r-2, r-3, r-4, r-5: other lines about RTCP are not sent", () => {
    const lines = [
      "a=rtcp-mux-only",
      "a=rtcp:9 IN IP4 0.0.0.0",
      "a=rtcp-rsize",
      "a=rtcp-xr:rcvr-rtt=all",
      "a=rtpmap:111 opus/48000/2",
    ];
    assert.equal(said(lines), said(["a=rtpmap:111 opus/48000/2"]));
    const only = section({ lines }).filter((line) => line !== "a=rtcp-mux");
    assert.equal(all(toJingle(sdp([only])), "rtcp-mux").length, 0);
  });
});

describe("map 4: header extensions", () => {
  const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
  const extension = (attributes: string, inner = "") =>
    `<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' ${attributes}>${inner}</rtp-hdrext>`;
  const extensions = (inner: string) => valuesOf(audio(OPUS + inner), "a=extmap:");
  const ALLOW = "<extmap-allow-mixed xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0'/>";

  it("x-1: id and URI, both ways", () => {
    const element = toJingle(sdp([section({ lines: [`a=extmap:4 ${MID}`, "a=rtpmap:111 opus/48000/2"] })]));
    assert.deepEqual(attributesOf(element, "rtp-hdrext"), [`id=4 uri=${MID}`]);
    assert.deepEqual(valuesOf(linesOf(element), "a=extmap:"), [`4 ${MID}`]);
  });

  it("x-2: a direction goes by role into senders, never into the id", () => {
    const lines = ["a=extmap:2/recvonly urn:x", "a=extmap:3/sendrecv urn:y", "a=rtpmap:111 opus/48000/2"];
    const element = toJingle(sdp([section({ lines })]));
    assert.deepEqual(attributesOf(element, "rtp-hdrext"), ["id=2 uri=urn:x senders=responder", "id=3 uri=urn:y"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=extmap:"), ["2/recvonly urn:x", "3 urn:y"]);
    const asResponder = toJingle(sdp([section({ lines })]), { role: "responder", action: "content-add" });
    assert.equal(attributesOf(asResponder, "rtp-hdrext")[0], "id=2 uri=urn:x senders=initiator");
  });

  it("x-2: Conversations' id with a direction in it is read", () => {
    assert.deepEqual(extensions(extension("id='2/recvonly' uri='urn:x'")), ["2/recvonly urn:x"]);
    assert.deepEqual(extensions(extension("id='2/everywhere' uri='urn:x'")), ["2 urn:x"]);
  });

  it("x-3: what follows the URI is parameters", () => {
    const lines = ["a=extmap:9 urn:ietf:params:rtp-hdrext:encrypt urn:x:y a=b", "a=rtpmap:111 opus/48000/2"];
    const element = toJingle(sdp([section({ lines })]));
    assert.deepEqual(attributesOf(all(element, "rtp-hdrext")[0]!, "parameter"), ["name=urn:x:y", "name=a value=b"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=extmap:"), ["9 urn:ietf:params:rtp-hdrext:encrypt urn:x:y a=b"]);
  });

  it("x-4: ids that no packet can carry are dropped", () => {
    const ids = ["0", "1", "14", "15", "16", "255", "256", "-1", "x"].map((id) =>
      extension(`id='${id}' uri='urn:x:${id}'`),
    );
    assert.deepEqual(extensions(ids.join("")), ["1 urn:x:1", "14 urn:x:14"]);
    assert.deepEqual(extensions(ids.join("") + ALLOW), ["1 urn:x:1", "14 urn:x:14", "16 urn:x:16", "255 urn:x:255"]);
  });

  it("x-4: an answer has no extension that was not offered, and no other id", () => {
    const offer = sdp([section({ lines: ["a=extmap:1 urn:x", "a=extmap:2 urn:y", "a=rtpmap:111 opus/48000/2"] })]);
    const description =
      OPUS + extension("id='1' uri='urn:x'") + extension("id='3' uri='urn:y'") + extension("id='4' uri='urn:z'");
    assert.deepEqual(valuesOf(answered(offer, description), "a=extmap:"), ["1 urn:x"]);
  });

  it("x-5: of two URIs on one id the first stays, in a bundle across its sections", () => {
    assert.deepEqual(extensions(extension("id='1' uri='urn:x'") + extension("id='1' uri='urn:y'")), ["1 urn:x"]);
    const second = content({
      name: "1",
      media: "video",
      description: VP8 + extension("id='1' uri='urn:y'") + extension("id='2' uri='urn:z'"),
    });
    const text = toSdp(
      jingle(content({ description: OPUS + extension("id='1' uri='urn:x'") }) + second + group("0 1")),
    );
    assert.deepEqual(valuesOf(text.split("\r\n"), "a=extmap:"), ["1 urn:x", "2 urn:z"]);
  });

  it("x-5: the same extension twice is written once", () => {
    assert.deepEqual(extensions(extension("id='1' uri='urn:x'") + extension("id='1' uri='urn:x'")), ["1 urn:x"]);
  });

  it("x-6: one URI may have two ids", () => {
    assert.deepEqual(extensions(extension("id='1' uri='urn:x'") + extension("id='2' uri='urn:x'")), [
      "1 urn:x",
      "2 urn:x",
    ]);
  });
});
