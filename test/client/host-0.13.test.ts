import { strict as assert } from "node:assert";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type client as makeClient, xml } from "@xmpp/client";
import { type Call, type Connection, fromXmppClient, Phone, Roster } from "#client/index.js";
import { FakeMedia, FakeNetwork, provideMediaStream } from "#client/testing.js";
import { obtainTools } from "../package/packed.js";
import { newAccounts, type TestAccount, type TestServer, testServer } from "../support/prosody.js";
import { countOnWire, Recorder } from "./connection/recording.js";

describe("calls over the host's own @xmpp/client 0.13 (npm run test:all)", () => {
  let server: TestServer;
  let client: typeof makeClient;
  let latest: Recorder;
  const undo: (() => unknown)[] = [];

  before(async function () {
    if (process.env.JINGLEWIRE_ALL !== "1") this.skip();
    this.timeout(120_000);
    const before = globalThis.WebSocket;
    // This version takes the constructor when it is loaded.
    globalThis.WebSocket = class {
      constructor(url: string, protocols: string[]) {
        // biome-ignore lint/correctness/noConstructorReturn: each client has a recorder of its own
        return new latest.WebSocket(url, protocols);
      }
    } as typeof WebSocket;
    client = createRequire(join(await obtainTools(), "package.json"))("@xmpp/client").client;
    globalThis.WebSocket = before;
    server = await testServer();
    undo.push(provideMediaStream());
  });

  after(async () => {
    for (const task of undo.splice(0).reverse()) await task();
  });

  async function signIn({ user: username, password }: TestAccount, network: FakeNetwork) {
    const recorder = new Recorder();
    latest = recorder;
    // Under another resource, as a server would choose one, the other side would not know it again.
    const login = { username, password, resource: "desk" };
    const host = client({ service: server.service, domain: server.domain, ...login });
    host.on("error", () => {});
    host.reconnect.delay = 50;
    const connection = fromXmppClient(host);
    undo.push(() => host.stop().catch(() => {}));
    await host.start();
    const roster = new Roster(connection);
    const phone = new Phone(connection, { roster, media: new FakeMedia(), peerConnection: network.peerConnection });
    const incoming: Call[] = [];
    phone.addEventListener("incoming", ({ call }) => incoming.push(call));
    await roster.ready;
    return { recorder, connection, roster, phone, incoming };
  }

  it("a call is made, outlives a cut, and is hung up in the new session; every ack is right", async () => {
    const [alice, bob] = await newAccounts(server, "alice", "bob");
    const network = new FakeNetwork();
    const b = await signIn(bob, network);
    const a = await signIn(alice, network);
    await until(() => a.roster.get(bob.address)?.canCall === "yes");
    const call = a.phone.call(bob.address);
    await until(() => call.state === "ringing");
    b.incoming[0]!.accept();
    await until(() => call.state === "connected" && b.incoming[0]!.state === "connected");
    const told = tell(a.connection);
    a.recorder.last.terminate();
    await until(() => a.connection.status === "reconnecting");
    a.connection.send(xml("message", { type: "chat", id: "while-away", to: bob.address }, xml("body", {}, "here")));
    const heard = new Promise((resolve) => {
      b.connection.addEventListener("stanza", ({ stanza }) => stanza.attrs.id === "while-away" && resolve(stanza));
    });
    await heard;
    assert.deepEqual(told, ["offline", "new"]);
    call.hangUp();
    assert.deepEqual(await call.ended, { reason: "hung-up", by: "us" });
    assert.deepEqual(await b.incoming[0]!.ended, { reason: "hung-up", by: "them" });
    for (const { recorder } of [a, b]) {
      const { wrong, killed } = countOnWire(recorder.frames);
      assert.deepEqual([wrong, killed], [[], []]);
    }
  });
});

function tell(connection: Connection): string[] {
  const told: string[] = [];
  connection.addEventListener("offline", () => told.push("offline"));
  connection.addEventListener("online", ({ resumed }) => told.push(resumed ? "resumed" : "new"));
  return told;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`it did not come to: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
