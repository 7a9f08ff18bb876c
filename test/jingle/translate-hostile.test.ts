import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Element, parse } from "ltx";
import { LocalError, RemoteError } from "#jingle/errors.js";
import { DEFAULT_LIMITS } from "#jingle/limits.js";
import { jingleToSdp, sdpToJingle, toCandidates } from "#jingle/translate.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { corpus } from "../support/corpus.js";
import { strangeLines } from "../support/sdp-grammar.js";
import { content, group, jingle, OPUS, sdp, section } from "../support/translate.js";

const SEED = 20261123;
/** XML 1.0 §2.2. The parser that reads it here would let them pass. */
const NOT_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** What someone could try to get into a line, or through a number. */
const poison = fc.oneof(
  fc.constantFrom(
    "\r\na=crypto:1",
    "x\r\nm=audio 9 RTP/AVP 0",
    "\n",
    "\r",
    "\0",
    "a b",
    " ",
    "",
    "=",
    ";apt=96",
    '"',
    "'",
    "<&>",
    "\u2028",
    "\u0085",
    "é",
    "😀",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "NaN",
    "__proto__",
    "constructor",
    "toString",
    "x".repeat(5000),
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer().map(String),
);

/** A whole session-initiate with everything in it that the translator knows. */
function rich(): Element {
  const everything = `${OPUS}
    <payload-type id='96' name='VP8' clockrate='90000' ptime='20' maxptime='60'><parameter name='a' value='b'/>
      <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack' subtype='pli'><parameter name='x' value='y'/></rtcp-fb>
      <rtcp-fb-trr-int xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' value='5'/></payload-type>
    <payload-type id='97' name='rtx' clockrate='90000'><parameter name='apt' value='96'/></payload-type>
    <payload-type id='101' name='telephone-event' clockrate='8000'><parameter name='' value='0-15'/></payload-type>
    <bandwidth type='AS'>64</bandwidth>
    <rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='4' uri='urn:x' senders='initiator'><parameter name='p' value='q'/></rtp-hdrext>
    <extmap-allow-mixed xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0'/>
    <ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'><source ssrc='1'/><source ssrc='2'/></ssrc-group>
    <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'><parameter name='cname' value='c'/><parameter name='msid' value='s t'/></source>
    <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='2'><parameter name='cname' value='c'/></source>
    <stream xmlns='urn:xmpp:jingle:apps:rtp:msid:0' id='s' track='t'/>
    <category xmlns='urn:xmpp:jingle:apps:category:0' name='slides'/>`;
  const candidate = `<candidate component='1' foundation='1' generation='0' id='c1' ip='10.0.0.1' port='9' priority='1'
    protocol='udp' type='srflx' rel-addr='10.0.0.2' rel-port='8'/><trickle xmlns='http://gultsch.de/xmpp/drafts/jingle/transports/ice-udp/option'/>`;
  const sctp =
    "<sctpmap xmlns='urn:xmpp:jingle:transports:dtls-sctp:1' number='5000' protocol='webrtc-datachannel' streams='1024'/>";
  return jingle(
    content({ description: everything, transport: candidate }) +
      content({ name: "1", media: "video", description: everything }) +
      content({ name: "2", media: null, transport: sctp }) +
      group("0 1 2"),
  );
}

/** Every place where a peer writes: [element, attribute], or [element, null] for its text. */
function places(element: Element): readonly (readonly [Element, string | null])[] {
  const own = Object.keys(element.attrs)
    .filter((name) => name !== "xmlns")
    .map((name) => [element, name] as const);
  return [...own, [element, null], ...element.getChildElements().flatMap(places)];
}

/** No exception but the peer's fault, no line that no RFC allows, no more lines than the input explains. */
function assertHarmless(element: Element, options: Partial<Parameters<typeof jingleToSdp>[1]> = {}): void {
  let text: string;
  try {
    text = jingleToSdp(element, { role: "initiator", type: "offer", ...options });
  } catch (error) {
    assert.ok(error instanceof RemoteError, String(error));
    return;
  }
  assert.deepEqual(strangeLines(text), []);
  assert.ok(text.split("\r\n").length < 20 + 12 * element.getChildren("content").length + 3 * count(element));
}

function count(element: Element): number {
  return element.getChildElements().reduce((sum, child) => sum + count(child), 1);
}

describe("what is bad does not get in", () => {
  it("poison in any place of a peer's description", () => {
    const total = places(rich()).length;
    const spoilt = fc.array(fc.tuple(fc.nat(total - 1), poison), { minLength: 1, maxLength: 4 });
    const check = fc.property(spoilt, fc.boolean(), (changes, isAnswer) => {
      const element = rich();
      const all = places(element);
      for (const [place, value] of changes) {
        const [target, name] = all[place]!;
        if (name === null) target.children.unshift(value);
        else target.attrs[name] = value;
      }
      if (!isAnswer) return assertHarmless(element);
      element.attrs.action = "session-accept";
      assertHarmless(element, { type: "answer", offer: OFFER });
    });
    fc.assert(check, { seed: SEED, numRuns: 1000 });
  });

  it("poison in every single place, each kind of it", () => {
    const total = places(rich()).length;
    for (let place = 0; place < total; place++) {
      for (const value of ["\r\na=x:1", "\0", "a b", "", "-1", "99999999999", "é", ";x=1", "x".repeat(5000)]) {
        const element = rich();
        const [target, name] = places(element)[place]!;
        if (name === null) target.children = [value];
        else target.attrs[name] = value;
        assertHarmless(element);
      }
    }
  });

  it("elements that are missing, doubled, moved or of another namespace", () => {
    const total = count(rich());
    const changes = fc.array(
      fc.tuple(fc.nat(total - 1), fc.nat(total - 1), fc.constantFrom("drop", "double", "move", "rename")),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const check = fc.property(changes, (list) => {
      const element = rich();
      for (const [from, to, change] of list) alter(element, from, to, change);
      assertHarmless(element);
    });
    fc.assert(check, { seed: SEED, numRuns: 500 });
  });

  it("poison in candidates on their way to addIceCandidate", () => {
    const info = () =>
      jingle(
        content({
          media: null,
          transport:
            "<candidate component='1' foundation='1' id='c' ip='10.0.0.1' port='9' priority='1' protocol='udp' type='host' rel-addr='a' rel-port='1' tcptype='so' generation='0'/>",
        }),
        "transport-info",
      );
    const total = places(info()).length;
    const check = fc.property(fc.nat(total - 1), poison, (place, value) => {
      const element = info();
      const [target, name] = places(element)[place]!;
      if (name !== null) target.attrs[name] = value;
      let found: ReturnType<typeof toCandidates> = [];
      try {
        found = toCandidates(codec.read(element), {});
      } catch (error) {
        assert.ok(error instanceof RemoteError);
      }
      for (const { candidate, usernameFragment } of found) {
        assert.deepEqual(strangeLines(`a=${candidate.replace(/ ufrag [0-9A-Za-z+/]{4,256}$/, "")}\r\n`), []);
        assert.match(usernameFragment ?? "none", /^[0-9A-Za-z+/]{4,256}$/);
      }
    });
    fc.assert(check, { seed: SEED, numRuns: 500 });
  });

  it("an SDP with anything in any line: what comes of it is well-formed, and can be read", () => {
    const texts = corpus().filter(({ title }) =>
      /audio-video-data-offer$|simulcast-offer$|max-bundle-offer$/.test(title),
    );
    const change = fc.tuple(fc.nat(), fc.nat(), poison, fc.constantFrom("insert", "replace", "drop", "tail"));
    const check = fc.property(
      fc.constantFrom(...texts),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      ({ text }, changes) => {
        const lines = text.split("\r\n");
        for (const [line, column, value, how] of changes) spoil(lines, line % lines.length, column, value, how);
        let xml: string;
        try {
          xml = sdpToJingle(lines.join("\r\n"), {
            action: "session-initiate",
            sid: "s1",
            role: "initiator",
          }).toString();
        } catch (error) {
          assert.ok(error instanceof LocalError, String(error));
          return;
        }
        assert.doesNotMatch(xml, NOT_XML);
        assertHarmless(parse(xml));
      },
    );
    fc.assert(check, { seed: SEED, numRuns: 500 });
  });
});

describe("limits", () => {
  const isTooMuch = (error: unknown) => error instanceof RemoteError && error.condition === "resource-constraint";
  const many = (one: (index: number) => string, count: number) =>
    Array.from({ length: count }, (_, index) => one(index)).join("");
  const candidate = (port: number) =>
    `<candidate component='1' foundation='1' ip='10.0.0.1' port='${port}' priority='1' protocol='udp'/>`;
  const source = (ssrc: number) =>
    `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='${ssrc + 1}'><parameter name='cname' value='x'/></source>`;
  const extension = (id: number) =>
    `<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='${id}' uri='urn:x'/>`;

  const cases: readonly (readonly [string, () => Element])[] = [
    ["10,000 candidates", () => jingle(content({ transport: many(candidate, 10_000) }))],
    ["1,000 contents", () => jingle(many((index) => content({ name: String(index) }), 1000))],
    [
      "5,000 payload types",
      () =>
        jingle(content({ description: many((id) => `<payload-type id='${id % 128}' name='x' clockrate='1'/>`, 5000) })),
    ],
    [
      "5,000 parameters",
      () =>
        jingle(
          content({
            description: OPUS.replace(
              "/>",
              `>${many((n) => `<parameter name='p${n}' value='1'/>`, 5000)}</payload-type>`,
            ),
          }),
        ),
    ],
    ["5,000 sources", () => jingle(content({ description: OPUS + many(source, 5000) }))],
    ["5,000 header extensions", () => jingle(content({ description: OPUS + many(extension, 5000) }))],
    [
      "a group of 5,000 sources",
      () =>
        jingle(
          content({
            description: `${OPUS}<ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'>${many(() => "<source ssrc='1'/>", 5000)}</ssrc-group>`,
          }),
        ),
    ],
    [
      "a line of 5,000 characters",
      () =>
        jingle(
          content({
            description: OPUS.replace("/>", `><parameter name='p' value='${"x".repeat(5000)}'/></payload-type>`),
          }),
        ),
    ],
    [
      "5,000 fingerprints",
      () =>
        jingle(
          content({
            transport: many(() => "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='x'>AB</fingerprint>", 5000),
          }),
        ),
    ],
  ];
  for (const [what, make] of cases) {
    it(`${what} from a peer are resource-constraint, not work`, () => {
      const element = make();
      assert.throws(() => jingleToSdp(element, { role: "initiator", type: "offer" }), isTooMuch);
    });
  }

  it("10,000 groups, and groups of 10,000 names, cost their own reading only", () => {
    const groups =
      many(() => group("0"), 10_000) + group(Array.from({ length: 10_000 }, (_, index) => index).join(" "));
    const text = jingleToSdp(jingle(content() + groups), { role: "initiator", type: "offer" });
    assert.equal(text.match(/a=group/g)?.length, 1);
  });

  it("each is an argument", () => {
    const two = jingle(content() + content({ name: "1" }));
    const limits = { ...DEFAULT_LIMITS, contents: 1 };
    assert.throws(() => jingleToSdp(two, { role: "initiator", type: "offer", limits }), isTooMuch);
    const own = (over: Partial<typeof DEFAULT_LIMITS>) => () =>
      sdpToJingle(
        sdp([
          section({
            lines: [
              "a=rtpmap:111 opus/48000/2",
              "a=fmtp:111 a=1;b=2",
              "a=extmap:1 urn:x",
              "a=extmap:2 urn:y",
              "a=ssrc:1 cname:x",
              "a=ssrc:2 cname:x",
              "a=candidate:1 1 udp 1 10.0.0.1 9 typ host",
              "a=candidate:1 1 udp 1 10.0.0.1 8 typ host",
            ],
            ids: "111 0",
          }),
          section({ mid: "1" }),
        ]),
        {
          action: "session-initiate",
          sid: "s1",
          role: "initiator",
          limits: { ...DEFAULT_LIMITS, ...over },
        },
      );
    own({})();
    for (const limit of ["contents", "payloads", "parameters", "headerExtensions", "sources", "candidates"] as const) {
      assert.throws(own({ [limit]: 1 }), LocalError, limit);
    }
    assert.throws(own({ sdpBytes: 100 }), LocalError);
    assert.throws(own({ lineLength: 40 }), LocalError);
  });
});

/** What Chromium offers, for answers. */
const OFFER = corpus().find(({ title }) => title === "chrome/audio-video-data-offer")!.text;

function alter(element: Element, from: number, to: number, change: string): void {
  const all = flatten(element);
  const target = all[from % all.length]!;
  const { parent } = target;
  if (!parent) return;
  if (change === "drop" || change === "move") parent.children.splice(parent.children.indexOf(target), 1);
  if (change === "double") parent.children.push(parse(target.toString()));
  if (change === "rename") target.attrs.xmlns = "urn:example:other";
  const place = flatten(element)[to % flatten(element).length]!;
  if (change === "move" && place !== target) place.children.push(target);
}

function flatten(element: Element): readonly Element[] {
  return [element, ...element.getChildElements().flatMap(flatten)];
}

function spoil(lines: string[], line: number, column: number, value: string, how: string): void {
  const old = lines[line]!;
  const at = old.length === 0 ? 0 : column % old.length;
  if (how === "insert") lines[line] = old.slice(0, at) + value + old.slice(at);
  if (how === "replace") lines[line] = old.slice(0, at) + value;
  if (how === "drop") lines.splice(line, 1);
  if (how === "tail") lines.push(old.slice(0, old.indexOf(":") + 1) + value);
}
