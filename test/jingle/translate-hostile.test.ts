import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Element, parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { LocalError, RemoteError } from "#jingle/errors.js";
import { DEFAULT_LIMITS } from "#jingle/limits.js";
import { SessionManager } from "#jingle/session-manager.js";
import { jingleToSdp, sdpToJingle, toCandidates } from "#jingle/translate.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { places, rich } from "../support/hostile.js";
import { assertHarmless, PROPERTIES } from "../support/hostile-properties.js";
import { content, group, jingle, OPUS, sdp, section } from "../support/translate.js";

const SEED = 20261123;

describe("what is bad does not get in", () => {
  for (const { title, property, runs } of PROPERTIES) {
    it(title, () => fc.assert(property, { seed: SEED, numRuns: runs }));
  }

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

  it("10,000 candidates of a transport-info too", () => {
    const element = jingle(content({ media: null, transport: many(candidate, 10_000) }), "transport-info");
    assert.throws(() => toCandidates(codec.read(element), {}), isTooMuch);
  });

  it("10,000 groups, and groups of 10,000 names, cost their own reading only", () => {
    const groups =
      many(() => group("0"), 10_000) + group(Array.from({ length: 10_000 }, (_, index) => index).join(" "));
    const text = jingleToSdp(jingle(content() + groups), { role: "initiator", type: "offer" });
    assert.equal(text.match(/a=group/g)?.length, 1);
  });

  it("contents that are added again and again end at the limit of m-lines", () => {
    const names = new ContentNames();
    const hundred = (prefix: string) =>
      jingle(
        many((index) => content({ name: prefix + index }), 100),
        "content-add",
      );
    const previous = jingleToSdp(hundred("a"), { role: "initiator", type: "offer", names });
    assert.throws(() => jingleToSdp(hundred("b"), { role: "initiator", type: "offer", names, previous }), isTooMuch);
  });

  it("an SDP of more characters than one may have is not written", () => {
    const long = OPUS.replace(
      "/>",
      `>${many((n) => `<parameter name='p${n}' value='${"x".repeat(60)}'/>`, 60)}</payload-type>`,
    );
    const contents = (count: number) => jingle(many((n) => content({ name: String(n), description: long }), count));
    const limits = { ...DEFAULT_LIMITS, sdpBytes: 20_000 };
    jingleToSdp(contents(4), { role: "initiator", type: "offer", limits });
    assert.throws(() => jingleToSdp(contents(5), { role: "initiator", type: "offer", limits }), isTooMuch);
  });

  it("what was within the limits once is no exception when it is read again", () => {
    const words = many((n) => `<category xmlns='urn:xmpp:jingle:apps:category:0' name='c${n}'/>`, 100);
    const parameters = many((n) => `<parameter name='p${n}' value='1'/>`, 64);
    const sources =
      `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'>${parameters}</source>` +
      "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='2'><parameter name='cname' value='x'/></source>";
    for (const description of [OPUS + words, OPUS + sources]) {
      const options = { role: "initiator", type: "offer", names: new ContentNames() } as const;
      const previous = jingleToSdp(jingle(content({ description })), options);
      jingleToSdp(jingle(content({ name: "1" }), "content-add"), { ...options, previous });
    }
  });

  it("a hundred thousand elements in one another cost their own reading only", () => {
    const element = jingle(content({ description: OPUS }));
    let inner = element.getChild("content")!.getChild("description")!;
    for (let depth = 0; depth < 100_000; depth++) inner = inner.c("x");
    assert.equal(
      jingleToSdp(element, { role: "initiator", type: "offer" }),
      jingleToSdp(jingle(content()), { role: "initiator", type: "offer" }),
    );
    const manager = new SessionManager({ newId: () => "1", admit: () => null });
    const iq = parse("<iq type='set' id='1' from='romeo@montague.example/orchard'/>");
    iq.cnode(element);
    assert.equal(manager.handle({ type: "stanza", stanza: iq }, 0).length, 2);
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
              "a=rtcp-fb:* nack",
              "a=rtcp-fb:* nack pli",
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
    assert.throws(own({ expandedFeedback: 2 }), LocalError);
    assert.throws(own({ sdpBytes: 100 }), LocalError);
    assert.throws(own({ lineLength: 40 }), LocalError);
  });
});
