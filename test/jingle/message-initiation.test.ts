import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { LocalError } from "#jingle/errors.js";
import { bareJid } from "#jingle/jid.js";
import { events, ID, JULIET, LAPTOP, LATENCY, PHONE, ROMEO, scene, sent } from "./initiation-scene.js";

describe("XEP-0353 message initiation", () => {
  it("0353-02 0353-04 proposes to the bare JID, type chat, with a store hint and one description per medium", () => {
    const { romeo, ring } = scene();
    ring();
    assert.equal(
      romeo.sent[0],
      `<message type="chat" to="${JULIET}" id="romeomontagueexampleorchard-1" from="${ROMEO}">` +
        `<propose xmlns="urn:xmpp:jingle-message:0" id="${ID}">` +
        `<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/>` +
        `<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="video"/></propose>` +
        `<store xmlns="urn:xmpp:hints"/></message>`,
    );
  });

  it("rings on every device, and the one that proceeds gets the session (0353-10)", () => {
    const { romeo, phone, laptop, clock, ring } = scene();
    ring();
    assert.deepEqual([events(phone), events(laptop)], [["incoming"], ["incoming"]]);
    phone.feed({ type: "ring", id: ID });
    clock.pass(LATENCY);
    phone.feed({ type: "proceed", id: ID });
    clock.pass(LATENCY);
    assert.deepEqual(events(romeo), ["ringing", `proceeded ${PHONE}`]);
    assert.deepEqual(sent(phone), [`ringing to ${ROMEO}`, `proceed to ${ROMEO}`, `accept to ${JULIET}`]);
  });

  it("0353-09 the other devices stop ringing by the carbon of proceed, once", () => {
    const { phone, laptop, clock, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    clock.pass(LATENCY);
    assert.deepEqual(events(laptop), ["incoming", "ended answered-elsewhere"]);
    assert.deepEqual(events(phone), ["incoming"]);
  });

  it("0353-18 a legacy accept to the own account stops the ring too", () => {
    const { laptop, ring } = scene();
    ring();
    const accept = `<message from='${PHONE}' to='${JULIET}'><accept xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`;
    laptop.feed({ type: "message", stanza: parse(accept) });
    assert.deepEqual(events(laptop), ["incoming", "ended answered-elsewhere"]);
  });

  it("0353-07 a decline ends the call on both sides and on the other devices", () => {
    const { romeo, phone, laptop, clock, ring } = scene();
    ring();
    phone.feed({ type: "reject", id: ID, reason: "decline" });
    clock.pass(LATENCY);
    assert.deepEqual(events(romeo), ["ended rejected decline"]);
    assert.deepEqual(events(laptop), ["incoming", "ended declined-elsewhere"]);
    assert.deepEqual(sent(phone), [`reject to ${ROMEO}`]);
  });

  it("reads a reject without a reason as declined, and busy as busy", () => {
    for (const [inner, expected] of [
      ["", "decline"],
      ["<reason xmlns='urn:xmpp:jingle:1'><busy/></reason>", "busy"],
    ] as const) {
      const { romeo, ring } = scene();
      ring();
      const reject = `<message from='${PHONE}' to='${ROMEO}'><reject xmlns='urn:xmpp:jingle-message:0' id='${ID}'>${inner}</reject></message>`;
      romeo.feed({ type: "message", stanza: parse(reject) });
      assert.deepEqual(events(romeo), [`ended rejected ${expected}`]);
    }
  });

  it("0353-07 retract goes to the bare JID and stops every device", () => {
    const { romeo, phone, laptop, clock, ring } = scene();
    ring();
    romeo.feed({ type: "retract", id: ID, reason: "cancel" });
    clock.pass(LATENCY);
    assert.deepEqual(sent(romeo).at(-1), `retract to ${JULIET}`);
    for (const device of [phone, laptop]) assert.deepEqual(events(device), ["incoming", "ended retracted cancel"]);
  });

  it("gives up after 45 s without an answer, and tells the other side", () => {
    const { romeo, phone, clock, ring } = scene();
    ring();
    clock.pass(45_000 - LATENCY - 1);
    assert.deepEqual(events(romeo), []);
    clock.pass(1);
    assert.deepEqual(events(romeo), ["ended no-answer"]);
    clock.pass(LATENCY);
    assert.deepEqual(events(phone), ["incoming", "ended retracted timeout"]);
  });

  it("0353-16 stops ringing by itself when the caller is never heard of again", () => {
    const { network, phone, clock } = scene();
    const propose = `<message from='lost@example.org/x' to='${JULIET}'><propose xmlns='urn:xmpp:jingle-message:0' id='p1'>
      <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose></message>`;
    phone.feed({ type: "message", stanza: parse(propose) });
    assert.equal(network.devices.size, 3);
    clock.pass(60_000);
    assert.deepEqual(events(phone), ["incoming", "ended no-answer"]);
  });

  it("a proceed that no session follows ends with a finish", () => {
    const { phone, clock, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    clock.pass(20_000);
    assert.deepEqual(events(phone), ["incoming", "ended no-session"]);
    assert.deepEqual(sent(phone).at(-1), `finish to ${ROMEO}`);
  });

  it("0353-08 finish goes to the other's full JID, from both sides", () => {
    const { romeo, phone, clock, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    clock.pass(LATENCY);
    phone.feed({ type: "joined", id: ID });
    romeo.feed({ type: "finish", id: ID, reason: "success" });
    phone.feed({ type: "finish", id: ID, reason: "success" });
    clock.pass(2 * LATENCY);
    assert.deepEqual([sent(romeo).at(-1), sent(phone).at(-1)], [`finish to ${PHONE}`, `finish to ${ROMEO}`]);
    assert.deepEqual([events(romeo), events(phone)], [[`proceeded ${PHONE}`], ["incoming"]]);
  });

  it("0353-12 glare: the lower id wins; its receiver gives up its own and answers", () => {
    const { romeo, phone, clock } = scene();
    romeo.feed({ type: "propose", id: "a-lower", peer: JULIET, media: ["audio"] });
    phone.feed({ type: "propose", id: "b-higher", peer: bareJid(ROMEO), media: ["audio"] });
    clock.pass(3 * LATENCY);
    assert.deepEqual(events(romeo), [`proceeded ${PHONE}`]);
    assert.deepEqual(events(phone), ["superseded"]);
    assert.ok(romeo.sent.some((text) => /<reject .*id="b-higher".*<expired\/>.*<tie-break\/>/.test(text)));
    assert.ok(phone.sent.some((text) => /<retract .*id="b-higher".*<expired\/>.*<tie-break\/>/.test(text)));
  });

  it("a propose that waited at the server for long is a missed call, not a ring", () => {
    const { phone } = scene();
    const propose = `<message from='${ROMEO}' to='${JULIET}'><propose xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`;
    phone.feed({ type: "message", stanza: parse(propose), age: 45_000 });
    assert.deepEqual(events(phone), ["missed"]);
  });

  it("0353-15 a propose that waited while the connection was away rings for what is left of its time", () => {
    const { phone, clock } = scene();
    const propose = `<message from='${ROMEO}' to='${JULIET}'><propose xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`;
    phone.feed({ type: "message", stanza: parse(propose), age: 44_000 });
    assert.deepEqual(events(phone), ["incoming"]);
    clock.pass(16_000);
    assert.deepEqual(events(phone), ["incoming", "ended no-answer"]);
  });

  for (const [what, from, action, expected] of [
    ["retract", ROMEO, "retract", ["missed"]],
    ["finish", ROMEO, "finish", ["missed"]],
    ["answer of another device", LAPTOP, "proceed", []],
    ["refusal by another device", LAPTOP, "reject", []],
    ["legacy accept of another device", LAPTOP, "accept", []],
    ["retract of somebody else", "mercutio@verona.example/square", "retract", ["incoming"]],
    ["refusal that only breaks a tie", LAPTOP, "reject-tie-break", ["incoming"]],
  ] as const)
    it(`no order across a resumption: a propose after the ${what} ${expected[0] === "incoming" ? "rings" : "does not ring"}`, () => {
      const { phone } = scene();
      const [name] = action.split("-");
      const tieBreak = action.includes("-") ? "<tie-break xmlns='urn:xmpp:jingle-message:0'/>" : "";
      const carbon = from === LAPTOP ? ({ carbon: "sent" } as const) : {};
      const said = `<${name} xmlns='urn:xmpp:jingle-message:0' id='${ID}'>${tieBreak}</${name}>`;
      phone.feed({
        type: "message",
        stanza: parse(`<message from='${from}' to='${from === LAPTOP ? ROMEO : JULIET}'>${said}</message>`),
        ...carbon,
      });
      const propose = `<propose xmlns='urn:xmpp:jingle-message:0' id='${ID}'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>`;
      phone.feed({ type: "message", stanza: parse(`<message from='${ROMEO}' to='${JULIET}'>${propose}</message>`) });
      assert.deepEqual(events(phone), expected);
    });

  it("drops what comes twice", () => {
    const { phone } = scene();
    const propose = `<message from='${ROMEO}' to='${JULIET}'><propose xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`;
    for (let i = 0; i < 3; i++) phone.feed({ type: "message", stanza: parse(propose) });
    assert.deepEqual(events(phone), ["incoming"]);
  });

  it("0353-06 takes answers from peers that still use our bare JID, not those meant for another resource", () => {
    const { romeo, ring } = scene();
    ring();
    const proceed = (to: string, from: string) =>
      parse(`<message from='${from}' to='${to}'><proceed xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`);
    romeo.feed({ type: "message", stanza: proceed(`${bareJid(ROMEO)}/gone`, LAPTOP) });
    assert.deepEqual(events(romeo), []);
    romeo.feed({ type: "message", stanza: proceed(bareJid(ROMEO), PHONE) });
    romeo.feed({ type: "message", stanza: proceed(ROMEO, LAPTOP) });
    assert.deepEqual(events(romeo), [`proceeded ${PHONE}`]);
  });

  it("does not let a third account answer, cancel or finish a call", () => {
    const { romeo, phone, ring } = scene();
    ring();
    for (const action of ["proceed", "reject", "retract", "finish", "ringing", "accept"]) {
      for (const device of [romeo, phone]) {
        const text = `<message from='mallory@evil.example/x' to='${device.jid}'><${action} xmlns='urn:xmpp:jingle-message:0' id='${ID}'/></message>`;
        device.feed({ type: "message", stanza: parse(text) });
      }
    }
    assert.deepEqual([events(romeo), events(phone)], [[], ["incoming"]]);
  });

  it("0353-19 ignores group chat, errors that are not about it, and messages without an id", () => {
    const { phone } = scene();
    const propose = `<propose xmlns='urn:xmpp:jingle-message:0' id='${ID}'/>`;
    phone.feed({
      type: "message",
      stanza: parse(`<message type='groupchat' from='room@example.org/x'>${propose}</message>`),
    });
    phone.feed({ type: "message", stanza: parse(`<message type='error' from='${ROMEO}'>${propose}</message>`) });
    phone.feed({
      type: "message",
      stanza: parse(`<message from='${ROMEO}'><propose xmlns='urn:xmpp:jingle-message:0'/></message>`),
    });
    assert.deepEqual(events(phone), []);
  });

  it("a bounce, which carries nothing but the id, ends the attempt", () => {
    const { romeo, ring } = scene();
    ring();
    const id = parse(romeo.sent[0]!).attrs.id;
    const bounce = `<message type='error' from='${JULIET}' to='${ROMEO}' id='${id}'><error type='cancel'>
      <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;
    romeo.feed({ type: "message", stanza: parse(bounce) });
    assert.deepEqual(events(romeo), ["ended bounced"]);
  });

  it("a session may end however it ends: commands for calls that are over are LocalErrors, except finish", () => {
    const { romeo } = scene();
    romeo.feed({ type: "finish", id: "nobody", reason: "success" });
    assert.throws(() => romeo.feed({ type: "proceed", id: "nobody" }), LocalError);
    assert.throws(() => romeo.feed({ type: "retract", id: "nobody", reason: "cancel" }), LocalError);
  });
});
