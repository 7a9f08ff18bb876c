import { strict as assert } from "node:assert";
import { type Client, client, xml } from "@xmpp/client";
import type { Element } from "ltx";
import {
  type Call,
  Chat,
  type Connection,
  callCapabilities,
  connect,
  fromXmppClient,
  Phone,
  Roster,
} from "#client/index.js";
import { FakeMedia, FakeNetwork, provideMediaStream } from "#client/testing.js";
import { FEATURES, NS_DISCO_INFO, NS_PING, readError, type StanzaError } from "#jingle/index.js";
import { newAccounts, type TestAccount, type TestServer, testServer } from "../support/prosody.js";
import { countOnWire, Recorder } from "./connection/recording.js";

interface Host {
  readonly client: Client;
  readonly recorder: Recorder;
  readonly connection: Connection;
  readonly told: string[];
}

describe("calls over the host's own @xmpp/client, through a real server", () => {
  let server: TestServer;
  let alice: TestAccount;
  let bob: TestAccount;
  const undo: (() => unknown)[] = [];

  before(async () => {
    server = await testServer();
  });

  beforeEach(async () => {
    [alice, bob] = await newAccounts(server, "alice", "bob");
  });

  afterEach(async () => {
    for (const task of undo.splice(0).reverse()) await task();
  });

  /** A host application signs in as it always does, with one line more. */
  async function signIn(
    { user: username, password }: TestAccount,
    prepare: (host: Client) => void = () => {},
  ): Promise<Host> {
    const recorder = new Recorder();
    const host = client({ service: server.service, domain: server.domain, username, password });
    host.on("error", () => {});
    host.reconnect.delay = 50;
    prepare(host);
    const connection = fromXmppClient(host);
    const told: string[] = [];
    connection.addEventListener("offline", () => told.push("offline"));
    connection.addEventListener("online", ({ resumed }) => told.push(resumed ? "resumed" : "new"));
    connection.addEventListener("closed", () => told.push("closed"));
    const restore = globalWebSocket(recorder.WebSocket);
    undo.push(restore, () => host.stop().catch(() => {}));
    await host.start();
    return { client: host, recorder, connection, told };
  }

  async function withPhone(account: TestAccount, network: FakeNetwork) {
    const host = await signIn(account);
    const roster = new Roster(host.connection);
    const chat = new Chat(host.connection);
    const peerConnection = network.peerConnection;
    const phone = new Phone(host.connection, { roster, media: new FakeMedia(), peerConnection });
    const incoming: Call[] = [];
    phone.addEventListener("incoming", ({ call }) => incoming.push(call));
    await roster.ready;
    return { ...host, roster, chat, phone, incoming };
  }

  async function pair() {
    undo.push(provideMediaStream());
    const network = new FakeNetwork();
    const a = await withPhone(alice, network);
    const b = await withPhone(bob, network);
    await until(() => a.roster.get(bob.address)?.canCall === "yes" && b.roster.get(alice.address)?.canCall === "yes");
    return { a, b };
  }

  /** Somebody with a connection of our own make. */
  async function other(account: TestAccount): Promise<Connection> {
    const { WebSocket } = new Recorder();
    const connection = await connect({ service: server.service, ...account, environment: { WebSocket } });
    undo.push(() => connection.close());
    return connection;
  }

  it("two hosts see each other's presence and what they can do, and chat", async () => {
    const { a, b } = await pair();
    assert.equal(a.roster.get(bob.address)!.presence, "online");
    a.chat.send(bob.address, "hello");
    await until(() => b.chat.conversation(alice.address).messages[0]?.body === "hello");
  });

  it("a call is proposed, rings and is rejected", async () => {
    const { a, b } = await pair();
    const call = a.phone.call(bob.address);
    await until(() => call.state === "ringing");
    b.incoming[0]!.decline();
    assert.deepEqual(await call.ended, { reason: "declined", by: "them" });
  });

  it("a call is accepted, connected and hung up", async () => {
    const { a, b } = await pair();
    const call = a.phone.call(bob.address, { video: true });
    await until(() => call.state === "ringing");
    b.incoming[0]!.accept();
    await until(() => call.state === "connected" && b.incoming[0]!.state === "connected");
    b.incoming[0]!.hangUp();
    assert.deepEqual(await call.ended, { reason: "hung-up", by: "them" });
    for (const { recorder } of [a, b]) {
      const { wrong, killed } = countOnWire(recorder.frames);
      assert.deepEqual([wrong, killed], [[], []]);
    }
  });

  it("a call outlives a cut connection, and can be hung up after the resumption", async () => {
    const { a, b } = await pair();
    const call = a.phone.call(bob.address);
    await until(() => call.state === "ringing");
    b.incoming[0]!.accept();
    await until(() => call.state === "connected" && b.incoming[0]!.state === "connected");
    a.recorder.last.terminate();
    await until(() => a.connection.status === "reconnecting");
    call.hangUp();
    assert.deepEqual(await b.incoming[0]!.ended, { reason: "hung-up", by: "them" });
    assert.deepEqual(a.told, ["offline", "resumed"]);
  });

  describe("requests", () => {
    let asker: Connection;

    beforeEach(async () => {
      asker = await other(alice);
    });

    /** Every answer to one request. */
    async function answers(to: Connection, payload: Element): Promise<readonly Element[]> {
      const id = `asked-${Math.random()}`;
      const got: Element[] = [];
      asker.addEventListener("stanza", ({ stanza }) => {
        if (stanza.name === "iq" && stanza.attrs.id === id) got.push(stanza);
      });
      asker.send(xml("iq", { type: "get", id, to: to.jid }, payload));
      await until(() => got.length > 0);
      await pause();
      return got;
    }

    const conditionsOf = (replies: readonly Element[]): StanzaError["condition"][] =>
      replies.map((reply) => (reply.attrs.type === "error" ? readError(reply).condition : "result"));

    it("that the host answers are answered by the host alone", async () => {
      const { connection, client: host } = await withPhone(bob, new FakeNetwork());
      host.iqCallee.get("http://jabber.org/protocol/caps", "query", () =>
        xml("query", { xmlns: "http://jabber.org/protocol/caps" }, "sunny"),
      );
      const replies = await answers(connection, xml("query", { xmlns: "http://jabber.org/protocol/caps" }));
      assert.deepEqual(
        replies.map((reply) => reply.getChildText("query")),
        ["sunny"],
      );
      assert.deepEqual(conditionsOf(await answers(connection, xml("ping", { xmlns: NS_PING }))), ["result"]);
    });

    it("that nobody answers are refused once, by the host", async () => {
      const { connection } = await withPhone(bob, new FakeNetwork());
      const replies = await answers(connection, xml("query", { xmlns: "urn:xmpp:receipts" }));
      assert.deepEqual(conditionsOf(replies), ["service-unavailable"]);
    });

    it("for what this device can do are answered for a host that has no answer", async () => {
      const { connection } = await withPhone(bob, new FakeNetwork());
      const replies = await answers(connection, xml("query", { xmlns: NS_DISCO_INFO }));
      assert.deepEqual(features(replies), [FEATURES]);
    });

    for (const when of ["before", "after"] as const) {
      it(`for what this device can do are left to a host that has its own answer, registered ${when} ours`, async () => {
        const own = (host: Client) =>
          host.iqCallee.get(NS_DISCO_INFO, "query", () => {
            return xml(
              "query",
              { xmlns: NS_DISCO_INFO },
              xml("identity", { category: "client", type: "web" }),
              xml("feature", { var: "urn:example:host" }),
            );
          });
        const { connection, client: host } = await signIn(bob, when === "before" ? own : () => {});
        new Phone(connection);
        if (when === "after") own(host);
        await host.send(xml("presence", {}));
        assert.deepEqual(features(await answers(connection, xml("query", { xmlns: NS_DISCO_INFO }))), [
          ["urn:example:host"],
        ]);
      });
    }

    function features(replies: readonly Element[]): string[][] {
      return replies.map((reply) => {
        const query = reply.getChild("query", NS_DISCO_INFO);
        return (query?.getChildren("feature") ?? []).map((feature) => feature.attrs.var);
      });
    }
  });

  it("a host that sends its own presence puts what the phone can do into it", async () => {
    const a = await withPhone(alice, new FakeNetwork());
    const b = await signIn(bob);
    new Phone(b.connection, { roster: { get: () => ({ subscription: "both" }) } });
    const capabilities = await callCapabilities(b.connection);
    await b.client.send(xml("presence", {}, capabilities!));
    await until(() => a.roster.get(bob.address)?.canCall === "yes");
  });

  it("counts as XEP-0198 says: 25 quick logins with messages around <enabled/>, every ack right", async function () {
    this.timeout(30_000);
    const talker = await other(bob);
    let acks = 0;
    for (let login = 0; login < 25; login++) {
      const recorder = new Recorder();
      recorder.onFrame = ([direction, text]) => {
        const [, jid] = /<jid>([^<]+)</.exec(text) ?? [];
        if (direction === "<" && jid) for (let each = 0; each < 3; each++) talker.send(chat(jid, `${login}-${each}`));
      };
      const restore = globalWebSocket(recorder.WebSocket);
      const { user: username, password } = alice;
      const host = client({ service: server.service, domain: server.domain, username, password });
      host.on("error", () => {});
      fromXmppClient(host);
      await host.start();
      restore();
      await host.send(xml("presence", {})).catch(() => {});
      await host.iqCaller.get(xml("ping", { xmlns: NS_PING }), server.domain, 2000).catch(() => {});
      await host.stop().catch(() => {});
      const count = countOnWire(recorder.frames);
      assert.deepEqual([count.wrong, count.killed], [[], []], `login ${login}`);
      acks += count.acks;
    }
    assert.ok(acks >= 25, "each login acknowledges at least once, at its end");
  });

  it("loses and doubles nothing over 8 hard cuts, not even what is sent while away", async function () {
    this.timeout(30_000);
    const a = await signIn(alice);
    const b = { connection: await other(bob) };
    const got = { a: ids(a.connection), b: ids(b.connection) };
    a.connection.send(xml("presence", {}));
    b.connection.send(xml("presence", {}));
    const sent = { a: [] as string[], b: [] as string[] };
    const say = (from: "a" | "b") => {
      const id = `${from}${sent[from].length}`;
      sent[from].push(id);
      const [speaker, listener] = from === "a" ? [a, b] : [b, a];
      speaker.connection.send(chat(listener.connection.jid, id));
    };
    for (let round = 0; round < 8; round++) {
      for (let each = 0; each < 3; each++) for (const from of ["a", "b"] as const) say(from);
      a.recorder.last.deaf = round % 2 === 1;
      for (const from of ["a", "b"] as const) say(from);
      a.recorder.last.terminate();
      await until(() => a.connection.status === "reconnecting");
      for (const from of ["a", "b"] as const) say(from);
      await until(() => a.connection.status === "online");
    }
    await until(() => got.a.length >= sent.b.length && got.b.length >= sent.a.length);
    await pause();
    assert.deepEqual(a.told, Array.from({ length: 8 }, () => ["offline", "resumed"]).flat());
    assert.deepEqual(got.a.toSorted(), sent.b.toSorted());
    assert.deepEqual(got.b.toSorted(), sent.a.toSorted());
  });

  it("a ring or a retract that goes out again after a resumption is not marked as delayed, a person's words are", async () => {
    const a = await signIn(alice);
    const b = await other(bob);
    const delayed: Record<string, boolean> = {};
    b.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "message") delayed[stanza.attrs.id] = stanza.getChild("delay") !== undefined;
    });
    b.send(xml("presence", {}));
    a.connection.send(xml("presence", {}));
    a.recorder.last.deaf = true;
    a.connection.send(
      xml("message", { type: "chat", id: "ring", to: b.jid }, xml("store", { xmlns: "urn:xmpp:hints" })),
    );
    a.connection.send(chat(b.jid, "words"));
    a.recorder.last.terminate();
    await until(() => "ring" in delayed && "words" in delayed);
    assert.deepEqual(delayed, { ring: false, words: true });
  });

  it("answers for what was lost with a session that could not be resumed, and sends a person's words again", async () => {
    const a = await signIn(alice);
    const b = await signIn(bob);
    b.connection.send(xml("presence", {}));
    const got = { a: ids(a.connection), b: ids(b.connection) };
    a.connection.send(xml("presence", {}));
    a.recorder.last.deaf = true;
    a.connection.send(chat(b.connection.jid, "words"));
    a.connection.send(xml("message", { id: "ring", to: b.connection.jid }));
    a.connection.send(
      xml("iq", { type: "get", id: "question", to: b.connection.jid }, xml("ping", { xmlns: NS_PING })),
    );
    await pause();
    a.client.streamManagement.id = "forgotten";
    a.recorder.last.terminate();
    await until(() => got.b.includes("words") && got.a.includes("error question"));
    assert.deepEqual(a.told, ["offline", "new"]);
    assert.deepEqual(
      got.a.filter((id) => id.startsWith("error")),
      ["error ring", "error question"],
    );
    assert.deepEqual(got.b, ["words"]);
  });

  it("close() lets go of the client, which goes on", async () => {
    const { connection, client: host, told } = await signIn(alice);
    const heard = ids(connection);
    await connection.close();
    assert.deepEqual([connection.status, told], ["closed", ["closed"]]);
    assert.ok(await host.iqCaller.get(xml("ping", { xmlns: NS_PING }), server.domain, 2000).then(() => true));
    connection.send(chat(host.jid!.toString(), "too-late"));
    await host.send(chat(host.jid!.toString(), "of-the-host"));
    await pause();
    assert.deepEqual(heard, []);
  });

  it("a host that signs out closes the connection, with an error for what had not been sent", async () => {
    const { connection, client: host, told, recorder } = await signIn(alice);
    const got = ids(connection);
    host.reconnect.stop();
    recorder.last.terminate();
    await until(() => connection.status === "reconnecting");
    connection.send(xml("message", { id: "ring", to: bob.address }));
    await host.stop().catch(() => {});
    assert.deepEqual(told, ["offline", "closed"]);
    assert.deepEqual(got, ["error ring"]);
  });
});

/** Ids of the chat messages and answers that arrive; errors as "error <id>". */
function ids(connection: Connection): string[] {
  const got: string[] = [];
  connection.addEventListener("stanza", ({ stanza }) => {
    // The host's own requests are answered as well.
    if (stanza.name === "presence" || stanza.attrs.type === "result") return;
    got.push(stanza.attrs.type === "error" ? `error ${stanza.attrs.id}` : stanza.attrs.id);
  });
  return got;
}

function chat(to: string, id: string): Element {
  return xml("message", { type: "chat", to, id }, xml("body", {}, id));
}

/** xmpp.js takes the constructor from the global scope, where Node 20 has none. */
function globalWebSocket(WebSocket: Recorder["WebSocket"]): () => void {
  const before = globalThis.WebSocket;
  globalThis.WebSocket = WebSocket as typeof before;
  return () => {
    globalThis.WebSocket = before;
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`it did not come to: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
