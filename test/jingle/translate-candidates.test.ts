import { strict as assert } from "node:assert";
import { ContentNames } from "#jingle/description.js";
import { toCandidates, trickle } from "#jingle/translate.js";
import { jingle as codec, type Jingle } from "#jingle/xep/0166.js";
import { readCandidates, readSdp } from "../support/corpus.js";
import { keep } from "../support/schema.js";
import { sectionsOf } from "../support/sdp.js";
import { content, jingle, sdp, section, UFRAG, video } from "../support/translate.js";

const CANDIDATE =
  "<candidate component='1' foundation='1' ip='10.0.0.1' port='9' priority='1' protocol='udp' type='host'/>";

describe("map 7: trickled candidates", () => {
  const PEER = new Set(["urn:xmpp:jingle:1"]);

  function sent(actions: readonly Jingle[]): readonly Jingle[] {
    return actions.map((action) => {
      const element = codec.write(action);
      keep(`<iq type='set' id='1'>${element}</iq>`);
      return codec.read(element);
    });
  }

  for (const browser of ["chrome", "firefox"] as const) {
    it(`t-7, t-15, t-16, 0176-15: ${browser}'s events, one content each, with the credentials of their generation`, () => {
      const local = readSdp(browser, "audio-video-offer-trickle.sdp");
      const events = readCandidates(browser, "audio-video").offerer.flatMap((event) => event ?? []);
      const actions = sent(trickle(local, events, { sid: "s1", role: "initiator", peer: PEER }));
      assert.deepEqual(
        actions.map(({ contents }) => contents.map(({ name }) => name)),
        [["0"], ["1"]],
      );
      const credentials = sectionsOf(local)
        .get("0")!
        .filter((line) => /^a=ice-(?:ufrag|pwd):/.test(line))
        .map((line) => line.replace(/^[^:]*:/, ""));
      for (const { contents } of actions) {
        const transport = contents[0]!.transport!;
        assert.deepEqual([transport.ufrag, transport.pwd].sort(), credentials.sort());
        assert.equal(transport.fingerprints.length, 0);
        assert.equal(transport.candidates.length, 1);
        assert.equal(transport.gatheringComplete, undefined);
      }
    });
  }

  const LOCAL = sdp([section(), video()]);
  const event = (port: number, more = {}) => ({
    candidate: `candidate:1 1 udp 1 10.0.0.1 ${port} typ host`,
    sdpMid: "0",
    ...more,
  });

  it("0176-15: several candidates of a content go together; to a peer without caps one by one", () => {
    const counts = (peer: ReadonlySet<string> | undefined) =>
      sent(trickle(LOCAL, [event(1), event(2), event(3, { sdpMid: "1" })], { sid: "s1", role: "initiator", peer })).map(
        ({ contents }) => contents[0]!.transport!.candidates.length,
      );
    assert.deepEqual(counts(PEER), [2, 1]);
    assert.deepEqual(counts(undefined), [2, 1]);
    assert.deepEqual(counts(new Set()), [1, 1, 1]);
  });

  it("t-15: candidates of an older generation are left out", () => {
    const events = [
      event(1, { usernameFragment: "old1" }),
      event(2, { usernameFragment: UFRAG }),
      { candidate: `${event(3).candidate} ufrag old1`, sdpMid: "0" },
    ];
    const [action] = trickle(LOCAL, events, { sid: "s1", role: "initiator", peer: PEER });
    assert.deepEqual(
      action!.contents[0]!.transport!.candidates.map(({ port }) => port),
      [2],
    );
  });

  it("t-16: the index counts only where there is no mid, and unknown m-lines are left out", () => {
    const events = [event(1, { sdpMid: null, sdpMLineIndex: 1 }), event(2, { sdpMid: "9", sdpMLineIndex: 0 })];
    const actions = trickle(LOCAL, events, { sid: "s1", role: "initiator", peer: PEER });
    assert.deepEqual(
      actions.map(({ contents }) => contents[0]!.name),
      ["1"],
    );
  });

  it("t-16: candidates go by the names of the session, and not for what the session does not have", () => {
    const names = new ContentNames();
    names.set("0", { creator: "responder", name: "voice" });
    const actions = trickle(LOCAL, [event(1), event(2, { sdpMid: "1" })], {
      sid: "s1",
      role: "initiator",
      peer: PEER,
      names,
    });
    assert.deepEqual(
      actions.map(({ contents }) => [contents[0]!.creator, contents[0]!.name]),
      [["responder", "voice"]],
    );
  });

  it("t-12, t-13, t-17: nothing is sent of tcp, component 2 and the end of candidates", () => {
    const events = [
      { candidate: "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype active", sdpMid: "0" },
      { candidate: "candidate:1 2 udp 1 10.0.0.1 9 typ host", sdpMid: "0" },
      { candidate: "", sdpMid: "0" },
    ];
    assert.deepEqual(trickle(LOCAL, events, { sid: "s1", role: "initiator", peer: PEER }), []);
  });

  it("t-17: peers of ice:0 hear the end of candidates, and we read it", () => {
    const events = [event(1), { candidate: "", sdpMid: "0" }, { candidate: "", sdpMid: "1" }];
    const actions = sent(
      trickle(LOCAL, events, { sid: "s1", role: "initiator", peer: new Set(["urn:xmpp:jingle:transports:ice:0"]) }),
    );
    assert.deepEqual(
      actions.map(({ contents }) => contents[0]!.transport!.gatheringComplete),
      [true, true],
    );
    assert.deepEqual(
      actions.flatMap((action) => toCandidates(action, {})),
      [
        {
          candidate: `candidate:1 1 udp 1 10.0.0.1 1 typ host generation 0 ufrag ${UFRAG}`,
          sdpMid: "0",
          usernameFragment: UFRAG,
        },
        { candidate: "", sdpMid: "0", usernameFragment: UFRAG },
        { candidate: "", sdpMid: "1", usernameFragment: UFRAG },
      ],
    );
  });

  it("t-15: stanza's ufrag without pwd is enough for a candidate", () => {
    const info = codec.read(
      jingle(
        content({ media: null, fingerprint: "", credentials: `ufrag='${UFRAG}'`, transport: CANDIDATE }),
        "transport-info",
      ),
    );
    assert.deepEqual(
      toCandidates(info, {}).map(({ usernameFragment }) => usernameFragment),
      [UFRAG],
    );
  });

  it("t-15: a ufrag that is none does not get into the candidate", () => {
    const info = codec.read(
      jingle(
        content({ media: null, fingerprint: "", credentials: "ufrag='a b'", transport: CANDIDATE }),
        "transport-info",
      ),
    );
    assert.deepEqual(toCandidates(info, {}), [
      { candidate: "candidate:1 1 udp 1 10.0.0.1 9 typ host generation 0", sdpMid: "0", usernameFragment: null },
    ]);
  });

  it("E16: candidates of a content that the session does not have are left out", () => {
    const info = codec.read(jingle(content({ media: null, fingerprint: "", transport: CANDIDATE }), "transport-info"));
    assert.deepEqual(toCandidates(info, { names: new ContentNames() }), []);
  });
});
