import assert from "node:assert/strict";
import { Archive } from "#client/archive.js";
import { CallLog, Chat, type Connection, connect, Phone, Roster } from "#client/index.js";
import { FakeMedia, FakeNetwork, provideMediaStream } from "#client/testing.js";
import { Recorder } from "../client/connection/recording.js";
import { newAccounts, type TestAccount, testServer } from "../support/prosody.js";

describe("calls and messages in the archive of a real Prosody", function () {
  this.timeout(30_000);
  const network = new FakeNetwork();
  const connections: Connection[] = [];
  let undo = () => {};
  let alice: TestAccount;
  let bob: TestAccount;

  before(() => {
    undo = provideMediaStream();
  });
  after(() => undo());
  beforeEach(async () => {
    [alice, bob] = await newAccounts(await testServer(), "alice", "bob");
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close();
  });

  /** Somebody who can be called, once their server says that they are there. */
  async function person({ address, password }: TestAccount) {
    const { WebSocket } = new Recorder();
    const { service } = await testServer();
    const connection = await connect({ service, address, password, environment: { WebSocket } });
    connections.push(connection);
    const present = heard(connection, "presence", connection.jid);
    const roster = new Roster(connection);
    const chat = new Chat(connection);
    const phone = new Phone(connection, { roster, media: new FakeMedia(), peerConnection: network.peerConnection });
    const log = new CallLog(connection, phone);
    const incoming: Phone["calls"][number][] = [];
    phone.addEventListener("incoming", ({ call }) => incoming.push(call));
    await present;
    return { connection, chat, phone, log, incoming };
  }

  const words = (log: CallLog) => log.entries.map(({ direction, outcome }) => `${direction} ${outcome}`);

  it("0313-02: what was answered, declined, taken back and missed while away reads the same from it as live", async () => {
    const [a, b] = [await person(alice), await person(bob)];
    const ring = async () => {
      const before = b.incoming.length;
      const out = a.phone.call(bob.address);
      await until(() => b.incoming.length > before && out.state === "ringing");
      return { out, inc: b.incoming.at(-1)! };
    };
    const answered = await ring();
    answered.inc.accept();
    await until(() => answered.out.state === "connected");
    answered.inc.hangUp();
    await answered.out.ended;
    const declined = await ring();
    declined.inc.decline();
    await declined.out.ended;
    const cancelled = await ring();
    cancelled.out.hangUp();
    await cancelled.inc.ended;
    await b.connection.close();
    const missed = a.phone.call(bob.address);
    await until(() => words(a.log).at(-1) === "outgoing pending");
    missed.hangUp();
    await missed.ended;
    const hers = ["outgoing answered", "outgoing declined", "outgoing cancelled", "outgoing cancelled"];
    const his = ["incoming answered-elsewhere", "incoming declined", "incoming missed", "incoming missed"];
    assert.deepEqual(words(a.log), hers);
    assert.deepEqual(words(b.log), ["incoming answered", ...his.slice(1, 3)]);
    // Nothing was kept of which devices were his, so who answered was another one.
    const [after, back] = [await person(alice), await person(bob)];
    await until(() => words(after.log).length === 4 && words(back.log).length === 4);
    assert.deepEqual([words(after.log), words(back.log)], [hers, his]);
    assert.deepEqual(
      after.log.entries.map(({ id }) => id),
      a.log.entries.map(({ id }) => id),
    );
    assert.deepEqual([back.log.missed(alice.address), after.log.missed(bob.address)], [2, 0]);
    assert.notEqual(back.log.entries[0]!.duration, null);
  });

  it("0313-01: a conversation has its messages once and in order, from live, from carbons and from its pages", async () => {
    const a = await person(alice);
    for (let n = 1; n <= 60; n++) a.chat.send(bob.address, `${n}`);
    const [second, b] = [await person(alice), await person(bob)];
    b.chat.send(alice.address, "61");
    const bodies = (chat: Chat, other: TestAccount) =>
      chat.conversation(other.address).messages.map(({ body }) => body);
    await until(() => [a, second].every(({ chat }) => bodies(chat, bob).at(-1) === "61"));
    const numbers = Array.from({ length: 61 }, (_, at) => `${at + 1}`);
    for (const [chat, other] of [
      [a.chat, bob],
      [second.chat, bob],
      [b.chat, alice],
    ] as const) {
      await chat.older(other.address);
      await chat.older(other.address);
      assert.deepEqual(bodies(chat, other), numbers);
      assert.equal(chat.conversation(other.address).complete, true);
    }
    assert.ok(a.chat.conversation(bob.address).messages.at(-1)?.archiveId, "Prosody says where it has put it");
  });

  it("a login looks through more than one of Prosody's pages of 50", async () => {
    const a = await person(alice);
    for (let n = 1; n <= 70; n++) a.chat.send(bob.address, `${n}`);
    const b = await person(bob);
    await until(() => b.chat.conversation(alice.address).messages.length === 70);
    assert.equal((await Archive.of(b.connection).page({ max: 100 })).messages.length, 50);
  });

  it("E22: a page before a message that the archive does not have is empty", async () => {
    const { connection } = await person(alice);
    assert.deepEqual(await Archive.of(connection).page({ before: "never-was" }), { messages: [], complete: true });
  });

  function heard(connection: Connection, name: string, from: string): Promise<void> {
    return new Promise((resolve) => {
      connection.addEventListener("stanza", ({ stanza }) => {
        if (stanza.name === name && stanza.attrs.from === from) resolve();
      });
    });
  }
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
