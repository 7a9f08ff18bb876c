import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { LocalError } from "#jingle/errors.js";
import { bareJid } from "#jingle/jid.js";
import { NS_JINGLE_MESSAGE } from "#jingle/xep/0353.js";
import { type Device, events, ID, JULIET, LAPTOP, LATENCY, PHONE, ROMEO, scene, sent } from "./initiation-scene.js";

const NEXT = "989a46a6-f202-4910-a7c3-83c6ba3f3947";

function hear(
  device: Device,
  from: string,
  action: string,
  more: { id?: string; inner?: string; to?: string; beside?: string } = {},
) {
  const { id = ID, inner = "", to = device.jid, beside = "" } = more;
  const text = `<message from='${from}' to='${to}' type='chat' id='m1'><${action} xmlns='${NS_JINGLE_MESSAGE}' id='${id}'>${inner}</${action}>${beside}</message>`;
  return { type: "message", stanza: parse(text) } as const;
}

/** A call between Romeo and Juliet's phone that both have taken. */
function running() {
  const stage = scene();
  const { romeo, phone, clock, ring } = stage;
  ring();
  phone.feed({ type: "proceed", id: ID });
  clock.pass(LATENCY);
  phone.feed({ type: "joined", id: ID });
  for (const device of [romeo, phone]) device.feed({ type: "active", id: ID });
  return stage;
}

describe("XEP-0353, rule by rule", () => {
  it("0353-01 speaks urn:xmpp:jingle-message:0 and hears nothing in the namespace that the registry names", () => {
    assert.equal(NS_JINGLE_MESSAGE, "urn:xmpp:jingle-message:0");
    const { phone } = scene();
    const { type, stanza } = hear(phone, ROMEO, "propose");
    phone.feed({
      type,
      stanza: parse(stanza.toString().replace("urn:xmpp:jingle-message:0", "urn:xmpp:jingle:jingle-message:0")),
    });
    assert.deepEqual(events(phone), []);
  });

  it("0353-02 0334-01 0280-04 every message is of type chat, with a store hint and nothing that forbids copies", () => {
    const { romeo, phone } = running();
    romeo.feed({ type: "finish", id: ID, reason: "success" });
    for (const text of [...romeo.sent, ...phone.sent]) {
      assert.match(text, /type="chat"/);
      assert.match(text, /<store xmlns="urn:xmpp:hints"\/>/);
      assert.doesNotMatch(text, /private|no-copy/);
    }
  });

  it("0353-03 its id is that of the session, whatever it looks like", () => {
    const { phone } = scene();
    phone.feed(hear(phone, ROMEO, "propose", { id: "proposal%3" }));
    phone.feed({ type: "proceed", id: "proposal%3" });
    assert.match(phone.sent[0]!, /<proceed [^>]*id="proposal%3"/);
  });

  it("0353-07 retract says cancel, reject what it is told, finish how it ended", () => {
    const { romeo, ring } = scene();
    ring();
    romeo.feed({ type: "retract", id: ID, reason: "cancel" });
    assert.match(romeo.sent.at(-1)!, /<retract .*<reason xmlns="urn:xmpp:jingle:1"><cancel\/><\/reason>/);
    const call = running();
    call.phone.feed({ type: "finish", id: ID, reason: "connectivity-error" });
    assert.match(call.phone.sent.at(-1)!, /<finish .*<connectivity-error\/>/);
    call.romeo.feed(hear(call.romeo, PHONE, "finish"));
    assert.deepEqual(events(call.romeo).at(-1), "ended finished success");
  });

  it("0353-08 a finish of a device that the call is not with does not end it", () => {
    const { romeo, phone, laptop, clock, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    laptop.feed({ type: "proceed", id: ID });
    clock.pass(LATENCY);
    romeo.feed(hear(romeo, LAPTOP, "finish"));
    assert.deepEqual(events(romeo), [`proceeded ${PHONE}`]);
  });

  it("0353-10 two devices answer at once: the first has the call, the other learns that it was answered elsewhere", () => {
    const { romeo, phone, laptop, clock, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    laptop.feed({ type: "proceed", id: ID });
    clock.pass(LATENCY);
    phone.feed({ type: "joined", id: ID });
    clock.pass(20_000);
    assert.deepEqual(events(romeo), [`proceeded ${PHONE}`]);
    assert.deepEqual(events(laptop), ["incoming", "ended answered-elsewhere"]);
    assert.ok(!laptop.sent.some((text) => text.includes("<finish")));
  });

  it("0353-12 glare on another device of ours is not a decline: the tie-break is not for it", () => {
    const { phone, laptop } = scene();
    laptop.feed(hear(laptop, ROMEO, "propose"));
    const reject = "<reason xmlns='urn:xmpp:jingle:1'><expired/></reason><tie-break/>";
    laptop.feed({ ...hear(phone, PHONE, "reject", { inner: reject, to: ROMEO }), carbon: "sent" });
    assert.deepEqual(events(laptop), ["incoming"]);
  });

  it("0353-13 a propose in a running call is its migration: the old one is finished, the new one answered unasked", () => {
    const { phone } = running();
    const elsewhere = `${bareJid(ROMEO)}/garden`;
    phone.feed(hear(phone, elsewhere, "propose", { id: NEXT }));
    assert.deepEqual(sent(phone).slice(-3), [`finish to ${ROMEO}`, `proceed to ${elsewhere}`, `accept to ${JULIET}`]);
    assert.match(
      phone.sent.at(-3)!,
      new RegExp(
        `<finish [^>]*id="${ID}"><reason xmlns="urn:xmpp:jingle:1"><expired/></reason><migrated to="${NEXT}"/>`,
      ),
    );
    assert.equal(events(phone).at(-1), `migrated ${NEXT} ${elsewhere}`);
  });

  it("0353-13 the device that the call leaves learns where it goes", () => {
    const { romeo } = running();
    const migrated = `<reason xmlns='urn:xmpp:jingle:1'><expired/></reason><migrated to='${NEXT}'/>`;
    romeo.feed(hear(romeo, PHONE, "finish", { inner: migrated }));
    assert.equal(events(romeo).at(-1), `ended migrated ${NEXT}`);
  });

  it("0353-13 nobody else's propose migrates a call, nor does one before it is active", () => {
    const { phone } = running();
    phone.feed(hear(phone, "tybalt@capulet.example/x", "propose", { id: NEXT }));
    assert.equal(events(phone).at(-1), "incoming");
    const early = scene();
    early.ring();
    early.phone.feed({ type: "proceed", id: ID });
    early.phone.feed(hear(early.phone, ROMEO, "propose", { id: NEXT }));
    assert.equal(events(early.phone).at(-1), "incoming");
  });

  it("0353-15 while we catch up nothing rings; at the end what is still live does, what was taken back was missed", () => {
    const { phone, clock } = scene();
    phone.feed({ type: "catch-up", done: false });
    phone.feed(hear(phone, ROMEO, "propose", { id: "live" }));
    phone.feed(hear(phone, ROMEO, "propose", { id: "gone" }));
    phone.feed(hear(phone, ROMEO, "propose", { id: "taken" }));
    assert.deepEqual(events(phone), []);
    phone.feed(hear(phone, ROMEO, "retract", { id: "gone" }));
    phone.feed(hear(phone, LAPTOP, "accept", { id: "taken" }));
    phone.feed({ type: "catch-up", done: true });
    assert.deepEqual(events(phone), ["missed", "ended answered-elsewhere", "incoming"]);
    assert.deepEqual(
      phone.heard.map(({ id }) => id),
      ["gone", "taken", "live"],
    );
    phone.feed(hear(phone, ROMEO, "propose", { id: "after" }));
    assert.equal(events(phone).at(-1), "incoming");
    clock.pass(60_000);
    assert.equal(events(phone).filter((event) => event === "ended no-answer").length, 2);
  });

  it("0353-17 a propose is told, and nothing is sent, until somebody says so", () => {
    const { phone } = scene();
    phone.feed(hear(phone, "stranger@example.org/x", "propose"));
    assert.deepEqual([events(phone), phone.sent], [["incoming"], []]);
    phone.feed({ type: "ignore", id: ID });
    assert.deepEqual(phone.sent, []);
  });

  it("0353-19 an account that proposes to itself rings nowhere, and its own echo is nothing", () => {
    const { phone, laptop } = scene();
    laptop.feed(hear(laptop, PHONE, "propose"));
    phone.feed({ ...hear(phone, PHONE, "propose"), carbon: "sent" });
    assert.deepEqual([events(phone), events(laptop)], [[], []]);
  });

  it("0353-21 a receipt is sent with ringing to who asks for one, and not before", () => {
    const { phone } = scene();
    phone.feed(hear(phone, ROMEO, "propose", { beside: "<request xmlns='urn:xmpp:receipts'/>" }));
    assert.deepEqual(phone.sent, []);
    phone.feed({ type: "ring", id: ID });
    assert.deepEqual(
      phone.sent.map((text) => parse(text).getChildElements()[0]!.toString()),
      [`<ringing xmlns="${NS_JINGLE_MESSAGE}" id="${ID}"/>`, '<received xmlns="urn:xmpp:receipts" id="m1"/>'],
    );
  });

  it("0280-03 a carbon of what we or a sibling sent is never answered", () => {
    const { phone, ring } = scene();
    ring();
    const before = phone.sent.length;
    for (const action of ["propose", "ringing", "proceed", "reject", "retract", "finish", "accept"]) {
      for (const carbon of ["sent", "received"] as const) {
        phone.feed({ ...hear(phone, LAPTOP, action, { id: NEXT }), carbon });
        phone.feed({ ...hear(phone, ROMEO, action, { id: NEXT, to: LAPTOP }), carbon });
      }
    }
    assert.equal(phone.sent.length, before);
    assert.deepEqual(events(phone), ["incoming"]);
  });

  it("a propose to the account rings where a server hands it on as a carbon only, one to a sibling does not", () => {
    const { phone } = scene();
    phone.feed({ ...hear(phone, ROMEO, "propose", { to: LAPTOP }), carbon: "received" });
    assert.deepEqual(events(phone), []);
    phone.feed({ ...hear(phone, ROMEO, "propose", { to: JULIET, id: NEXT }), carbon: "received" });
    assert.deepEqual(events(phone), ["incoming"]);
  });

  it("0166-37 who proposes without end is not listened to, and others are", () => {
    const { phone } = scene();
    for (let i = 0; i < 100; i++) phone.feed(hear(phone, "flood@example.org/x", "propose", { id: `f${i}` }));
    assert.equal(events(phone).length, 4);
    phone.feed(hear(phone, ROMEO, "propose"));
    assert.equal(events(phone).length, 5);
    for (let i = 0; i < 100; i++) phone.feed(hear(phone, `s${i}@example.org/x`, "propose", { id: `s${i}` }));
    assert.equal(events(phone).length, 64);
  });

  it("a message that the server never took ends the attempt", () => {
    const { romeo, ring } = scene();
    ring();
    romeo.feed({ type: "unacknowledged", id: parse(romeo.sent[0]!).attrs.id });
    assert.deepEqual(events(romeo), ["ended bounced"]);
    romeo.feed({ type: "unacknowledged", id: "nobody" });
    assert.deepEqual(events(romeo), ["ended bounced"]);
  });

  it("one device that refuses the propose does not end it for the others", () => {
    const { romeo, ring } = scene();
    ring();
    const { id } = parse(romeo.sent[0]!).attrs;
    const error = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    const bounce = (from: string) =>
      parse(`<message type='error' from='${from}' to='${ROMEO}' id='${id}'>${error}</message>`);
    romeo.feed({ type: "message", stanza: bounce(PHONE) });
    assert.deepEqual(events(romeo), []);
    romeo.feed({ type: "message", stanza: bounce("mallory@evil.example") });
    assert.deepEqual(events(romeo), []);
    romeo.feed({ type: "message", stanza: bounce(JULIET) });
    assert.deepEqual(events(romeo), ["ended bounced"]);
  });

  it("a device that knows nothing of our proceed ends it (Conversations)", () => {
    const { phone, ring } = scene();
    ring();
    phone.feed({ type: "proceed", id: ID });
    const { id } = parse(phone.sent[0]!).attrs;
    const error = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    phone.feed({
      type: "message",
      stanza: parse(`<message type='error' from='${ROMEO}' id='${id}'>${error}</message>`),
    });
    assert.deepEqual(events(phone), ["incoming", "ended bounced"]);
  });

  it("a retract that crosses our proceed ends it; once the session is there it does not", () => {
    const early = scene();
    early.ring();
    early.phone.feed({ type: "proceed", id: ID });
    early.phone.feed(hear(early.phone, ROMEO, "retract"));
    assert.deepEqual(events(early.phone), ["incoming", "ended retracted cancel"]);
    const { phone } = running();
    phone.feed(hear(phone, ROMEO, "retract"));
    assert.deepEqual(events(phone), ["incoming"]);
  });

  it("commands that do not fit are LocalErrors, and send nothing", () => {
    const { romeo, phone, ring } = scene();
    ring();
    const [before, other] = [romeo.sent.length, phone.sent.length];
    assert.throws(() => romeo.feed({ type: "propose", id: ID, peer: JULIET, media: [] }), LocalError);
    assert.throws(() => romeo.feed({ type: "proceed", id: ID }), LocalError);
    assert.throws(() => phone.feed({ type: "retract", id: ID, reason: "cancel" }), LocalError);
    assert.deepEqual([romeo.sent.length, phone.sent.length], [before, other]);
  });

  it("nothing is left when all is over", () => {
    const { romeo, phone, laptop, machines, clock } = running();
    for (const device of [romeo, phone]) device.feed({ type: "finish", id: ID, reason: "success" });
    clock.pass(LATENCY);
    assert.deepEqual(
      [romeo, phone, laptop].map(({ jid }) => [machines.get(jid)!.size, machines.get(jid)!.deadline]),
      [
        [0, null],
        [0, null],
        [0, null],
      ],
    );
  });
});
