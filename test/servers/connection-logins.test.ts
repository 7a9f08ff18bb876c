import assert from "node:assert/strict";
import { client, xml } from "@xmpp/client";
import { Element } from "ltx";
import type { Connection } from "#client/connection/connection.js";
import type { Environment } from "#client/connection/environment.js";
import { connect } from "#client/connection/xmpp.js";
import { countOnWire, Recorder, type WireCount } from "../client/connection/recording.js";
import { newAccounts, type TestAccount, type TestServer, testServer } from "../support/prosody.js";

const NS_PING = "urn:xmpp:ping";

/** One client that is signed in. */
interface Login {
  presence(): void;
  /** Resolves with the answer to an iq, or without one when the stream is gone. */
  ping(): Promise<unknown>;
  close(): Promise<unknown>;
}

type SignIn = (WebSocket: Environment["WebSocket"]) => Promise<Login>;

describe("quick logins in Node, with messages arriving around <enabled/>", () => {
  let server: TestServer;
  let alice: TestAccount;
  let bob: Connection;

  before(async () => {
    server = await testServer();
    const [first, second] = await newAccounts(server, "alice", "bob");
    alice = first;
    const { WebSocket } = new Recorder();
    bob = await connect({ service: server.service, ...second, environment: { WebSocket } });
  });

  after(() => bob.close());

  async function quickLogins(count: number, signIn: SignIn): Promise<WireCount[]> {
    const counts: WireCount[] = [];
    for (let login = 0; login < count; login++) {
      const recorder = new Recorder();
      let burst = 0;
      recorder.onFrame = ([direction, text]) => {
        // The resource is bound: its messages race with <enable/> and <enabled/>.
        if ((direction === "<" && text.includes("<jid>")) || text.startsWith("<enable")) {
          for (let each = 0; each < 3; each++) bob.send(chat(`${login}-${burst++}`));
        }
      };
      const session = await signIn(recorder.WebSocket);
      session.presence();
      await session.ping();
      await session.close();
      counts.push(countOnWire(recorder.frames));
    }
    return counts;
  }

  function chat(id: string): Element {
    const message = new Element("message", { type: "chat", to: `${alice.address}/quick`, id: `quick-${id}` });
    message.c("body").t(`message ${id}`);
    return message;
  }

  const ours: SignIn = async (WebSocket) => {
    const { address, password } = alice;
    const { service } = server;
    const connection = await connect({ service, address, password, resource: "quick", environment: { WebSocket } });
    return {
      presence: () => connection.send(new Element("presence")),
      ping: () => {
        const iq = new Element("iq", { type: "get", id: "ping-1", to: server.domain });
        iq.c("ping", { xmlns: NS_PING });
        connection.send(iq);
        return new Promise<void>((resolve) => {
          connection.addEventListener("closed", () => resolve());
          connection.addEventListener("stanza", ({ stanza }) => stanza.attrs.id === "ping-1" && resolve());
        });
      },
      close: () => connection.close(),
    };
  };

  const stock: SignIn = async (WebSocket) => {
    const before = globalThis.WebSocket;
    globalThis.WebSocket = WebSocket as typeof before;
    const { user: username, password } = alice;
    const entity = client({ service: server.service, domain: server.domain, resource: "quick", username, password });
    entity.on("error", () => {});
    entity.reconnect.stop();
    try {
      await entity.start();
    } finally {
      globalThis.WebSocket = before;
    }
    return {
      presence: () => entity.send(xml("presence", {})).catch(() => {}),
      ping: () => entity.iqCaller.get(xml("ping", { xmlns: NS_PING }), server.domain, 1000).catch(() => {}),
      close: () => entity.stop().catch(() => {}),
    };
  };

  it("the defect: @xmpp/client as it comes acknowledges numbers that are not those of the wire", async function () {
    this.timeout(60_000);
    const counts = await quickLogins(40, stock);
    const acks = counts.reduce((sum, count) => sum + count.acks, 0);
    const wrong = counts.flatMap((count) => count.wrong);
    const killed = counts.filter((count) => count.killed.length > 0);
    console.log(`      @xmpp/client: ${wrong.length} of ${acks} acks wrong, ${killed.length} of 40 streams killed`);
    assert.ok(wrong.length > 0 || killed.length > 0);
  });

  it("the cure: 200 logins, every ack right and no stream killed", async function () {
    this.timeout(60_000);
    const counts = await quickLogins(200, ours);
    const acks = counts.reduce((sum, count) => sum + count.acks, 0);
    console.log(`      connect(): ${acks} acks in 200 logins`);
    assert.deepEqual(
      counts.flatMap((count) => count.wrong),
      [],
    );
    assert.deepEqual(
      counts.flatMap((count) => count.killed),
      [],
    );
    assert.ok(acks >= 200, "each login acknowledges at least once, at its end");
  });
});
