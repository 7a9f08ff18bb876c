import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { LocalError, RemoteError } from "#jingle/errors.js";
import { actionOf } from "#jingle/session-manager.js";
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
  pair,
  ROMEO,
} from "./session-pair.js";

describe("XEP-0166 sessions", () => {
  it("0166-02 acknowledges session-initiate, and a call goes from offer to answer to its end", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    assert.deepEqual(events(call.juliet), ["session-initiate"]);
    assert.match(call.juliet.sent[0]!, /type="result"/);
    accept(call);
    call.clock.pass(2 * LATENCY);
    assert.deepEqual(events(call.romeo), ["session-accept"]);
    assert.equal(call.managers.romeo.session(JULIET, "s1")?.state, "active");
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.state, "active");
    call.romeo.feed({
      type: "command",
      peer: JULIET,
      jingle: actionOf("session-terminate", "s1", { reason: { condition: "success", extra: [] } }),
    });
    call.clock.pass(4 * LATENCY);
    assert.deepEqual(events(call.romeo).at(-1), "ended success by us");
    assert.deepEqual(events(call.juliet).at(-1), "ended success by peer");
    assert.equal(call.managers.romeo.size + call.managers.juliet.size, 0);
    assert.equal(call.managers.romeo.deadline ?? call.managers.juliet.deadline, null);
  });

  it("0166-09 takes transport-info from the peer before its ack of our session-initiate", () => {
    const call = pair();
    initiate(call);
    const reply = inject(call.romeo, JULIET, jingleXml("transport-info", "s1", contentXml({ fingerprint: null })));
    assert.match(reply!, /type="result"/);
    assert.deepEqual(events(call.romeo), ["transport-info"]);
  });

  it("0166-08 E7 answers item-not-found and unknown-session to a third JID that knows the sid", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    const reply = inject(call.juliet, "mallory@evil.example/x", jingleXml("session-info", "s1", ""));
    assert.match(reply!, /<item-not-found .*<unknown-session xmlns="urn:xmpp:jingle:errors:1"/);
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.state, "pending");
  });

  it("compares addresses after normalisation", () => {
    const call = pair();
    initiate(call);
    const reply = inject(call.romeo, "Juliet@CAPULET.example/balcony", jingleXml("session-info", "s1", ""));
    assert.match(reply!, /type="result"/);
  });

  it("E6 answers bad-request to an action that is missing or unknown", () => {
    const call = pair();
    for (const jingle of ["<jingle xmlns='urn:xmpp:jingle:1' sid='s1'/>", jingleXml("session-dance", "s1", "")]) {
      assert.match(inject(call.juliet, ROMEO, jingle)!, /type="error".*<bad-request /);
    }
  });

  it("E5 answers bad-request to a session-initiate without description, transport or a content for the session", () => {
    const description = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>";
    const transport = "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/>";
    const early = contentXml().replace("name='audio'", "name='audio' disposition='early-session'");
    const wrong = [
      "",
      `<content creator='initiator' name='a'>${description}</content>`,
      `<content creator='initiator' name='a'>${transport}</content>`,
      early,
      contentXml() + contentXml(),
    ];
    for (const inner of wrong) {
      const call = pair();
      assert.match(inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", inner))!, /<bad-request /, inner);
      assert.equal(call.managers.juliet.size, 0);
      assert.deepEqual(call.juliet.heard, []);
    }
  });

  it("E1 answers service-unavailable where the policy does not admit the caller", () => {
    const call = pair({ admit: () => new RemoteError("service-unavailable", undefined, "no strangers") });
    initiate(call);
    call.clock.pass(2 * LATENCY);
    assert.match(call.juliet.sent[0]!, /<service-unavailable /);
    assert.deepEqual(events(call.romeo), ["ended unsupported-applications by peer"]);
    assert.equal(call.managers.romeo.size, 0);
  });

  it("E4 answers resource-constraint when there are too many sessions", () => {
    const call = pair({ limits: { sessionsPerPeer: 1 } });
    initiate(call, "s1");
    initiate(call, "s2");
    call.clock.pass(LATENCY);
    assert.match(call.juliet.sent[1]!, /<resource-constraint /);
    assert.deepEqual(events(call.juliet), ["session-initiate"]);
  });

  it("E8 answers out-of-order to what the state does not allow", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    // The initiator cannot accept its own offer, nor begin a live session again.
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("session-accept", "s1", contentXml()))!,
      /<unexpected-request .*<out-of-order /,
    );
    assert.match(inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml()))!, /<out-of-order /);
    accept(call);
    call.clock.pass(2 * LATENCY);
    assert.match(inject(call.romeo, JULIET, jingleXml("session-accept", "s1", contentXml()))!, /<out-of-order /);
    assert.match(inject(call.romeo, JULIET, jingleXml("content-accept", "s1", contentXml()))!, /<out-of-order /);
  });

  it("0198-03 acknowledges a session-initiate again that a resumption has doubled, without a second ring", () => {
    const call = pair();
    const offer = jingleXml("session-initiate", "s1", contentXml());
    inject(call.juliet, ROMEO, offer, "same");
    assert.match(inject(call.juliet, ROMEO, offer, "same")!, /type="result"/);
    assert.deepEqual(events(call.juliet), ["session-initiate"]);
  });

  it("does not ring again for a session that has ended", () => {
    const call = pair();
    const offer = jingleXml("session-initiate", "s1", contentXml());
    inject(call.juliet, ROMEO, offer, "one");
    inject(call.juliet, ROMEO, jingleXml("session-terminate", "s1", "<reason><cancel/></reason>"), "two");
    assert.match(inject(call.juliet, ROMEO, offer, "three")!, /<out-of-order /);
    assert.deepEqual(events(call.juliet), ["session-initiate", "ended cancel by peer"]);
  });

  it("0166-12 acknowledges a session-terminate for a session that it does not know", () => {
    const call = pair();
    const reply = inject(call.juliet, ROMEO, jingleXml("session-terminate", "gone", "<reason><success/></reason>"));
    assert.match(reply!, /type="result"/);
  });

  it("0166-13 is quiet when both terminate at once", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(2 * LATENCY);
    for (const [of, peer] of [
      [call.romeo, JULIET],
      [call.juliet, ROMEO],
    ] as const) {
      of.feed({ type: "command", peer, jingle: actionOf("session-terminate", "s1") });
    }
    call.clock.pass(4 * LATENCY);
    assert.deepEqual(events(call.romeo), ["ended success by us"]);
    assert.deepEqual(events(call.juliet), ["session-initiate", "ended success by us"]);
    assert.ok(![...call.romeo.sent, ...call.juliet.sent].some((stanza) => stanza.includes('type="error"')));
  });

  it("0166-29 E9: when both initiate, the lower sid wins", () => {
    const call = pair();
    initiate(call, "a");
    call.juliet.feed({
      type: "command",
      peer: ROMEO,
      jingle: actionOf("session-initiate", "b", { contents: contents({}) }),
    });
    call.clock.pass(3 * LATENCY);
    assert.equal(call.managers.romeo.session(JULIET, "a")?.state, "pending");
    assert.equal(call.managers.juliet.session(ROMEO, "a")?.state, "pending");
    assert.equal(call.managers.romeo.size + call.managers.juliet.size, 2);
    assert.ok(call.romeo.sent.some((stanza) => /<conflict .*<tie-break /.test(stanza)));
    assert.ok(events(call.juliet).includes("ended alternative-session by peer"));
  });

  it("0166-33 answers an empty session-info as a ping, and unsupported-info to what it does not know (E12)", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    assert.match(inject(call.juliet, ROMEO, jingleXml("session-info", "s1", ""))!, /type="result"/);
    const unknown = jingleXml("session-info", "s1", "<dance xmlns='urn:example:dance'/>");
    assert.match(inject(call.juliet, ROMEO, unknown)!, /<feature-not-implemented .*<unsupported-info /);
  });

  it("0167-11 a-9 a-10: hears mute, hold and ringing", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    for (const word of ["ringing", "hold", "unhold", "mute", "unmute", "active"]) {
      inject(
        call.juliet,
        ROMEO,
        jingleXml("session-info", "s1", `<${word} xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>`),
        word,
      );
    }
    const expected = ["ringing", "hold", "unhold", "mute", "unmute", "active"].map((word) => `info ${word}`);
    assert.deepEqual(events(call.juliet), ["session-initiate", ...expected]);
  });

  it("E16 answers item-not-found, never unknown-session, to a content that is not in the session", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    const reply = inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", contentXml({ name: "nobody" })))!;
    assert.match(reply, /<item-not-found /);
    assert.doesNotMatch(reply, /unknown-session/);
  });

  it("0166-19 content-add is answered with content-accept, and both sides have the content", () => {
    const call = active();
    add(call.romeo, JULIET, "screen");
    call.clock.pass(LATENCY);
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.contents.length, 3);
    answerAdd(call.juliet, ROMEO, "content-accept", "screen");
    call.clock.pass(2 * LATENCY);
    assert.deepEqual(events(call.juliet).slice(-2), ["content-add", "acknowledged content-accept"]);
    assert.deepEqual(events(call.romeo).slice(-2), ["acknowledged content-add", "content-accept"]);
    for (const session of [call.managers.romeo.session(JULIET, "s1"), call.managers.juliet.session(ROMEO, "s1")]) {
      assert.deepEqual(session?.contents.find(({ name }) => name === "screen")?.addedBy, null);
    }
  });

  it("0166-19 content-add is answered with content-reject, and neither side has the content", () => {
    const call = active();
    add(call.juliet, ROMEO, "screen");
    call.clock.pass(LATENCY);
    answerAdd(call.romeo, JULIET, "content-reject", "screen");
    call.clock.pass(2 * LATENCY);
    assert.deepEqual(events(call.juliet).at(-1), "content-reject");
    for (const session of [call.managers.romeo.session(JULIET, "s1"), call.managers.juliet.session(ROMEO, "s1")]) {
      assert.deepEqual(
        session?.contents.map(({ name }) => name),
        ["audio", "video"],
      );
    }
  });

  it("0167-05 rejects an added content that is no call, or proves nothing, by name and reason", () => {
    const call = active();
    const file = `<content creator='initiator' name='f'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>
      <transport xmlns='urn:xmpp:jingle:transports:s5b:1'/></content>`;
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", file), "one");
    assert.match(call.juliet.sent.at(-1)!, /content-reject.*name="f".*<unsupported-applications\/>/);
    const bare = contentXml({ name: "screen", media: "video", fingerprint: null });
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", bare), "two");
    assert.match(call.juliet.sent.at(-1)!, /content-reject.*name="screen".*<security-error\/>/);
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.contents.length, 2);
  });

  it("map t-2 takes Conversations' stub, whose transport is that of the bundle", () => {
    const call = active();
    const stub = `<content creator='initiator' name='screen'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'/>
      <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content>`;
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", stub));
    assert.equal(events(call.juliet).at(-1), "content-add");
  });

  it("0166-25 refuses to add a content whose name is taken", () => {
    const call = active();
    assert.match(
      inject(call.juliet, ROMEO, jingleXml("content-add", "s1", contentXml({ name: "audio" })))!,
      /<bad-request /,
    );
  });

  it("0166-31 E10 a-11: when both add at once, the initiator's counts and the responder's is refused with tie-break", () => {
    const call = active();
    add(call.romeo, JULIET, "screen-r");
    add(call.juliet, ROMEO, "screen-j");
    call.clock.pass(2 * LATENCY);
    assert.ok(events(call.romeo).includes("acknowledged content-add"));
    assert.deepEqual(events(call.juliet).slice(-2).sort(), ["content-add", "refused content-add tie-break"]);
    assert.deepEqual(
      call.managers.juliet.session(ROMEO, "s1")?.contents.map(({ name }) => name),
      ["audio", "video", "screen-r"],
    );
  });

  it("0166-31 when both add at once under one name, the initiator's can be taken before the responder's is refused", () => {
    const call = active();
    add(call.juliet, ROMEO, "screen");
    const theirs = contentXml({ name: "screen", media: "video" });
    inject(call.juliet, ROMEO, jingleXml("content-add", "s1", theirs));
    const taken = contents({ name: "screen", media: "video", setup: "active" });
    call.juliet.feed({
      type: "command",
      peer: ROMEO,
      jingle: actionOf("content-accept", "s1", { contents: taken }),
    });
    const screens = call.managers.juliet.session(ROMEO, "s1")!.contents.filter(({ name }) => name === "screen");
    assert.deepEqual(
      screens.map(({ addedBy }) => addedBy),
      [null],
    );
  });

  it("COMPAT(Movim) takes a second session-accept as content-accept", () => {
    const call = active();
    add(call.romeo, JULIET, "screen");
    const accept =
      contentXml({ name: "audio", setup: "active" }) + contentXml({ name: "screen", media: "video", setup: "active" });
    inject(call.romeo, JULIET, jingleXml("session-accept", "s1", accept));
    const last = call.romeo.heard.at(-1)!.event;
    assert.ok(last.type === "received" && last.jingle.action === "content-accept");
    assert.deepEqual(
      last.jingle.contents.map(({ name }) => name),
      ["screen"],
    );
  });

  it("an added content must prove itself too, and by the same fingerprint from then on", () => {
    const call = active();
    add(call.romeo, JULIET, "screen");
    const other = contentXml({ name: "screen", media: "video", setup: "active", fingerprint: null });
    inject(call.romeo, JULIET, jingleXml("content-accept", "s1", other));
    assert.deepEqual(events(call.romeo).at(-1), "ended security-error by us");
  });

  it("0166-21 ends a session that content-remove leaves empty", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    inject(call.juliet, ROMEO, jingleXml("content-remove", "s1", contentXml({ name: "video" })), "one");
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.contents.length, 1);
    inject(call.juliet, ROMEO, jingleXml("content-remove", "s1", contentXml({ name: "audio" })), "two");
    assert.equal(call.managers.juliet.size, 0);
    assert.match(call.juliet.sent.at(-1)!, /session-terminate/);
  });

  it("0166-22 content-modify before session-accept decides who sends when the accept does not say", () => {
    const call = pair();
    initiate(call);
    const modify = "<content creator='initiator' name='video' senders='initiator'/>";
    inject(call.romeo, JULIET, jingleXml("content-modify", "s1", modify), "one");
    inject(call.romeo, JULIET, jingleXml("session-accept", "s1", contentXml() + contentXml({ name: "video" })), "two");
    const accepted = call.romeo.heard.at(-1)!.event;
    assert.ok(accepted.type === "received");
    assert.deepEqual(
      accepted.jingle.contents.map(({ senders }) => senders),
      ["both", "initiator"],
    );
    assert.match(
      inject(call.romeo, JULIET, jingleXml("content-modify", "s1", "<content name='video'/>"), "three")!,
      /<bad-request /,
    );
  });

  it("0166-23 refuses transport-replace with unsupported-transports", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    inject(call.juliet, ROMEO, jingleXml("transport-replace", "s1", contentXml()));
    assert.match(call.juliet.sent.at(-1)!, /action="transport-reject".*<unsupported-transports\/>/);
  });

  it("0167-10 a fingerprint that is missing ends the call with security-error, in the offer", () => {
    const call = pair();
    initiate(call, "s1", contents({ name: "audio" }, { name: "video", fingerprint: null }));
    call.clock.pass(2 * LATENCY);
    assert.match(call.juliet.sent[0]!, /type="result"/);
    assert.match(
      call.juliet.sent[1]!,
      /session-terminate.*<security-error\/><crypto-required xmlns="urn:xmpp:jingle:apps:rtp:errors:1"/,
    );
    assert.deepEqual(events(call.romeo), ["ended security-error by peer"]);
    assert.deepEqual(events(call.juliet), ["ended security-error by us"]);
  });

  it("0167-10 a fingerprint that is missing ends the call with security-error, in the answer", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    accept(call, "s1", contents({ name: "audio" }, { name: "video", fingerprint: null }));
    call.clock.pass(2 * LATENCY);
    assert.deepEqual(events(call.romeo), ["ended security-error by us"]);
    assert.deepEqual(events(call.juliet), ["session-initiate", "ended security-error by peer"]);
  });

  it("0320-07 a fingerprint that changes in a live session ends the call with security-error", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(LATENCY);
    accept(call);
    call.clock.pass(2 * LATENCY);
    const same = contentXml({ fingerprint: `\n${FINGERPRINT.toLowerCase()}\n` });
    assert.match(inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", same), "one")!, /type="result"/);
    assert.equal(call.managers.juliet.session(ROMEO, "s1")?.state, "active");
    const other = contentXml({ fingerprint: FINGERPRINT.replace("3B", "3C") });
    inject(call.juliet, ROMEO, jingleXml("transport-info", "s1", other), "two");
    assert.equal(call.managers.juliet.size, 0);
    assert.deepEqual(events(call.juliet).at(-1), "ended security-error by us");
    assert.match(call.juliet.sent.at(-1)!, /session-terminate.*<security-error\/>/);
  });

  it("0320-04 an early fingerprint in transport-info binds the answer", () => {
    const call = pair();
    initiate(call);
    inject(call.romeo, JULIET, jingleXml("transport-info", "s1", contentXml()), "one");
    const other = contentXml({ fingerprint: FINGERPRINT.replace("3B", "3C") });
    inject(call.romeo, JULIET, jingleXml("session-accept", "s1", other), "two");
    assert.deepEqual(events(call.romeo).at(-1), "ended security-error by us");
  });

  it("0234-01 acknowledges and then terminates what is no call, with unsupported-applications", () => {
    const call = pair();
    const file = `<content creator='initiator' name='f'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>
      <transport xmlns='urn:xmpp:jingle:transports:s5b:1'/></content>`;
    assert.match(inject(call.juliet, ROMEO, jingleXml("session-initiate", "s1", file))!, /type="result"/);
    assert.match(call.juliet.sent[1]!, /<unsupported-applications\/>/);
  });

  it("ends a session-initiate that nobody answers, and one that is never accepted", () => {
    const silent = pair({ times: { initiate: 1000, accept: 5000 } });
    silent.romeo.feed({
      type: "command",
      peer: "nobody@example.org/x",
      jingle: actionOf("session-initiate", "s1", { contents: contents({}) }),
    });
    silent.clock.pass(999);
    assert.deepEqual(events(silent.romeo), []);
    silent.clock.pass(1);
    assert.deepEqual(events(silent.romeo), ["ended timeout by timeout"]);
    const slow = pair({ times: { initiate: 1000, accept: 5000 } });
    initiate(slow);
    slow.clock.pass(4 * LATENCY + 5000);
    assert.deepEqual(events(slow.romeo), ["ended timeout by timeout"]);
    assert.ok(events(slow.juliet).some((event) => event.startsWith("ended timeout")));
  });

  it("0166-39 an error to transport-info does not end the session, unknown-session does", () => {
    const call = pair();
    initiate(call);
    call.clock.pass(2 * LATENCY);
    const info = readJingle(jingleXml("transport-info", "s1", contentXml({ fingerprint: null })));
    const respond = (error: string) => {
      call.romeo.feed({ type: "command", peer: JULIET, jingle: info });
      const id = /id="(\w+)"/.exec(call.romeo.sent.at(-1)!)![1];
      call.romeo.feed({
        type: "stanza",
        stanza: parse(
          `<iq type='error' from='${JULIET}' to='${ROMEO}' id='${id}'><error type='cancel'>${error}</error></iq>`,
        ),
      });
    };
    respond("<bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>");
    assert.equal(call.managers.romeo.size, 1);
    respond(
      "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><unknown-session xmlns='urn:xmpp:jingle:errors:1'/>",
    );
    assert.equal(call.managers.romeo.size, 0);
  });

  it("no order across a resumption: unknown-session to what overtook our session-initiate does not end the session", () => {
    const call = pair();
    initiate(call);
    const info = readJingle(jingleXml("transport-info", "s1", contentXml({ fingerprint: null })));
    const answer = (id: string, type: string, error = "") =>
      call.romeo.feed({
        type: "stanza",
        stanza: parse(`<iq type='${type}' from='${JULIET}' to='${ROMEO}' id='${id}'>${error}</iq>`),
      });
    const [first, later] = [0, 1].map(() => {
      call.romeo.feed({ type: "command", peer: JULIET, jingle: info });
      return /id="(\w+)"/.exec(call.romeo.sent.at(-1)!)![1]!;
    });
    const unknown =
      "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><unknown-session xmlns='urn:xmpp:jingle:errors:1'/></error>";
    answer(first!, "error", unknown);
    assert.deepEqual([call.managers.romeo.size, events(call.romeo)], [1, ["refused transport-info unknown-session"]]);
    answer(/id="(\w+)"/.exec(call.romeo.sent[0]!)![1]!, "result");
    answer(later!, "error", unknown);
    assert.equal(call.managers.romeo.size, 0);
  });

  it("matches a reply by its sender as well as its id", () => {
    const call = pair();
    initiate(call);
    const id = /id="(\w+)"/.exec(call.romeo.sent[0]!)![1];
    call.romeo.feed({
      type: "stanza",
      stanza: parse(`<iq type='error' from='mallory@evil.example/x' to='${ROMEO}' id='${id}'/>`),
    });
    assert.equal(call.managers.romeo.size, 1);
  });

  it("throws a LocalError, and sends nothing, when we ask for what cannot be", () => {
    const call = pair();
    const terminate = actionOf("session-terminate", "s1");
    assert.throws(() => call.romeo.feed({ type: "command", peer: JULIET, jingle: terminate }), LocalError);
    initiate(call);
    assert.throws(() => accept(call), LocalError);
    const selfAccept = actionOf("session-accept", "s1", { contents: contents({}) });
    assert.throws(() => call.romeo.feed({ type: "command", peer: JULIET, jingle: selfAccept }), LocalError);
    assert.throws(() => initiate(call), LocalError);
    assert.equal(call.romeo.sent.length, 1);
  });
});
