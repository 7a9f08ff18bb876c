import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { LocalError, RemoteError } from "#jingle/errors.js";
import { actionOf } from "#jingle/session-manager.js";
import { ACTIONS, type Action, REASONS, type Reason } from "#jingle/xep/0166.js";
import { writeSessionInfo } from "#jingle/xep/0167.js";
import { keep } from "../support/schema.js";
import { contents, contentXml, FINGERPRINT, jingleXml, readJingle } from "./offer.js";
import {
  accept,
  active,
  add,
  answerAdd,
  events,
  initiate,
  inject,
  JULIET,
  LATENCY,
  type Pair,
  pair,
  ROMEO,
} from "./session-pair.js";

const RESULT = /type="result"/;

/** A call that Juliet has been offered. */
function offered(options: Parameters<typeof pair>[0] = {}): Pair {
  const call = pair(options);
  initiate(call);
  call.clock.pass(2 * LATENCY);
  return call;
}

function send(call: Pair, who: "juliet" | "romeo", action: Action, parts: Parameters<typeof actionOf>[2] = {}): void {
  const peer = who === "romeo" ? JULIET : ROMEO;
  call[who].feed({ type: "command", peer, jingle: actionOf(action, "s1", parts) });
}

/** What Romeo's iq of that action gets as an answer. */
function refuse(call: Pair, action: string, error: string): void {
  const sent = call.romeo.sent.findLast((text) => text.includes(`action="${action}"`))!;
  const { id } = parse(sent).attrs;
  const text = `<iq type='error' from='${JULIET}' to='${ROMEO}' id='${id}'><error type='cancel'>${error}</error></iq>`;
  call.romeo.feed({ type: "stanza", stanza: parse(text) });
}

const stanzaError = (word: string, inner = "") =>
  `<${word} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${inner}</${word}>`;
const restart = (ufrag = "NEW1", candidates = "", name = "audio") =>
  `<content creator='initiator' name='${name}'><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='${ufrag}'
    pwd='pwd4567890123456789012'>${candidates}</transport></content>`;
const CANDIDATE =
  "<candidate component='1' foundation='1' generation='0' id='c1' ip='192.0.2.1' port='9' priority='1' protocol='udp' type='host'/>";

describe("XEP-0166, rule by rule", () => {
  it("0166-01 0166-07 every action is an iq set to the full JID, with one jingle element, action and sid", () => {
    const call = active();
    send(call, "romeo", "session-info");
    const iq = parse(call.romeo.sent.at(-1)!);
    assert.deepEqual([iq.name, iq.attrs.type, iq.attrs.to], ["iq", "set", JULIET]);
    assert.deepEqual(
      iq.getChildElements().map(({ name, attrs }) => [name, attrs.xmlns, attrs.action, attrs.sid]),
      [["jingle", "urn:xmpp:jingle:1", "session-info", "s1"]],
    );
  });

  it("0166-04 initiator and responder are written where they are given, and nothing hangs on them on receipt", () => {
    const call = active();
    assert.match(call.romeo.sent[0]!, new RegExp(`initiator="${ROMEO}"`));
    assert.match(
      call.juliet.sent.find((text) => text.includes("session-accept"))!,
      new RegExp(`responder="${JULIET}"`),
    );
    const everywhere = jingleXml("session-info", "s1", "").replace(" sid", " initiator='x@y/z' responder='z' sid");
    assert.match(inject(call.juliet, ROMEO, everywhere)!, RESULT);
    assert.match(inject(pair().juliet, ROMEO, jingleXml("session-initiate", "s2", contentXml()))!, RESULT);
  });

  it("0166-05 0166-06 whoever initiator or responder name, the session is with who has sent it", () => {
    const call = pair();
    const other = jingleXml("session-initiate", "s1", contentXml()).replace(
      " sid",
      " initiator='eve@evil.example/x' sid",
    );
    inject(call.juliet, ROMEO, other);
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.state, "pending");
    assert.equal(call.managers.juliet.session("eve@evil.example/x", "s1"), undefined);
    const calling = offered();
    const elsewhere = contentXml() + contentXml({ name: "video" });
    const redirected = jingleXml("session-accept", "s1", elsewhere).replace(
      " sid",
      " responder='eve@evil.example/x' sid",
    );
    inject(calling.romeo, JULIET, redirected);
    send(calling, "romeo", "session-info");
    assert.equal(parse(calling.romeo.sent.at(-1)!).attrs.to, JULIET);
  });

  it("0166-10 all actions beside the session's own three are taken in pending and in active, none before or after", () => {
    const own = ["session-initiate", "session-accept", "session-terminate"];
    for (const action of ACTIONS.filter((one) => !own.includes(one))) {
      for (const call of [offered(), active()]) {
        const fresh = /content-add/.test(action) ? "screen" : "audio";
        const inner = contentXml({ name: fresh, media: "audio", senders: "both" });
        const reply = inject(call.juliet, ROMEO, jingleXml(action, "s1", inner))!;
        const answers = /^(content-(accept|reject)|transport-(accept|reject))$/.test(action);
        assert.match(
          reply,
          answers ? /<out-of-order / : action === "security-info" ? /unsupported-info/ : RESULT,
          action,
        );
      }
      const before = pair();
      assert.match(inject(before.juliet, ROMEO, jingleXml(action, "s1", contentXml()))!, /<unknown-session /);
      const after = active();
      send(after, "romeo", "session-terminate");
      after.clock.pass(2 * LATENCY);
      assert.match(inject(after.juliet, ROMEO, jingleXml(action, "s1", contentXml()))!, /<unknown-session /);
    }
  });

  it("0166-11 our terminate ends it at once: what comes then is unknown-session (E7), a terminate is acknowledged", () => {
    const call = active();
    send(call, "juliet", "session-terminate");
    assert.equal(call.managers.juliet.size, 0);
    assert.match(inject(call.juliet, ROMEO, jingleXml("session-info", "s1", ""), "one")!, /<unknown-session /);
    assert.match(inject(call.juliet, ROMEO, jingleXml("session-terminate", "s1", ""), "two")!, RESULT);
    assert.throws(() => send(call, "juliet", "session-info"), LocalError);
  });

  it("0166-14 a session-terminate without a reason of the application's is a success; of the peer's, general-error", () => {
    const call = active();
    send(call, "romeo", "session-terminate");
    assert.match(call.romeo.sent.at(-1)!, /<reason><success\/><\/reason>/);
    inject(call.juliet, ROMEO, jingleXml("session-terminate", "s1", ""));
    assert.equal(events(call.juliet).at(-1), "ended general-error by peer");
  });

  it("0166-16 0176-02 a session-accept has a content, each with description and a transport of the offer's kind", () => {
    const wrong = ["", "<content name='audio'/>", contentXml().replace(/<transport.*<\/transport>/s, "")];
    for (const inner of wrong) {
      assert.match(inject(offered().romeo, JULIET, jingleXml("session-accept", "s1", inner))!, /<bad-request /, inner);
    }
    const raw = contentXml().replace(
      /<transport.*<\/transport>/s,
      "<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'/>",
    );
    const call = offered();
    inject(call.romeo, JULIET, jingleXml("session-accept", "s1", raw));
    assert.equal(events(call.romeo).at(-1), "ended unsupported-transports by us");
    assert.throws(() => accept(offered(), "s1", []), LocalError);
  });

  it("0166-17 early-session contents are neither offered to the application nor taken when the peer adds them", () => {
    const call = pair();
    const early = contentXml({ name: "early" }).replace("name='early'", "name='early' disposition='early-session'");
    inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml() + early), "one");
    const { event } = call.juliet.heard[0]!;
    assert.ok(event.type === "received");
    assert.deepEqual(
      event.jingle.contents.map(({ name }) => name),
      ["audio"],
    );
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", early), "two");
    assert.match(call.juliet.sent.at(-1)!, /content-reject.*name="early".*<unsupported-applications\/>/);
  });

  it("0166-18 one content with disposition session is enough, none is bad-request (E5)", () => {
    const early = contentXml({ name: "early" }).replace("name='early'", "name='early' disposition='early-session'");
    assert.match(inject(pair().juliet, ROMEO, jingleXml("session-initiate", "s1", early + contentXml()))!, RESULT);
    assert.match(inject(pair().juliet, ROMEO, jingleXml("session-initiate", "s1", early))!, /<bad-request /);
  });

  it("0166-20 content-remove is answered by its result and nothing else, and the others stay", () => {
    const call = active();
    const before = call.juliet.sent.length;
    inject(call.juliet, ROMEO, jingleXml("content-remove", "s1", "<content creator='initiator' name='video'/>"));
    assert.equal(call.juliet.sent.length, before + 1);
    assert.deepEqual(
      call.managers.juliet.session(ROMEO, "s1")?.contents.map(({ name }) => name),
      ["audio"],
    );
    assert.equal(events(call.juliet).at(-1), "content-remove");
  });

  it("0166-21 a content-reject that leaves nothing ends the session with its reason", () => {
    const call = offered();
    const both = "<content creator='initiator' name='audio'/><content creator='initiator' name='video'/>";
    const reason = "<reason><failed-application/></reason>";
    inject(call.romeo, JULIET, jingleXml("content-reject", "s1", both + reason));
    assert.equal(events(call.romeo).at(-1), "ended failed-application by peer");
    assert.match(call.romeo.sent.at(-1)!, /session-terminate.*<failed-application\/>/);
  });

  it("0166-24 goes on with the creator that the peer gives a content, and finds contents by name alone", () => {
    const call = active();
    add(call.juliet, ROMEO, "screen");
    const theirs = contentXml({ name: "screen", media: "video", setup: "active" });
    inject(call.juliet, ROMEO, jingleXml("content-accept", "s1", theirs), "one");
    send(call, "juliet", "content-modify", {
      contents: [{ creator: "responder", name: "screen", senders: "none", extra: [] }],
    });
    assert.match(call.juliet.sent.at(-1)!, /<content creator="initiator" name="screen" senders="none"\/>/);
  });

  it("0166-27 creator is the initiator and senders are both where nothing is said", () => {
    const call = pair();
    inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml().replace("creator='initiator' ", "")));
    const [content] = call.managers.juliet.session(ROMEO, "s1")!.contents;
    assert.deepEqual([content!.creator, content!.senders], ["initiator", "both"]);
  });

  it("0166-28 a content that session-accept leaves out is not taken; one that is refused before is gone", () => {
    const call = offered();
    accept(call, "s1", contents({ name: "audio", setup: "active" }));
    call.clock.pass(2 * LATENCY);
    for (const session of [call.managers.romeo.session(JULIET, "s1"), call.managers.juliet.session(ROMEO, "s1")]) {
      assert.deepEqual(
        session?.contents.map(({ name }) => name),
        ["audio"],
      );
    }
    const refusing = offered();
    send(refusing, "juliet", "content-reject", { contents: [{ creator: "initiator", name: "video", extra: [] }] });
    refusing.clock.pass(LATENCY);
    assert.equal(events(refusing.romeo).at(-1), "content-reject");
    assert.equal(refusing.managers.romeo.session(JULIET, "s1")?.contents.length, 1);
  });

  it("0166-28 what was added before the accept waits for an answer of its own", () => {
    const call = offered();
    inject(call.romeo, JULIET, jingleXml("content-add", "s1", contentXml({ name: "screen", media: "video" })), "one");
    inject(call.romeo, JULIET, jingleXml("session-accept", "s1", contentXml({ setup: "active" })), "two");
    assert.deepEqual(
      call.managers.romeo.session(JULIET, "s1")?.contents.map(({ name, addedBy }) => `${name} ${addedBy}`),
      ["screen responder", "audio null"],
    );
  });

  it("0166-29 of two equal sids the lower JID wins", () => {
    // juliet@ is lower than romeo@.
    const call = pair();
    initiate(call);
    const same = jingleXml("session-initiate", "s1", contentXml());
    assert.match(inject(call.romeo, JULIET, same)!, RESULT);
    assert.deepEqual(events(call.romeo), ["ended alternative-session by peer", "session-initiate"]);
    assert.equal(call.managers.romeo.session(JULIET, "s1")?.role, "responder");
    const other = pair();
    other.juliet.feed({
      type: "command",
      peer: ROMEO,
      jingle: actionOf("session-initiate", "s1", { contents: contents({}) }),
    });
    assert.match(inject(other.juliet, ROMEO, same)!, /<conflict .*<tie-break /);
    assert.equal(other.managers.juliet.session(ROMEO, "s1")?.role, "initiator");
  });

  it("0166-30 a file that crosses our call is no tie", () => {
    const call = pair();
    initiate(call, "a");
    const file = `<content creator='initiator' name='f'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>
      <transport xmlns='urn:xmpp:jingle:transports:s5b:1'/></content>`;
    assert.match(inject(call.romeo, JULIET, jingleXml("session-initiate", "b", file))!, RESULT);
    assert.match(call.romeo.sent.at(-1)!, /<unsupported-applications\/>/);
  });

  it("0166-31 E10 one kind of action that crosses another is no tie; of one kind, the initiator's counts", () => {
    const modify = (senders: string, name = "video") =>
      `<content creator='initiator' name='${name}' senders='${senders}'/>`;
    for (const [action, theirs, expected] of [
      ["content-modify", modify("none"), /<tie-break /],
      ["content-modify", modify("none", "audio"), RESULT],
      ["content-remove", modify("none"), RESULT],
      ["transport-replace", modify("none"), RESULT],
    ] as const) {
      const call = active();
      send(call, "romeo", "content-modify", {
        contents: readJingle(jingleXml("content-modify", "s1", modify("initiator"))).contents,
      });
      assert.match(inject(call.romeo, JULIET, jingleXml(action, "s1", theirs))!, expected, `${action} ${theirs}`);
    }
  });

  it("0166-32 what lost a tie has changed nothing: the initiator's content-modify counts on both sides", () => {
    const call = active();
    const modify = (senders: "initiator" | "none") =>
      [{ creator: "initiator", name: "video", senders, extra: [] }] as const;
    send(call, "romeo", "content-modify", { contents: modify("initiator") });
    send(call, "juliet", "content-modify", { contents: modify("none") });
    call.clock.pass(3 * LATENCY);
    assert.ok(events(call.juliet).includes("refused content-modify tie-break"));
    for (const session of [call.managers.romeo.session(JULIET, "s1"), call.managers.juliet.session(ROMEO, "s1")]) {
      assert.equal(session?.contents.find(({ name }) => name === "video")?.senders, "initiator");
    }
  });

  it("0166-36 a ping that the peer's server has to answer, since nobody is there now, is told and ends nothing by itself", () => {
    const call = active();
    send(call, "romeo", "session-info");
    refuse(call, "session-info", stanzaError("service-unavailable"));
    assert.equal(events(call.romeo).at(-1), "refused session-info service-unavailable");
    assert.equal(call.managers.romeo.size, 1);
    const held = active();
    send(held, "romeo", "session-info", { extra: [writeSessionInfo({ type: "hold" })] });
    refuse(held, "session-info", stanzaError("service-unavailable"));
    assert.equal(events(held.romeo).at(-1), "refused session-info service-unavailable");
  });

  it("0166-37 E4 bounds sessions in all and with one account, contents of a session, candidates of a content", () => {
    const call = pair({ limits: { sessions: 2, sessionsPerPeer: 1, contents: 2, candidates: 3 } });
    const ask = (from: string, sid: string, inner = contentXml()) =>
      inject(call.juliet, from, jingleXml("session-initiate", sid, inner), `${from}${sid}`)!;
    const many = ["a", "b", "c"].map((name) => contentXml({ name, media: "audio" })).join("");
    assert.match(ask(ROMEO, "s0", many), /<resource-constraint /);
    assert.match(ask(ROMEO, "s1"), RESULT);
    assert.match(ask("romeo@montague.example/other", "s2"), /<resource-constraint /);
    assert.match(ask("paris@example.org/x", "s3"), RESULT);
    assert.match(ask("tybalt@example.org/x", "s4"), /<resource-constraint /);
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", restart("NvBM", CANDIDATE.repeat(3))), "a")!,
      RESULT,
    );
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", restart("NvBM", CANDIDATE)), "b")!,
      /<resource-constraint /,
    );
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("content-add", "s1", contentXml({ name: "b", media: "audio" })), "c")!,
      RESULT,
    );
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("content-add", "s1", contentXml({ name: "c", media: "audio" })), "d")!,
      /<resource-constraint /,
    );
  });

  it("0166-40 what is in flight is not waited for, except by a second action of its kind", () => {
    const call = active();
    const modify = [{ creator: "initiator", name: "video", senders: "none", extra: [] }] as const;
    send(call, "romeo", "content-modify", { contents: modify });
    send(call, "romeo", "session-info");
    assert.throws(() => send(call, "romeo", "content-modify", { contents: modify }), LocalError);
    call.clock.pass(2 * LATENCY);
    send(call, "romeo", "content-modify", { contents: modify });
  });

  it("COMPAT what crosses our removal of a content is dropped with a result", () => {
    const call = active();
    send(call, "romeo", "content-remove", { contents: [{ creator: "initiator", name: "video", extra: [] }] });
    const heard = call.romeo.heard.length;
    for (const [id, action] of [
      ["a", "transport-info"],
      ["b", "content-modify"],
      ["c", "description-info"],
    ] as const) {
      const late = contentXml({ name: "video", senders: "both", fingerprint: null });
      assert.match(inject(call.romeo, JULIET, jingleXml(action, "s1", late), id)!, RESULT, action);
    }
    assert.equal(call.romeo.heard.length, heard);
  });

  it("transport-replace of ours is answered by transport-accept or -reject, once", () => {
    for (const action of ["transport-accept", "transport-reject"] as const) {
      const call = active();
      const audio = "<content creator='initiator' name='audio'/>";
      send(call, "romeo", "transport-replace", {
        contents: readJingle(jingleXml("transport-replace", "s1", contentXml())).contents,
      });
      assert.match(inject(call.romeo, JULIET, jingleXml(action, "s1", audio), "one")!, RESULT);
      assert.equal(events(call.romeo).at(-1), action);
      assert.match(inject(call.romeo, JULIET, jingleXml(action, "s1", audio), "two")!, /<out-of-order /);
    }
  });
});

describe("XEP-0166 errors, table E", () => {
  it("E2 service-unavailable to our session-initiate reads as: no calls there", () => {
    const call = pair();
    initiate(call);
    refuse(call, "session-initiate", stanzaError("service-unavailable"));
    assert.deepEqual(events(call.romeo), ["ended unsupported-applications by peer"]);
  });

  it("E3 a policy redirects with an address, and the caller is told where, and goes nowhere by itself", () => {
    const call = pair({ admit: () => new RemoteError("redirect", undefined, "xmpp:voicemail@capulet.example") });
    initiate(call);
    call.clock.pass(2 * LATENCY);
    assert.match(
      call.juliet.sent[0]!,
      /type="modify"><redirect xmlns="[^"]+">xmpp:voicemail@capulet.example<\/redirect>/,
    );
    const { event } = call.romeo.heard[0]!;
    assert.ok(event.type === "ended");
    assert.equal(event.reason.text, "xmpp:voicemail@capulet.example");
    assert.equal(call.romeo.sent.length, 1);
  });

  it("E15 a malformed candidate is dropped alone, and the action acknowledged", () => {
    const call = active();
    const bad = restart("NvBM", `${CANDIDATE}<candidate component='x'/>`);
    assert.match(inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", bad))!, RESULT);
    const { event } = call.juliet.heard.at(-1)!;
    assert.ok(event.type === "received");
    assert.equal(event.jingle.contents[0]!.transport!.candidates.length, 1);
  });

  it("E12 E16 who ends the call on any error gets a result, and the payload is dropped (Conversations)", () => {
    const call = active();
    const kind = pair({ forgives: (peer) => peer === ROMEO });
    inject(kind.juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml()), "one");
    const dance = jingleXml("session-info", "s1", "<dance xmlns='urn:example:dance'/>");
    const nobody = jingleXml("transport-info", "s1", contentXml({ name: "nobody" }));
    for (const wrong of [dance, nobody]) {
      const heard = kind.juliet.heard.length;
      assert.match(inject(kind.juliet, ROMEO, wrong, `w${heard}`)!, RESULT);
      assert.equal(kind.juliet.heard.length, heard);
      assert.match(inject(call.juliet, ROMEO, wrong, `w${heard}`)!, /type="error"/);
    }
    // What it survives, or must hear, it hears.
    assert.match(inject(kind.juliet, ROMEO, jingleXml("session-info", "s2", ""), "x")!, /<unknown-session /);
  });

  it("E17 0167-17 DTMF by iq is not-acceptable: keys travel as RTP", () => {
    const dtmf = "<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='1'/>";
    assert.match(inject(active().juliet, ROMEO, jingleXml("session-info", "s1", dtmf))!, /<not-acceptable /);
  });

  it("E18 E19 E24 what servers say of a session-initiate ends it, with what a person can be told", () => {
    for (const [error, reason] of [
      ["not-acceptable", "general-error"],
      ["service-unavailable", "unsupported-applications"],
      ["remote-server-timeout", "connectivity-error"],
      ["remote-server-not-found", "connectivity-error"],
      ["recipient-unavailable", "connectivity-error"],
      ["resource-constraint", "busy"],
      ["constructor", "general-error"],
    ]) {
      const call = pair();
      initiate(call);
      refuse(call, "session-initiate", stanzaError(error!));
      assert.deepEqual(events(call.romeo), [`ended ${reason} by peer`]);
    }
  });

  it("a refused session-accept ends the call on both sides; that it may be lost does not", () => {
    const call = offered();
    accept(call);
    const { id } = parse(call.juliet.sent.at(-1)!).attrs;
    const answer = (error: string) =>
      call.juliet.feed({
        type: "stanza",
        stanza: parse(
          `<iq type='error' from='${ROMEO}' id='${id}'><error type='cancel'>${stanzaError(error)}</error></iq>`,
        ),
      });
    answer("bad-request");
    assert.equal(events(call.juliet).at(-1), "ended connectivity-error by peer");
    assert.match(call.juliet.sent.at(-1)!, /session-terminate/);
  });

  it("a content-accept that the peer refuses leaves us without the content; that it may be lost does not", () => {
    for (const [error, count] of [
      ["unexpected-request", 2],
      ["recipient-unavailable", 3],
    ] as const) {
      const call = active();
      inject(call.romeo, JULIET, jingleXml("content-add", "s1", contentXml({ name: "screen", media: "video" })), "one");
      answerAdd(call.romeo, JULIET, "content-accept", "screen");
      refuse(call, "content-accept", stanzaError(error));
      assert.equal(call.managers.romeo.session(JULIET, "s1")?.contents.length, count, error);
    }
  });

  it("a stanza without a sender is answered all the same", () => {
    const { juliet } = pair();
    juliet.feed({ type: "stanza", stanza: parse(`<iq type='set' id='x'>${jingleXml("session-info", "s", "")}</iq>`) });
    assert.match(juliet.sent[0]!, /<unknown-session /);
  });
});

describe("XEP-0166 reasons", () => {
  it("T1 every reason goes out with one condition and comes in as itself, with text and one foreign element", () => {
    for (const condition of REASONS) {
      const call = active();
      const extra = [parse("<transferred xmlns='urn:xmpp:jingle:transfer:0'/>")];
      const sid = condition === "alternative-session" ? "s2" : undefined;
      send(call, "romeo", "session-terminate", { reason: { condition, sid, text: "why", extra } as Reason });
      const reason = parse(call.romeo.sent.at(-1)!).getChild("jingle")!.getChild("reason")!;
      assert.deepEqual(
        reason.getChildElements().map(({ name }) => name),
        [condition, "text", "transferred"],
      );
      assert.equal(reason.getChild(condition)!.getChildText("sid") ?? undefined, sid);
      call.clock.pass(LATENCY);
      const { event } = call.juliet.heard.at(-1)!;
      assert.ok(event.type === "ended");
      const { extra: foreign, ...heard } = event.reason;
      assert.deepEqual(heard, { condition, ...(sid && { sid }), text: "why" });
      assert.equal(foreign[0]!.name, "transferred");
    }
  });

  it("T2 a reason may come with any action, and the application sees it", () => {
    const call = active();
    add(call.romeo, JULIET, "screen");
    const reason = "<reason><media-error/></reason>";
    const screen = "<content creator='initiator' name='screen'/>";
    inject(call.romeo, JULIET, jingleXml("content-reject", "s1", screen + reason), "one");
    inject(call.romeo, JULIET, jingleXml("content-remove", "s1", `<content name='video'/>${reason}`), "two");
    for (const { event } of call.romeo.heard.slice(-2)) {
      assert.ok(event.type === "received");
      assert.equal(event.jingle.reason?.condition, "media-error");
    }
  });

  it("T4 an unknown or missing condition is general-error, in any order", () => {
    for (const inner of [
      "",
      "<dance/>",
      "<text>no</text>",
      "<success xmlns='urn:example:other'/>",
      "<transferred xmlns='urn:xmpp:jingle:transfer:0'/><text>no</text>",
    ]) {
      const call = active();
      inject(call.juliet, ROMEO, jingleXml("session-terminate", "s1", `<reason>${inner}</reason>`));
      assert.equal(events(call.juliet).at(-1), "ended general-error by peer");
    }
  });

  it("T5 nothing says more than its condition unless the application writes a text", () => {
    const call = active();
    send(call, "romeo", "session-terminate");
    const file = contentXml({ name: "x", fingerprint: null });
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", file));
    const said = [...call.romeo.sent, ...call.juliet.sent].join("");
    assert.doesNotMatch(said, /<text/);
    // What a RemoteError says is for logs.
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", contentXml({ name: "secret" })), "y")!,
      /error/,
    );
    assert.doesNotMatch(call.juliet.sent.at(-1)!, /secret/);
  });
});

describe("media in a session", () => {
  it("0167-09 SDES beside a fingerprint is ignored; without one the call ends with crypto-required", () => {
    const sdes =
      "<encryption><crypto crypto-suite='AES_CM_128_HMAC_SHA1_80' key-params='inline:x' tag='1'/></encryption>";
    const both = contentXml().replace("<rtcp-mux/>", `<rtcp-mux/>${sdes}`);
    assert.match(inject(pair().juliet, ROMEO, jingleXml("session-initiate", "s1", both))!, RESULT);
    const call = pair();
    const only = contentXml({ fingerprint: null }).replace("<rtcp-mux/>", `<rtcp-mux/>${sdes}`);
    inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", only));
    assert.match(call.juliet.sent.at(-1)!, /<security-error\/><crypto-required /);
  });

  it("0320-09 a peer that a server makes look as if it had no DTLS gets no call without it", () => {
    const call = pair();
    initiate(call, "s1", contents({ name: "audio", fingerprint: null }));
    call.clock.pass(2 * LATENCY);
    assert.deepEqual(events(call.romeo), ["ended security-error by peer"]);
  });

  it("0167-13 mute names a creator; without a name it is about all contents, and it is read without a creator", () => {
    assert.equal(
      writeSessionInfo({ type: "mute" }).toString(),
      '<mute xmlns="urn:xmpp:jingle:apps:rtp:info:1" creator="initiator"/>',
    );
    const call = active();
    inject(
      call.juliet,
      ROMEO,
      jingleXml("session-info", "s1", "<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' name='video'/>"),
    );
    const { event } = call.juliet.heard.at(-1)!;
    assert.ok(event.type === "info" && event.info.type === "mute");
    assert.deepEqual([event.info.name, event.info.creator], ["video", undefined]);
  });

  it("0167-11 every info goes out as session-info with one payload", () => {
    for (const type of ["active", "hold", "unhold", "mute", "unmute", "ringing"] as const) {
      const call = active();
      send(call, "romeo", "session-info", { extra: [writeSessionInfo({ type })] });
      const payload = parse(call.romeo.sent.at(-1)!).getChild("jingle")!.getChildElements();
      assert.deepEqual(
        payload.map(({ name, attrs }) => `${name} ${attrs.xmlns}`),
        [`${type} urn:xmpp:jingle:apps:rtp:info:1`],
      );
      call.clock.pass(LATENCY);
      assert.equal(events(call.juliet).at(-1), `info ${type}`);
    }
  });

  it("0167-15 description-info is told and never an error, whatever contents it names", () => {
    const call = active();
    const heard = contentXml({ fingerprint: null });
    assert.match(inject(call.juliet, ROMEO, jingleXml("description-info", "s1", heard), "one")!, RESULT);
    assert.equal(events(call.juliet).at(-1), "description-info");
    const count = call.juliet.heard.length;
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("description-info", "s1", contentXml({ name: "x" })), "two")!,
      RESULT,
    );
    assert.equal(call.juliet.heard.length, count);
  });

  it("0176-03 an offer without candidates is whole", () => {
    assert.doesNotMatch(contentXml(), /<candidate/);
    assert.match(inject(pair().juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml()))!, RESULT);
  });

  it("0176-11 candidates are acknowledged in any state, and told in their order", () => {
    for (const call of [offered(), active()]) {
      inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", restart("NvBM", CANDIDATE)), "one");
      assert.match(call.juliet.sent.at(-1)!, RESULT);
      assert.equal(events(call.juliet).at(-1), "transport-info");
    }
  });

  it("0176-12 remote-candidate says nothing to us, and is no error", () => {
    const used = restart("NvBM", "<remote-candidate component='1' ip='192.0.2.1' port='9'/>");
    assert.match(inject(active().juliet, ROMEO, jingleXml("transport-info", "s1", used))!, RESULT);
  });

  it("0176-09 new credentials begin to count candidates anew, once the call is accepted", () => {
    const limits = { candidates: 2 };
    const send = (call: Pair, ufrag: string, id: string) =>
      inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", restart(ufrag, CANDIDATE.repeat(2))), id)!;
    const call = offered({ limits });
    assert.match(send(call, "NvBM", "one"), RESULT);
    assert.match(send(call, "NEW1", "two"), /<resource-constraint /);
    accept(call);
    assert.match(send(call, "NEW2", "three"), RESULT);
    assert.match(send(call, "NEW2", "four"), /<resource-constraint /);
  });

  it("0371-03 between our ICE restart and its result, what is of the time before is dropped with a result", () => {
    const call = active();
    send(call, "romeo", "transport-info", {
      contents: readJingle(jingleXml("transport-info", "s1", restart())).contents,
    });
    const count = call.romeo.heard.length;
    const old = jingleXml("transport-info", "s1", restart("NvBM", CANDIDATE));
    assert.match(inject(call.romeo, JULIET, old, "one")!, RESULT);
    assert.equal(call.romeo.heard.length, count);
    call.clock.pass(2 * LATENCY);
    inject(call.romeo, JULIET, jingleXml("transport-info", "s1", restart("THEIRS", CANDIDATE)), "two");
    assert.equal(events(call.romeo).at(-1), "transport-info");
  });

  it("0371-04 E11 t-20: when both restart ICE, the initiator's counts", () => {
    const call = active();
    const again = readJingle(jingleXml("transport-info", "s1", restart("ROMEO")));
    const other = readJingle(jingleXml("transport-info", "s1", restart("JULIET")));
    send(call, "romeo", "transport-info", { contents: again.contents });
    send(call, "juliet", "transport-info", { contents: other.contents });
    call.clock.pass(3 * LATENCY);
    assert.ok(call.romeo.sent.some((text) => /<conflict .*<tie-break /.test(text)));
    assert.ok(!call.juliet.sent.some((text) => /<tie-break /.test(text)));
    assert.deepEqual(events(call.juliet).slice(-2).sort(), ["refused transport-info tie-break", "transport-info"]);
    assert.ok(!events(call.romeo).includes("transport-info"));
  });

  it("0343-01 a data channel joins a call without a description, and is no call alone", () => {
    const channel = `<content creator='initiator' name='data'><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'
      ufrag='NvBM' pwd='yJZcz63QJGyvTDxDX7bVQpCs'><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256'
      setup='actpass'>${FINGERPRINT}</fingerprint><sctpmap xmlns='urn:xmpp:jingle:transports:dtls-sctp:1' number='5000'
      protocol='webrtc-datachannel' streams='1024'/></transport></content>`;
    const call = active();
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", channel), "one");
    assert.equal(events(call.juliet).at(-1), "content-add");
    const alone = pair();
    inject(alone.juliet, ROMEO, jingleXml("session-initiate", "s1", channel), "one");
    assert.match(alone.juliet.sent.at(-1)!, /<unsupported-applications\/>/);
  });
});

describe("every iq set is answered once", () => {
  it("whatever it holds, in any state", () => {
    const payloads = [
      "",
      "<jingle/>",
      ...ACTIONS.flatMap((action) =>
        [
          "",
          contentXml({ senders: "none" }),
          contentXml({ name: "x" }),
          contentXml() + contentXml(),
          "<content/>",
          "<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>",
        ].map((inner) => jingleXml(action, "s1", inner)),
      ),
    ];
    let asked = 0;
    for (const payload of payloads) {
      for (const call of [pair(), offered(), active()]) {
        for (const to of [call.juliet, call.romeo]) {
          const from = to === call.juliet ? ROMEO : JULIET;
          const id = `q${asked++}`;
          const before = to.sent.length;
          inject(to, from, payload, id);
          const answers = to.sent.slice(before).map((text) => parse(text).attrs);
          const own = answers.filter(({ id: of, type }) => of === id && type !== "set");
          assert.equal(own.length, 1, payload);
          assert.equal(answers[0]!.id, id, "the answer comes first");
        }
      }
    }
    assert.ok(asked > 500);
    keep("<iq type='result' id='1'/>");
  });
});
