import assert from "node:assert/strict";
import { Element } from "ltx";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { Roster } from "#client/roster.js";
import { countOnWire, Recorder } from "../client/connection/recording.js";
import { newAccounts, privateServer, type TestAccount, type TestServer, testServer } from "../support/prosody.js";

/** A connection with what a test wants to see of it. */
interface Party {
  readonly connection: Connection;
  readonly recorder: Recorder;
  readonly network: EventTarget;
  /** Ids of the chat messages that arrived, in order; errors as "error <id>". */
  readonly got: string[];
  readonly told: string[];
  /** Resolves when the connection is online after a loss. */
  back(): Promise<void>;
}

async function signIn(server: TestServer, { address, password }: TestAccount): Promise<Party> {
  const recorder = new Recorder();
  const network = new EventTarget();
  const environment = { WebSocket: recorder.WebSocket, network };
  const connection = await connect({ service: server.service, address, password, environment });
  const got: string[] = [];
  const told: string[] = [];
  connection.addEventListener("stanza", ({ stanza }) => {
    if (stanza.name === "presence") return;
    got.push(stanza.attrs.type === "error" ? `error ${stanza.attrs.id}` : stanza.attrs.id);
  });
  connection.addEventListener("offline", () => told.push("offline"));
  connection.addEventListener("online", ({ resumed }) => told.push(resumed ? "resumed" : "new"));
  connection.addEventListener("closed", ({ error }) => told.push(`closed ${error?.condition ?? "by us"}`));
  connection.send(new Element("presence"));
  const back = () =>
    connection.status === "online"
      ? Promise.resolve()
      : new Promise<void>((resolve) => connection.addEventListener("online", () => resolve(), { once: true }));
  return { connection, recorder, network, got, told, back };
}

function say({ connection }: Party, to: Party, id: string): void {
  const message = new Element("message", { type: "chat", to: to.connection.jid, id });
  message.c("body").t(id);
  connection.send(message);
}

/** Waits until the condition holds; the assertion after it says what is wrong when it never does. */
async function until(condition: () => boolean, patience = 10_000): Promise<void> {
  for (let waited = 0; !condition() && waited < patience; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("XEP-0198 resumption with a real server", () => {
  it("50 hard cuts between stanza and ack, traffic both ways: all resumed, nothing lost, nothing doubled", async function () {
    this.timeout(60_000);
    const server = await testServer();
    const [first, second] = await newAccounts(server, "alice", "bob");
    const alice = await signIn(server, first);
    const bob = await signIn(server, second);
    const sent = { alice: [] as string[], bob: [] as string[] };
    let next = 0;
    const fromAlice = (count: number) => {
      for (let each = 0; each < count; each++) say(alice, bob, sent.alice[sent.alice.push(`a${next++}`) - 1] ?? "");
    };
    const fromBob = (count: number) => {
      for (let each = 0; each < count; each++) say(bob, alice, sent.bob[sent.bob.push(`b${next++}`) - 1] ?? "");
    };

    for (let round = 0; round < 50; round++) {
      fromAlice(2);
      fromBob(2);
      // In every other round the last second is swallowed by the network before it breaks.
      if (round % 2) await new Promise((resolve) => setTimeout(resolve, 5));
      alice.recorder.last.deaf = round % 2 === 1;
      fromAlice(3);
      fromBob(3);
      if (round % 4 > 1) await new Promise((resolve) => setTimeout(resolve, 20));
      alice.recorder.last.terminate();
      await until(() => alice.connection.status === "reconnecting");
      fromAlice(2);
      fromBob(2);
      alice.network.dispatchEvent(new Event("online"));
      await alice.back();
    }

    await until(() => bob.got.length >= sent.alice.length && alice.got.length >= sent.bob.length);
    assert.deepEqual(alice.told, Array.from({ length: 50 }, () => ["offline", "resumed"]).flat());
    assert.deepEqual(bob.got.toSorted(), sent.alice.toSorted());
    assert.deepEqual(alice.got.toSorted(), sent.bob.toSorted());
    await alice.connection.close();
    await bob.connection.close();
    for (const { recorder } of [alice, bob]) {
      const { acks, wrong, killed } = countOnWire(recorder.frames);
      assert.ok(acks > 0);
      assert.deepEqual({ wrong, killed }, { wrong: [], killed: [] });
    }
  });

  it("resumes while the server still believes in the old socket", async () => {
    const server = await testServer();
    const [first, second] = await newAccounts(server, "alice", "bob");
    const alice = await signIn(server, first);
    const bob = await signIn(server, second);
    const old = alice.recorder.last;
    old.deaf = true;
    say(alice, bob, "into the void");
    say(bob, alice, "to a dead socket");
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Our side closes as the ack timeout does, and the frame never gets out.
    old.emit("close", 1006, Buffer.alloc(0));
    alice.network.dispatchEvent(new Event("online"));
    await until(() => bob.got.length > 0 && alice.got.length > 0);
    assert.deepEqual(alice.told, ["offline", "resumed"]);
    assert.deepEqual([bob.got, alice.got], [["into the void"], ["to a dead socket"]]);
    old.terminate();
    await alice.connection.close();
    await bob.connection.close();
  });

  it("binds the same resource anew when the server has given the session up", async function () {
    this.timeout(30_000);
    const server = await privateServer({ hibernation: 1 });
    const [first, second] = await newAccounts(server, "alice", "bob");
    const alice = await signIn(server, first);
    const bob = await signIn(server, second);
    const { jid } = alice.connection;
    say(alice, bob, "handled");
    await until(() => bob.got.length === 1);
    alice.recorder.last.deaf = true;
    say(alice, bob, "written");
    const iq = new Element("iq", { type: "get", id: "asked", to: server.domain });
    iq.c("ping", { xmlns: "urn:xmpp:ping" });
    alice.connection.send(iq);
    alice.recorder.last.terminate();
    await until(() => alice.connection.status === "reconnecting");
    alice.recorder.unreachable = true;
    say(alice, bob, "while away");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    alice.recorder.unreachable = false;
    alice.network.dispatchEvent(new Event("online"));
    await alice.back();
    assert.equal(alice.connection.jid, jid);
    await until(() => bob.got.length === 3);
    assert.deepEqual(alice.told, ["offline", "new"]);
    assert.deepEqual(bob.got, ["handled", "written", "while away"]);
    assert.deepEqual(alice.got, ["error asked"]);
    await alice.connection.close();
    await bob.connection.close();
  });

  it("knows the contacts and who is there anew, when the session was given up and all of it changed meanwhile", async function () {
    this.timeout(30_000);
    const server = await privateServer({ hibernation: 1 });
    const [first, second, third] = await newAccounts(server, "alice", "bob", "carol");
    const [alice, other, bob] = [
      await signIn(server, first),
      await signIn(server, first),
      await signIn(server, second),
    ];
    const [roster, elsewhere] = [new Roster(alice.connection), new Roster(other.connection)];
    const known = () => roster.contacts.map(({ address, name, presence }) => [address, name, presence]);
    const bobsRoster = new Roster(bob.connection);
    await Promise.all([roster.ready, elsewhere.ready, bobsRoster.ready]);
    await until(() => roster.get(second.address)?.presence === "online");
    alice.recorder.unreachable = true;
    alice.recorder.last.terminate();
    await until(() => alice.connection.status === "reconnecting");
    const carol = await signIn(server, third);
    await bob.connection.close();
    elsewhere.remove(second.address);
    elsewhere.rename(third.address, "Caroline");
    elsewhere.add(`dave@${server.domain}`, "Dave");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    alice.recorder.unreachable = false;
    alice.network.dispatchEvent(new Event("online"));
    await alice.back();
    const now = [
      [third.address, "Caroline", "online"],
      [`dave@${server.domain}`, "Dave", "offline"],
    ];
    await until(() => JSON.stringify(known()) === JSON.stringify(now));
    assert.deepEqual(known(), now);
    assert.deepEqual(alice.told, ["offline", "new"]);
    for (const { connection } of [alice, other, carol]) await connection.close();
  });

  it("outlives a stanza that is too large for the server, and says that it was not delivered", async function () {
    this.timeout(30_000);
    const server = await testServer();
    const [first, second] = await newAccounts(server, "alice", "bob");
    const alice = await signIn(server, first);
    const bob = await signIn(server, second);
    const huge = new Element("message", { type: "chat", to: bob.connection.jid, id: "huge" });
    huge.c("body").t("x".repeat(300_000));
    alice.connection.send(huge);
    await until(() => alice.got.includes("error huge"));
    assert.deepEqual(alice.told, ["offline", "new", "offline", "new"]);
    assert.deepEqual(alice.got, ["error huge"]);
    say(alice, bob, "small");
    await until(() => bob.got.length > 0);
    assert.deepEqual(bob.got, ["small"]);
    await alice.connection.close();
    await bob.connection.close();
  });
});
