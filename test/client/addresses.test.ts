import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { unwrap } from "#client/carbons.js";
import { type Call, Chat, type Connection, Phone, Roster } from "#client/index.js";
import { FakeMedia, FakeNetwork, MemoryServer, provideMediaStream } from "#client/testing.js";
import { xml } from "#jingle/index.js";

const ALICE = "alice@example.org";
const EMILE = "émile@exämple.org";

/** RFC 7622: the same address, as another server or another keyboard writes it. */
function written(jid: string, how: "as it is" | "capitals" | "decomposed"): string {
  const [bare, resource] = jid.split("/");
  const other = { "as it is": bare!, capitals: bare!.toUpperCase(), decomposed: bare!.normalize("NFD") }[how];
  return resource === undefined ? other : `${other}/${resource}`;
}

describe("addresses that every stanza writes in another way", () => {
  let undo = () => {};
  let server: MemoryServer;
  let network: FakeNetwork;
  let stanzas: number;
  const open: Connection[] = [];

  before(() => {
    undo = provideMediaStream();
  });
  after(() => undo());

  beforeEach(() => {
    server = new MemoryServer();
    network = new FakeNetwork();
    stanzas = 0;
    server.befriend(ALICE, EMILE);
    server.onStanza = (stanza: Element) => {
      const ways = ["as it is", "capitals", "decomposed"] as const;
      stanza.attrs.from = written(String(stanza.attrs.from), ways[stanzas++ % ways.length]!);
      return true;
    };
  });

  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
  });

  async function signIn(address: string) {
    const connection = server.connect(address);
    open.push(connection);
    const roster = new Roster(connection);
    const chat = new Chat(connection);
    const phone = new Phone(connection, { roster, media: new FakeMedia(), peerConnection: network.peerConnection });
    const incoming: Call[] = [];
    phone.addEventListener("incoming", ({ call }) => incoming.push(call));
    await roster.ready;
    await until(() => server.sent.some((text) => text.startsWith("<presence") && text.includes(connection.jid)));
    return { connection, roster, chat, phone, incoming };
  }

  it("are one contact, who comes and goes", async () => {
    const alice = await signIn(ALICE);
    const devices = [await signIn(EMILE), await signIn(EMILE), await signIn(EMILE)];
    await until(() => alice.roster.get(written(EMILE, "capitals"))?.presence === "online");
    assert.equal(alice.roster.contacts.length, 1);
    assert.equal(alice.roster.get(written(EMILE, "decomposed"))?.canCall, "yes");
    for (const { connection } of devices) await connection.close();
    await until(() => alice.roster.get(EMILE)?.presence === "offline");
  });

  it("are one call and one session, three times in a row, each with its candidates, its mute and its end", async () => {
    const [alice, émile] = [await signIn(ALICE), await signIn(EMILE)];
    for (const how of ["as it is", "capitals", "decomposed"] as const) {
      stanzas += 1;
      const call = alice.phone.call(written(EMILE, how));
      await until(() => call.state === "ringing");
      const theirs = émile.incoming.at(-1)!;
      theirs.accept();
      await until(() => call.state === "connected" && theirs.state === "connected");
      theirs.mute();
      await until(() => call.remoteMuted);
      call.hangUp();
      assert.deepEqual(await call.ended, { reason: "hung-up", by: "us" });
      assert.deepEqual(await theirs.ended, { reason: "hung-up", by: "them" });
    }
    assert.equal(émile.incoming.length, 3);
  });

  it("are one conversation, on every device", async () => {
    const [alice, émile, second] = [await signIn(ALICE), await signIn(EMILE), await signIn(EMILE)];
    for (const how of ["as it is", "capitals", "decomposed"] as const) {
      alice.chat.send(written(EMILE, how), how);
      émile.chat.send(written(ALICE, how), how);
    }
    for (const [side, other] of [
      [alice, EMILE],
      [émile, ALICE],
      [second, ALICE],
    ] as const)
      await until(() => side.chat.conversation(other).messages.length === 6);
  });

  it("0280-02 make a carbon one of our own, and do not let a forged one in", () => {
    const message = xml("message", { from: `${ALICE}/x`, to: EMILE }, xml("body", {}, "hello"));
    const forwarded = xml("forwarded", { xmlns: "urn:xmpp:forward:0" }, message);
    const from = (address: string) =>
      xml("message", { from: address, to: `${EMILE}/y` }, xml("received", { xmlns: "urn:xmpp:carbons:2" }, forwarded));
    for (const how of ["as it is", "capitals", "decomposed"] as const)
      assert.equal(unwrap(from(written(EMILE, how)), `${EMILE}/y`)?.carbon, "received");
    for (const forger of ["emile@exämple.org", "émile@example.org", `${EMILE}/y`, ALICE])
      assert.equal(unwrap(from(forger), `${EMILE}/y`), null);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`it did not come to: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
