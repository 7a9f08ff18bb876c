import { strict as assert } from "node:assert";
import { type Element, parse } from "ltx";
import { DEFAULT_LIMITS } from "#jingle/limits.js";
import { jingleToSdp, sdpToJingle, toCandidates, trickle } from "#jingle/translate.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { FEATURES } from "#jingle/xep/index.js";
import { NS_SDP } from "#jingle/xep/jinglewire-sdp.js";
import { corpus, readCandidates, readSdp } from "../support/corpus.js";
import { comparable, roundTrip, STRANGER, strip } from "../support/round-trip.js";
import { keep } from "../support/schema.js";
import { strangeLines } from "../support/sdp-grammar.js";
import {
  all,
  content,
  data,
  group,
  jingle,
  linesOf,
  OPUS,
  sdp,
  section,
  toJingle,
  video,
} from "../support/translate.js";

/** c-15: of codecs that the application took out, which Firefox leaves in; Chromium refuses the whole SDP over them. */
const STRAY_FEEDBACK = /^a=rtcp-fb:(\d+) /;
/** What is missing or said in other words where the element is taken out on the way; each with its row of the map. */
const LISTED: readonly (readonly [RegExp, string])[] = [
  [/^a=bundle-only$/, "m-5"],
  [/^a=candidate:/, "t-8, t-12, t-13, t-14"],
  [/^a=extmap-allow-mixed$/, "s-7, of a data section"],
  [/^a=max-message-size:/, "k-2"],
  [/^a=msid:/, "u-8"],
  [/^a=rid:/, "i-1"],
  [/^a=rtcp-rsize$/, "r-4"],
  [/^a=rtcp-xr:/, "r-5"],
  [/^a=rtpmap:\d+ [^/]+\/\d+\/1$/, "c-2"],
  [/^a=sendrecv$/, "d-1, of a data section"],
  [/^a=simulcast:/, "i-2"],
];

describe("between two Jinglewires no line of the corpus is lost", () => {
  for (const description of corpus()) {
    for (const role of ["initiator", "responder"] as const) {
      it(`${description.title}, by the ${role}`, () => {
        const { xml, back } = roundTrip(description, role, undefined);
        keep(`<iq type='set' id='1' from='romeo@example.org/1' to='juliet@example.org/1'>${xml}</iq>`);
        const [before, after] = [original(description.text, description.type), comparable(back)];
        assert.deepEqual([...after.keys()], [...before.keys()]);
        for (const [mid, lines] of before) assert.deepEqual(after.get(mid), lines);
      });

      it(`${description.title}, by the ${role}, without the element: only listed lines are missing`, () => {
        const { back } = roundTrip(description, role, undefined, strip);
        assert.deepEqual(strangeLines(back), []);
        const after = comparable(back);
        for (const [mid, lines] of original(description.text, description.type)) {
          const missing = lines.filter((line) => !after.get(mid)!.includes(line));
          assert.deepEqual(
            missing.filter((line) => !LISTED.some(([pattern]) => pattern.test(line))),
            [],
          );
        }
      });
    }
  }
});

/** What was stopped before is not in a first offer, and c-15. */
function original(text: string, type: "offer" | "answer"): ReadonlyMap<string, readonly string[]> {
  const sections = [...comparable(text)].filter(([, lines]) => type === "answer" || !lines.includes("m=rejected"));
  return new Map(
    sections.map(([mid, lines]) => {
      if (lines.includes("m=rejected")) return [mid, lines];
      const m = lines.find((line) => line.startsWith("m="))!;
      const ids = m.split(" ").slice(3);
      return [mid, lines.filter((line) => ids.includes(STRAY_FEEDBACK.exec(line)?.[1] ?? ids[0]!))];
    }),
  );
}

describe("urn:jinglewire:sdp:0", () => {
  const offer = readSdp("firefox", "max-bundle-offer.sdp");

  it("is announced with the features, and sent to those only who announce it, or of whom nothing else is said", () => {
    assert.ok(FEATURES.includes(NS_SDP));
    assert.equal(all(toJingle(offer, { peer: undefined }), "sdp").length, 3);
    assert.equal(all(toJingle(offer, { peer: new Set([...STRANGER, NS_SDP]) }), "sdp").length, 3);
    assert.equal(all(toJingle(offer, { peer: STRANGER }), "sdp").length, 0);
    assert.equal(all(toJingle(offer, { peer: new Set() }), "sdp").length, 0);
  });

  it("is left out where there is nothing to say", () => {
    assert.equal(all(toJingle(sdp([section()]), { peer: undefined }), "sdp").length, 0);
  });

  it("adds less than a tenth to a session-initiate of Chromium", () => {
    const text = readSdp("chrome", "audio-video-offer.sdp");
    const [ours, others] = [undefined, STRANGER].map((peer) => toJingle(text, { peer }).toString().length);
    assert.ok(ours! < others! * 1.1, `${ours} of ${others} bytes`);
  });

  it("says what a browser said, in one element of a content", () => {
    const element = toJingle(offer, { peer: undefined });
    const [audio, , application] = all(element, "sdp").map((one) => one.getText().split("\n"));
    assert.match(audio!.join(), /^msid:\{[^}]+\} \{[^}]+\},mono:9,spelt:Ug,candidate:1 1 TCP /);
    assert.deepEqual(application, ["bundle-only", "direction", "max-message-size:1073741823"]);
  });

  it("carries trickled candidates as the browser wrote them, one and all", () => {
    for (const browser of ["chrome", "firefox"] as const) {
      const local = readSdp(browser, "audio-video-offer-trickle.sdp");
      const events = readCandidates(browser, "audio-video").offerer.filter((one) => one?.candidate);
      const sent = trickle(
        local,
        events.map((one) => one!),
        { sid: "s1", role: "initiator" },
      );
      for (const one of sent) keep(`<iq type='set' id='1'>${codec.write(one)}</iq>`);
      const found = sent.flatMap((one) => toCandidates(codec.read(parse(codec.write(one).toString())), {}));
      const plain = (candidate: string) => candidate.replace(/ ufrag \S+/, "");
      assert.deepEqual(
        found
          .map(({ candidate }) => plain(candidate))
          .filter((one) => one !== "")
          .sort(),
        events.map((one) => plain(one!.candidate)).sort(),
      );
      for (const { candidate, usernameFragment } of found) {
        if (candidate !== "") assert.ok(candidate.includes(` ufrag ${usernameFragment}`));
      }
    }
  });

  /** An offer from another Jinglewire whose one content says these lines. */
  const said = (lines: readonly string[], description = OPUS, media = "audio"): Element => {
    const element = jingle(content({ description, media }) + content({ name: "1" }) + group("0 1"));
    element.getChild("content")!.c("sdp", { xmlns: NS_SDP }).t(lines.join("\n"));
    return element;
  };
  const plain = linesOf(said([]));

  it("is no back door: what is not on the list is dropped, line by line", () => {
    const others = [
      "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
      "ice-ufrag:evil",
      "fingerprint:sha-256 00",
      "setup:passive",
      "rtpmap:0 PCMU/8000",
      "fmtp:111 x=1",
      "rtcp-fb:111 nack",
      "extmap:1 urn:x",
      "ssrc:1 cname:x",
      "sendonly",
      "mid:9",
      "group:BUNDLE 0",
      "m=audio 9 RTP/AVP 0",
      "a=rtcp-rsize",
      "RTCP-RSIZE",
      "rtcp-rsize ",
      "toString",
      "__proto__",
      "constructor:x",
      "",
    ];
    assert.deepEqual(linesOf(said(others)), plain);
    assert.deepEqual(
      linesOf(said([...others, "rtcp-rsize"])).filter((line) => !plain.includes(line)),
      ["a=rtcp-rsize"],
    );
  });

  it("takes a line only as its grammar wants it", () => {
    const bad = [
      "rtcp-xr:",
      "rtcp-xr:rcvr-rtt=all\ra=x",
      "rtcp-xr:RCVR\u0085",
      "max-message-size:-1",
      "max-message-size:99999999999",
      "msid:a b c",
      "msid:",
      "rid:h",
      "rid:h sideways",
      "rid:h send pt=111;x",
      "rid:h send pt=96",
      "mono:x",
      "spelt:Xg",
      "spelt:n1 n2 n3\rc",
      "candidate:1 1 tcp 1 10.0.0.1 9 typ host",
      "candidate:1 1 tcp 1 10.0.0.1 9 typ elsewhere tcptype so",
      "candidate:x\ry 1 tcp 1 10.0.0.1 9 typ host tcptype so",
    ];
    for (const line of bad) assert.deepEqual(linesOf(said([line])), plain, line);
  });

  it("has no candidate that ice-udp:1 has a place for", () => {
    assert.deepEqual(linesOf(said(["candidate:1 1 udp 1 10.0.0.1 9 typ host generation 0"])), plain);
    const lines = linesOf(said(["candidate:1 1 TCP 1 10.0.0.1 9 typ host tcptype so evil 1"]));
    assert.ok(lines.includes("a=candidate:1 1 TCP 1 10.0.0.1 9 typ host tcptype so"));
  });

  it("has rids and simulcast that belong together, or neither", () => {
    const simulcast = (lines: readonly string[]) => linesOf(said(lines)).filter((line) => /rid|simulcast/.test(line));
    assert.deepEqual(simulcast(["rid:h send pt=111", "rid:l send", "simulcast:send h;~l"]), [
      "a=rid:h send pt=111",
      "a=rid:l send",
      "a=simulcast:send h;~l",
    ]);
    assert.deepEqual(simulcast(["rid:h send", "simulcast:send h;l"]), []);
    assert.deepEqual(simulcast(["rid:h send", "simulcast:recv h"]), []);
    assert.deepEqual(simulcast(["rid:h send", "rid:h send", "simulcast:send h"]), []);
    assert.deepEqual(simulcast(["simulcast:send h"]), []);
  });

  it("gives way to the XEPs' elements where it contradicts them", () => {
    const source =
      "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'><parameter name='cname' value='c'/><parameter name='msid' value='s t'/></source>";
    const msids = (lines: readonly string[]) =>
      linesOf(said(lines, OPUS + source)).filter((line) => line.startsWith("a=msid:"));
    assert.deepEqual(msids(["msid:other t"]), ["a=msid:s t"]);
    assert.deepEqual(msids(["msid:s t", "msid:s2 t"]), ["a=msid:s t", "a=msid:s2 t"]);
    // Two channels, whatever is said of one; and where generation is 1, a spelling without it does not hide it.
    assert.ok(linesOf(said(["mono:111"])).includes("a=rtpmap:111 opus/48000/2"));
    const restarted = said(["spelt:g"]);
    restarted.getChild("content")!.getChild("transport")!.c("candidate", {
      component: "1",
      foundation: "1",
      generation: "1",
      id: "c",
      ip: "10.0.0.1",
      port: "9",
      priority: "1",
      protocol: "udp",
      type: "host",
    });
    assert.ok(linesOf(restarted).includes("a=candidate:1 1 udp 1 10.0.0.1 9 typ host generation 1"));
    // A direction is what senders says.
    const inactive = toJingle(sdp([data({ mid: "0", lines: ["a=sctp-port:5000", "a=sendrecv"] })]), {
      peer: undefined,
    });
    inactive.getChild("content")!.attrs.senders = "none";
    assert.ok(linesOf(inactive).includes("a=inactive"));
  });

  it("says bundle-only of a section that has another before it in its bundle, and in offers alone", () => {
    assert.ok(!linesOf(said(["bundle-only"])).includes("a=bundle-only"));
    const two = sdp([section(), video({ m: "video 0 UDP/TLS/RTP/SAVPF", transport: [] })]).replace(
      "a=mid:1",
      "a=bundle-only\r\na=mid:1",
    );
    assert.match(toJingle(two, { peer: undefined }).toString(), />bundle-only</);
  });

  it("a peer without it gets one stream for a section, another Jinglewire every one", () => {
    const lines = ["a=rtpmap:111 opus/48000/2", "a=msid:s1 t", "a=msid:s2 t"];
    const msids = linesOf(toJingle(sdp([section({ lines })]), { peer: undefined })).filter((one) => /msid/.test(one));
    assert.deepEqual(msids, ["a=msid:s1 t", "a=msid:s2 t"]);
  });

  it("past the limits it is resource-constraint", () => {
    for (const lines of [Array(500).fill("rtcp-rsize"), ["x".repeat(5000)]]) {
      assert.throws(() => linesOf(said(lines)), { condition: "resource-constraint" });
    }
    const limits = { ...DEFAULT_LIMITS, parameters: 1, candidates: 1 };
    assert.throws(() => linesOf(said(["x", "x", "x"]), { limits }), { condition: "resource-constraint" });
  });

  it("a later action leaves it as it was", () => {
    const xml = sdpToJingle(offer, { action: "session-initiate", sid: "s1", role: "initiator" });
    const first = jingleToSdp(xml, { role: "initiator", type: "offer" });
    const hold = jingle("<content creator='initiator' name='1' senders='none'/>", "content-modify");
    const second = jingleToSdp(hold, { role: "initiator", type: "offer", previous: first });
    const [before, after] = [comparable(first), comparable(second)];
    for (const [mid, lines] of before) {
      const changed = mid === "a=mid:1" ? lines.map((line) => (line === "a=sendrecv" ? "a=inactive" : line)) : lines;
      assert.deepEqual(after.get(mid), [...changed].sort());
    }
  });
});
