import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { StanzaEvent } from "#client/connection/connection.js";
import { Archive, Chat, type Connection, type Memory } from "#client/index.js";
import { MemoryServer } from "#client/testing.js";
import { xml } from "#jingle/stanza.js";
import { keep } from "../support/schema.js";
import { ALICE, BOB, CAROL, pause, until } from "./phones.js";

describe("the archive", () => {
  let server: MemoryServer;
  const connections: Connection[] = [];

  beforeEach(() => {
    server = new MemoryServer({ archive: true });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close();
    for (const stanza of server.sent) keep(stanza);
  });

  function signIn(address: string): Connection {
    const connection = server.connect(address);
    connections.push(connection);
    connection.send(xml("presence", {}));
    return connection;
  }

  /** Alice writes to Bob, who is away. */
  async function written(count: number, to = BOB): Promise<Chat> {
    const chat = new Chat(signIn(ALICE));
    for (let n = 1; n <= count; n++) chat.send(to, `${n}`);
    await until(() => server.sent.filter((text) => text.includes("<body")).length >= count);
    return chat;
  }

  const bodies = (chat: Chat, address = ALICE) => chat.conversation(address).messages.map(({ body }) => body);

  it("0313-01: gives pages from the newest to the oldest, of all or of one address, each in order", async () => {
    const chat = await written(7);
    chat.send(CAROL, "to Carol");
    await until(() => server.sent.some((text) => text.includes("to Carol")));
    const archive = Archive.of(connections[0]!);
    const read = async (request: Parameters<Archive["page"]>[0]) => {
      const page = await archive.page(request);
      return { ...page, texts: page.messages.map(({ stanza }) => stanza.getChildText("body")) };
    };
    const first = await read({ with: BOB, max: 3 });
    assert.deepEqual([first.texts, first.complete], [["5", "6", "7"], false]);
    const second = await read({ with: BOB, max: 3, before: first.before });
    assert.deepEqual([second.texts, second.complete], [["2", "3", "4"], false]);
    const third = await read({ with: BOB, max: 3, before: second.before });
    assert.deepEqual([third.texts, third.complete, third.before], [["1"], true, undefined]);
    assert.deepEqual((await read({ max: 2 })).texts, ["7", "to Carol"]);
    assert.equal(third.messages[0]!.stanza.attrs.to, BOB);
    assert.ok(Math.abs(third.messages[0]!.time - Date.now()) < 60_000);
  });

  it("E22: is empty where the server has none, or the message to go on from has expired", async () => {
    const nothing = { messages: [], complete: true };
    assert.deepEqual(await Archive.of(signIn(ALICE)).page({ before: "long gone" }), nothing);
    server = new MemoryServer();
    const archive = Archive.of(signIn(ALICE));
    assert.deepEqual(await archive.page(), nothing);
    assert.equal(archive.exists, false);
  });

  it("fails where nobody knows: the question got no answer", async () => {
    const connection = signIn(ALICE);
    const page = Archive.of(connection).page();
    await connection.close();
    await assert.rejects(page, { name: "RequestError" });
  });

  it("0313-01, §8.2: a result of anybody else, of another question or of none is not there", async () => {
    await written(1);
    const connection = connections[0]!;
    const archive = Archive.of(connection);
    server.onStanza = (stanza) => {
      const queryid: string | undefined = stanza.getChild("query", "urn:xmpp:mam:2")?.attrs.queryid;
      if (!queryid) return true;
      for (const [from, id] of [
        [BOB, queryid],
        ["example.org", queryid],
        [ALICE, "another"],
        [ALICE, undefined],
      ] as const)
        connection.dispatchEvent(new StanzaEvent(forged(from, id)));
      return true;
    };
    assert.deepEqual(
      (await archive.page()).messages.map(({ stanza }) => stanza.getChildText("body")),
      ["1"],
    );
    server.onStanza = () => true;
    const chat = new Chat(connection);
    connection.dispatchEvent(new StanzaEvent(forged(ALICE, "another")));
    assert.deepEqual(chat.conversations, []);
  });

  it("fills a conversation from its end, with nothing twice that came live or as a carbon", async () => {
    const alice = await written(60);
    const carbon = new Chat(signIn(ALICE));
    await pause();
    alice.send(BOB, "61");
    const bob = new Chat(signIn(BOB));
    await until(() => bodies(carbon, BOB).length === 1);
    alice.send(BOB, "62");
    await until(() => bodies(bob).includes("62"));
    const queries = () => server.sent.filter((text) => text.includes("urn:xmpp:mam:2")).length;
    const numbers = Array.from({ length: 62 }, (_, at) => `${at + 1}`);
    for (const [chat, address] of [
      [alice, BOB],
      [carbon, BOB],
      [bob, ALICE],
    ] as const) {
      const before = queries();
      await Promise.all([chat.older(address), chat.older(address)]);
      assert.equal(queries(), before + 1, "two who ask at the same time get one page");
      const first = chat.conversation(address);
      assert.deepEqual(bodies(chat, address).slice(-50), numbers.slice(-50));
      assert.equal(first.complete, false);
      await chat.older(address);
      assert.deepEqual(bodies(chat, address), numbers);
      assert.equal(chat.conversation(address).complete, true);
      await chat.older(address);
      assert.deepEqual(bodies(chat, address), numbers);
    }
    assert.equal(bob.conversation(ALICE).unread, 1, "only what came live");
  });

  it("0313-03: a message without an id is known by the archive's, once there is an archive, and by nobody else's", async () => {
    await written(1);
    const connection = signIn(BOB);
    const chat = new Chat(connection);
    const said = (by: string, id: string) => {
      const stanzaId = xml("stanza-id", { xmlns: "urn:xmpp:sid:0", by, id });
      const message = xml("message", { type: "chat", from: `${ALICE}/x`, to: BOB }, xml("body", {}, "?"), stanzaId);
      connection.dispatchEvent(new StanzaEvent(message));
      return bodies(chat).length;
    };
    await chat.older(ALICE);
    const { archiveId } = chat.conversation(ALICE).messages[0]!;
    assert.equal(said(BOB, archiveId!), 1);
    assert.equal(said(ALICE, archiveId!), 2);
    assert.equal(said(BOB, "another"), 3);
    server = new MemoryServer();
    const other = signIn(BOB);
    const without = new Chat(other);
    for (const body of ["one", "two"]) {
      const stanzaId = xml("stanza-id", { xmlns: "urn:xmpp:sid:0", by: BOB, id: "forged" });
      const message = xml("message", { type: "chat", from: `${ALICE}/x`, to: BOB }, xml("body", {}, body), stanzaId);
      other.dispatchEvent(new StanzaEvent(message));
    }
    assert.deepEqual(bodies(without), ["one", "two"]);
  });

  it("what the archive received while we were away is unread until it is read, over reloads", async () => {
    const values = new Map<string, string>();
    const memory: Memory = {
      getItem: (name) => values.get(name) ?? null,
      setItem: (name, value) => void values.set(name, value),
    };
    await written(2);
    const signedIn = async () => {
      const connection = signIn(BOB);
      const chat = new Chat(connection, { memory });
      await Archive.of(connection).page();
      return chat;
    };
    const first = await signedIn();
    assert.equal(first.conversation(ALICE).unread, 2);
    assert.equal((await signedIn()).conversation(ALICE).unread, 2);
    first.markRead(ALICE);
    assert.equal(first.conversation(ALICE).unread, 0);
    assert.equal((await signedIn()).conversation(ALICE).unread, 0);
  });

  it("after a new login reads from the newest on", async () => {
    await written(3);
    const connection = signIn(BOB);
    const chat = new Chat(connection);
    await chat.older(ALICE);
    assert.equal(chat.conversation(ALICE).complete, true);
    connection.dispatchEvent(Object.assign(new Event("online"), { resumed: false }) as never);
    assert.equal(chat.conversation(ALICE).complete, false);
    await chat.older(ALICE);
    assert.deepEqual(bodies(chat), ["1", "2", "3"]);
  });
});

/** A result that somebody else makes up. */
function forged(from: string, queryid: string | undefined): Element {
  const message = xml(
    "message",
    { xmlns: "jabber:client", type: "chat", from: BOB, to: ALICE },
    xml("body", {}, "forged"),
  );
  const delay = xml("delay", { xmlns: "urn:xmpp:delay", stamp: "2026-01-01T00:00:00Z" });
  const forwarded = xml("forwarded", { xmlns: "urn:xmpp:forward:0" }, delay, message);
  return xml("message", { from, to: ALICE }, xml("result", { xmlns: "urn:xmpp:mam:2", id: "f", queryid }, forwarded));
}
