import { strict as assert } from "node:assert";
import { clipSenders, directionToSenders, sendersToDirection } from "#jingle/roles.js";
import type { Role, Senders } from "#jingle/xep/0166.js";
import { readSdp } from "../support/corpus.js";
import { STRANGER } from "../support/round-trip.js";
import { sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  data,
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

describe("map 1: session level", () => {
  it("s-1, s-2, s-3: v=, o= with a number of the session, s= and t= are there", () => {
    const first = toSdp(jingle(content()));
    assert.match(first, /^v=0\r\no=- (\d{1,19}) 1 IN IP4 127\.0\.0\.1\r\ns=-\r\nt=0 0\r\n/);
    const again = toSdp(jingle(content(), "content-add"), { previous: first });
    const id = (text: string) => /^o=- (\d+) /m.exec(text)![1];
    assert.equal(id(again), id(first));
    assert.match(again, new RegExp(`^o=- ${id(first)} 2 IN `, "m"));
  });

  it("s-4: BUNDLE names the contents, both ways", () => {
    const element = toJingle(sdp([section(), video()]));
    assert.deepEqual(attributesOf(element, "group"), ["semantics=BUNDLE"]);
    assert.deepEqual(
      all(element.getChild("group")!, "content").map(({ attrs }) => attrs.name),
      ["0", "1"],
    );
    assert.match(toSdp(element), /^a=group:BUNDLE 0 1\r$/m);
  });

  it("s-4: a name without an m-line of its own stays out of the group, for browsers refuse it", () => {
    const text = toSdp(jingle(content() + group("0 7 0")));
    assert.match(text, /^a=group:BUNDLE 0\r$/m);
    assert.doesNotMatch(toSdp(jingle(content() + group("7"))), /a=group/);
  });

  it("s-5: LS passes, other semantics are dropped", () => {
    assert.match(toSdp(jingle(content() + group("0", "LS"))), /^a=group:LS 0\r$/m);
    assert.doesNotMatch(toSdp(jingle(content() + group("0", "FID"))), /a=group/);
    const element = toJingle(sdp([section()], ["a=group:LS 0", "a=group:LS 7", "a=group:FID 0"]));
    assert.deepEqual(attributesOf(element, "group"), ["semantics=BUNDLE", "semantics=LS"]);
  });

  it("s-6, s-8, s-12, s-13: what no XEP has is not sent", () => {
    const strange = ["a=msid-semantic: WMS *", "a=ice-lite", "a=identity:abc", "a=cryptex"];
    const plain = toJingle(sdp([section()])).toString();
    assert.equal(toJingle(sdp([section()], strange)).toString(), plain);
  });

  it("s-7: extmap-allow-mixed of the session is said in every description, and written when all say it", () => {
    const element = toJingle(sdp([section(), video(), data()], ["a=extmap-allow-mixed"]));
    assert.equal(all(element, "extmap-allow-mixed").length, 2);
    const lines = [...sectionsOf(toSdp(element)).values()].map((one) => one.includes("a=extmap-allow-mixed"));
    assert.deepEqual(lines, [true, true]);
    element.getChildren("content")[1]!.getChild("description")!.remove("extmap-allow-mixed");
    assert.doesNotMatch(toSdp(element), /extmap-allow-mixed/);
  });

  it("s-9, s-10: fingerprint, setup, ICE of the session level are in each transport", () => {
    const head = [
      "a=fingerprint:sha-256 AB:CD",
      "a=setup:actpass",
      "a=ice-ufrag:abcd",
      "a=ice-pwd:pwd",
      "a=ice-options:trickle",
    ];
    const element = toJingle(sdp([section({ transport: [] }), video({ transport: [] })], head));
    assert.deepEqual(attributesOf(element, "transport"), ["ufrag=abcd pwd=pwd", "ufrag=abcd pwd=pwd"]);
    assert.deepEqual(
      all(element, "fingerprint").map((one) => one.getText()),
      ["AB:CD", "AB:CD"],
    );
    assert.deepEqual(attributesOf(element, "fingerprint"), [
      "hash=sha-256 setup=actpass",
      "hash=sha-256 setup=actpass",
    ]);
    assert.equal(all(element, "trickle").length, 2);
  });

  it("s-11: the direction of the session level is the default of each section", () => {
    const element = toJingle(
      sdp([section(), video({ lines: ["a=rtpmap:96 VP8/90000", "a=sendrecv"] })], ["a=inactive"]),
    );
    assert.deepEqual(
      element.getChildren("content").map(({ attrs }) => attrs.senders),
      ["none", undefined],
    );
  });
});

describe("map 2: m-lines", () => {
  it("m-1: the order of payload types is the preference, both ways", () => {
    const ids = "8 111 0";
    const lines = ["a=rtpmap:111 opus/48000/2", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"];
    const element = toJingle(sdp([section({ ids, lines })]));
    assert.deepEqual(
      all(element, "payload-type").map(({ attrs }) => attrs.id),
      ["8", "111", "0"],
    );
    assert.equal(linesOf(element)[0], "m=audio 9 UDP/TLS/RTP/SAVPF 8 111 0");
  });

  it("m-2, m-3: the profile and the port are always those that browsers want", () => {
    const element = toJingle(sdp([section({ m: "audio 41234 RTP/SAVPF" })]));
    assert.equal(linesOf(element)[0], "m=audio 9 UDP/TLS/RTP/SAVPF 111");
  });

  it("m-4: a rejected section of an offer is no content", () => {
    const element = toJingle(sdp([section(), video({ m: "video 0 UDP/TLS/RTP/SAVPF" })]));
    assert.deepEqual(
      element.getChildren("content").map(({ attrs }) => attrs.name),
      ["0"],
    );
    assert.deepEqual(
      all(element.getChild("group")!, "content").map(({ attrs }) => attrs.name),
      ["0"],
    );
  });

  it("m-5: port 0 with bundle-only is alive (Firefox's second m-line of a kind)", () => {
    const element = toJingle(readSdp("firefox", "max-bundle-offer.sdp"), { peer: STRANGER });
    assert.deepEqual(
      element.getChildren("content").map(({ attrs }) => attrs.name),
      ["0", "1", "2"],
    );
    assert.deepEqual(
      [...sectionsOf(toSdp(element)).values()].map(([m]) => m!.split(" ")[1]),
      ["9", "9", "9"],
    );
  });

  it("m-6, a-12: what a session-accept leaves out is rejected in four lines, and not in the group", () => {
    const offer = sdp([section(), video()]);
    const accept = jingle(content() + group("0 1"), "session-accept");
    const answer = toSdp(accept, { role: "responder", type: "answer", offer });
    assert.deepEqual(sectionsOf(answer).get("1"), [
      "m=video 0 UDP/TLS/RTP/SAVPF 0",
      "c=IN IP4 0.0.0.0",
      "a=inactive",
      "a=mid:1",
    ]);
    assert.match(answer, /^a=group:BUNDLE 0\r$/m);
  });

  it("m-6: our rejection leaves the content out of session-accept", () => {
    const answer = sdp([section(), ["m=video 0 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=inactive", "a=mid:1"]]);
    const element = toJingle(answer, { action: "session-accept", role: "responder" });
    assert.deepEqual(attributesOf(element, "content"), ["creator=initiator name=0", "name=0"]);
  });

  it("a-1: the first offer says every m-line that lives", () => {
    const element = toJingle(sdp([section(), video(), video({ mid: "2" })]));
    assert.equal(element.attrs.action, "session-initiate");
    assert.deepEqual(attributesOf(element, "description"), ["media=audio", "media=video", "media=video"]);
  });

  it("a-2: contents of an accept come in any order; the answer has the order of the offer", () => {
    const offer = sdp([section(), video()]);
    const vp8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";
    const accept = jingle(content({ name: "1", media: "video", description: vp8 }) + content(), "session-accept");
    const answer = toSdp(accept, { role: "responder", type: "answer", offer });
    assert.deepEqual([...sectionsOf(answer).keys()], ["0", "1"]);
  });

  it("a-13: an answer without a group is not bundled", () => {
    const answer = toSdp(jingle(content(), "session-accept"), {
      role: "responder",
      type: "answer",
      offer: sdp([section()]),
    });
    assert.doesNotMatch(answer, /a=group/);
  });

  it("0338-04: an answer bundles nothing that was not offered together", () => {
    const offer = sdp([section(), video()]).replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0");
    const vp8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";
    const inner = content() + content({ name: "1", media: "video", description: vp8 }) + group("0 1");
    assert.match(
      toSdp(jingle(inner, "session-accept"), { role: "responder", type: "answer", offer }),
      /^a=group:BUNDLE 0\r$/m,
    );
  });

  it("m-8: text is sent as it is, and left out for browsers", () => {
    const element = toJingle(
      sdp([section(), section({ mid: "1", m: "text 9 RTP/SAVPF", ids: "98", lines: ["a=rtpmap:98 t140/1000"] })]),
    );
    assert.equal(all(element, "description")[1]!.attrs.media, "text");
    assert.deepEqual([...sectionsOf(toSdp(element)).keys()], ["0"]);
  });

  it("m-9: c= is in every section, and not in Jingle", () => {
    const element = toJingle(sdp([section()]));
    assert.doesNotMatch(element.toString(), /0\.0\.0\.0/);
    assert.equal(linesOf(element)[1], "c=IN IP4 0.0.0.0");
  });

  it("b-1, b-2: AS and TIAS, both ways", () => {
    const line = (bandwidth: string) =>
      all(toJingle(sdp([section({ lines: [bandwidth, "a=rtpmap:111 opus/48000/2"] })])), "bandwidth")[0]!;
    assert.equal(
      line("b=AS:64")
        .toString()
        .replace(/ xmlns="[^"]*"/, ""),
      '<bandwidth type="AS">64</bandwidth>',
    );
    assert.equal(line("b=TIAS:64000").getText(), "64000");
    const back = linesOf(
      jingle(
        content({ description: `${OPUS}<bandwidth type='AS'>64</bandwidth><bandwidth type='TIAS'>64000</bandwidth>` }),
      ),
    );
    assert.deepEqual(valuesOf(back, "b="), ["AS:64", "TIAS:64000"]);
  });

  it("b-2: only one fits the XEP's schema, and TIAS says more", () => {
    const lines = ["b=AS:64", "b=TIAS:64000", "a=rtpmap:111 opus/48000/2"];
    assert.deepEqual(attributesOf(toJingle(sdp([section({ lines })])), "bandwidth"), ["type=TIAS"]);
  });

  it("b-1: Movim's number in an attribute is read; what is no number is dropped", () => {
    const back = (inner: string) => valuesOf(linesOf(jingle(content({ description: OPUS + inner }))), "b=");
    assert.deepEqual(back("<bandwidth type='AS' value='64'/>"), ["AS:64"]);
    assert.deepEqual(back("<bandwidth type='AS'>much</bandwidth><bandwidth type='X'>1</bandwidth>"), []);
  });
});

describe("map 2: directions", () => {
  const table: readonly (readonly [Senders, string, string])[] = [
    ["both", "sendrecv", "sendrecv"],
    ["initiator", "sendonly", "recvonly"],
    ["responder", "recvonly", "sendonly"],
    ["none", "inactive", "inactive"],
  ];

  for (const [senders, byInitiator, byResponder] of table) {
    it(`d-1, d-2, d-3, d-4, d-5, d-6: senders ${senders} is ${byInitiator} in the initiator's SDP, ${byResponder} in the responder's`, () => {
      for (const [role, direction] of [
        ["initiator", byInitiator],
        ["responder", byResponder],
      ] as const) {
        assert.equal(sendersToDirection(senders, role), direction);
        assert.equal(directionToSenders(direction, role), senders);
        const lines = [`a=${direction}`, "a=rtpmap:111 opus/48000/2"];
        const action = role === "initiator" ? "session-initiate" : "content-add";
        const element = toJingle(sdp([section({ lines })]), { role, action });
        assert.equal(element.getChild("content")!.attrs.senders ?? "both", senders);
        assert.ok(linesOf(element, { role }).includes(`a=${direction}`));
      }
    });
  }

  it("d-1: both is left out, being the default", () => {
    assert.equal(toJingle(sdp([section()])).getChild("content")!.attrs.senders, undefined);
  });

  it("d-7: an answer never gives more than the offer", () => {
    const answer = (senders: string, direction: string, role: Role = "responder") => {
      const offer = sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", `a=${direction}`] })]);
      const element = jingle(content({ attributes: senders && `senders='${senders}'` }), "session-accept");
      return linesOf(element, { role, type: "answer", offer }).find((line) => /^a=(?:send|recv|inac)/.test(line));
    };
    assert.equal(answer("", "sendonly"), "a=recvonly");
    assert.equal(answer("both", "recvonly"), "a=sendonly");
    assert.equal(answer("both", "inactive"), "a=inactive");
    assert.equal(answer("none", "sendrecv"), "a=inactive");
    assert.equal(answer("initiator", "sendrecv"), "a=recvonly");
    assert.equal(answer("", "sendonly", "initiator"), "a=recvonly");
  });

  it("d-6: an accept that contradicts the offer is read swapped (Movim)", () => {
    assert.equal(clipSenders("responder", "initiator"), "initiator");
    assert.equal(clipSenders("initiator", "responder"), "responder");
  });

  it("d-8: without a direction it is both, whatever was before", () => {
    const previous = sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", "a=inactive"] })]);
    assert.ok(linesOf(jingle(content(), "content-add"), { previous }).includes("a=sendrecv"));
  });
});
