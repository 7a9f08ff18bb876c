import { strict as assert } from "node:assert";
import { RING_TIME } from "#client/call-record.js";
import { type Call, CallLog, type CallLogOptions, type Memory, type Phone } from "#client/index.js";
import { xml } from "#jingle/stanza.js";
import { ALICE, BOB, CAROL, Phones, pause, until } from "./phones.js";

describe("the call log (0353-14)", () => {
  const phones = new Phones();

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open({ archive: true }));
  afterEach(() => phones.close());

  /** Signs somebody in, with a log. */
  async function person(address: string, options: CallLogOptions = {}) {
    const connection = await phones.signIn(address);
    const log = new CallLog(connection.connection, connection.phone, options);
    const seen = () =>
      log.entries.map(({ direction, outcome, video }) => `${direction} ${outcome}${video ? " video" : ""}`);
    return { ...connection, log, seen };
  }

  /** A log that has nothing but the archive, as after a reload. */
  async function reloaded(address: string, memory: Memory, calls: number) {
    const after = await person(address, { memory });
    await until(() => after.log.entries.length >= calls);
    return after;
  }

  it("0313-02: live and after a reload, on both sides: the same calls, the same words", async () => {
    const [aliceMemory, bobMemory] = [memory(), memory()];
    const alice = await person(ALICE, { memory: aliceMemory });
    const bob = await person(BOB, { memory: bobMemory });
    const ring = async (video: boolean) => {
      const before = bob.incoming.length;
      const out = alice.phone.call(BOB, { video });
      await until(() => out.state === "ringing" && bob.incoming.length > before);
      return { out, inc: bob.incoming.at(-1)! };
    };
    const answered = await ring(true);
    answered.inc.accept();
    await until(() => answered.out.state === "connected" && answered.inc.state === "connected");
    assert.deepEqual(bob.seen(), ["incoming answered video"], "while they talk");
    answered.out.hangUp();
    await answered.inc.ended;
    const declined = await ring(false);
    declined.inc.decline();
    await declined.out.ended;
    const cancelled = await ring(false);
    cancelled.out.hangUp();
    await cancelled.inc.ended;
    const words = {
      alice: ["outgoing answered video", "outgoing declined", "outgoing cancelled"],
      bob: ["incoming answered video", "incoming declined", "incoming missed"],
    };
    assert.deepEqual([alice.seen(), bob.seen()], [words.alice, words.bob]);
    assert.notEqual(bob.log.entries[0]!.duration, null);
    await alice.connection.close();
    await bob.connection.close();
    for (const [address, kept, before, wanted] of [
      [ALICE, aliceMemory, alice.log, words.alice],
      [BOB, bobMemory, bob.log, words.bob],
    ] as const) {
      const after = await reloaded(address, kept, 3);
      assert.deepEqual(after.seen(), wanted);
      assert.deepEqual(
        after.log.entries.map(({ id, address }) => [id, address]),
        before.entries.map(({ id, address }) => [id, address]),
      );
    }
  });

  it("what another device answered says so, there and after a reload", async () => {
    const [desk, pocket] = [memory(), memory()];
    const alice = await person(ALICE);
    const bob = await person(BOB, { memory: desk });
    const second = await person(BOB, { memory: pocket });
    const out = alice.phone.call(BOB);
    await until(() => bob.incoming.length + second.incoming.length === 2);
    second.incoming[0]!.accept();
    await until(() => out.state === "connected");
    out.hangUp();
    await second.incoming[0]!.ended;
    await until(() => bob.log.entries[0]?.duration !== null);
    assert.deepEqual([bob.seen(), second.seen()], [["incoming answered-elsewhere"], ["incoming answered"]]);
    assert.deepEqual((await reloaded(BOB, desk, 1)).seen(), ["incoming answered-elsewhere"]);
    assert.deepEqual((await reloaded(BOB, pocket, 1)).seen(), ["incoming answered"]);
  });

  it("a call while we were away is missed, and marked until it is seen, over reloads", async () => {
    const kept = memory();
    const alice = await person(ALICE);
    const out = alice.phone.call(BOB, { video: true });
    await until(() => phones.server.sent.some((text) => text.includes("<propose")));
    out.hangUp();
    await until(() => phones.server.sent.some((text) => text.includes("<retract")));
    const bob = await reloaded(BOB, kept, 1);
    assert.deepEqual(bob.seen(), ["incoming missed video"]);
    assert.deepEqual([bob.log.missed(ALICE), bob.log.missed(CAROL)], [1, 0]);
    const again = await reloaded(BOB, kept, 1);
    assert.equal(again.log.missed(ALICE), 1);
    again.log.markSeen(ALICE);
    assert.equal(again.log.missed(ALICE), 0);
    assert.equal((await reloaded(BOB, kept, 1)).log.missed(ALICE), 0);
    assert.deepEqual(bob.log.with(CAROL), []);
  });

  it("a propose that waited for us is missed, though nobody took it back; one of now is not yet", async () => {
    const bob = await person(BOB);
    const { connection } = await phones.signIn(ALICE);
    const propose = (id: string) => {
      const media = xml("description", { xmlns: "urn:xmpp:jingle:apps:rtp:1", media: "audio" });
      return xml("propose", { xmlns: "urn:xmpp:jingle-message:0", id }, media);
    };
    const stamp = new Date(Date.now() - RING_TIME - 1).toISOString();
    const delay = xml("delay", { xmlns: "urn:xmpp:delay", stamp });
    connection.send(xml("message", { type: "chat", to: BOB, id: "m1" }, propose("old"), delay));
    connection.send(xml("message", { type: "chat", to: BOB, id: "m2" }, propose("new")));
    await until(() => bob.log.entries.length === 2);
    assert.deepEqual(
      bob.log.entries.map(({ id, outcome }) => [id, outcome]),
      [
        ["old", "missed"],
        ["new", "pending"],
      ],
    );
  });

  it("a call without message initiation is there by what the phone knows; one that nobody was told of is not", async () => {
    const { connection } = await phones.signIn(BOB);
    const phone = Object.assign(new EventTarget(), { calls: [] as object[] });
    const log = new CallLog(connection, phone as unknown as Phone);
    const happens = (facts: Partial<Call>) => {
      const start = { id: `${phone.calls.length}`, address: ALICE, direction: "outgoing", video: false };
      const times = { connectedAt: null, endedAt: Date.now() };
      const call = Object.assign(
        new EventTarget(),
        { ...start, ...times, ...facts },
        { ended: Promise.resolve(facts.end) },
      );
      phone.calls.push(call);
      phone.dispatchEvent(new Event("callschange"));
    };
    happens({ direction: "incoming", connectedAt: 1000, endedAt: 193_400, end: { reason: "hung-up", by: "us" } });
    happens({ direction: "incoming", end: { reason: "cancelled", by: "them" } });
    happens({ end: { reason: "declined", by: "them" } });
    happens({ end: { reason: "microphone-blocked", by: "us" } });
    await pause();
    assert.deepEqual(
      log.entries.map(({ id, outcome, duration }) => [id, outcome, duration]),
      [
        ["0", "answered", 192_000],
        ["1", "missed", null],
        ["2", "declined", null],
      ],
    );
  });

  it("a server without an archive costs nothing but what was before", async () => {
    phones.open();
    const alice = await person(ALICE);
    const bob = await person(BOB);
    let changes = 0;
    bob.log.addEventListener("change", () => changes++);
    const out = alice.phone.call(BOB);
    await until(() => bob.incoming.length === 1);
    out.hangUp();
    await until(() => bob.seen()[0] === "incoming missed");
    assert.ok(changes >= 2, "a change for the call and one for its end");
    assert.deepEqual(alice.seen(), ["outgoing cancelled"]);
  });
});

/** As localStorage. */
function memory(): Memory {
  const values = new Map<string, string>();
  return { getItem: (name) => values.get(name) ?? null, setItem: (name, value) => void values.set(name, value) };
}
