import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { Element } from "ltx";
import { ConnectionError } from "#client/connection/connection.js";
import { type ConnectOptions, connect } from "#client/connection/xmpp.js";
import { Recorder } from "../client/connection/recording.js";
import { newAccounts, privateServer, type TestAccount, type TestServer, testServer } from "../support/prosody.js";

function recorded(server: TestServer, { address, password }: TestAccount) {
  const recorder = new Recorder();
  const { WebSocket } = recorder;
  const options: ConnectOptions = { service: server.service, address, password, environment: { WebSocket } };
  return { recorder, options };
}

async function refusal(attempt: Promise<unknown>): Promise<ConnectionError> {
  const error = await attempt.then(
    () => assert.fail("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
}

describe("connect() to a real server", () => {
  for (const passwordHash of ["SHA-256", "SHA-1"] as const) {
    it(`signs in with SCRAM-${passwordHash}, and never writes the password`, async () => {
      const server = passwordHash === "SHA-256" ? await testServer() : await privateServer({ passwordHash });
      const [alice] = await newAccounts(server, "alice");
      const { recorder, options } = recorded(server, alice);
      const connection = await connect(options);
      await connection.close();
      const written = recorder.frames.filter(([direction]) => direction === ">").map(([, text]) => text);
      assert.ok(written.some((text) => text.includes(`mechanism="SCRAM-${passwordHash}"`)));
      for (const text of written) assert.ok(!text.includes(alice.password) && !text.includes(btoa(alice.password)));
      assert.equal((await refusal(connect({ ...options, password: "wrong" }))).condition, "not-authorized");
    });

    it(`signs in with a password beyond ASCII (SCRAM-${passwordHash})`, async () => {
      const server = passwordHash === "SHA-256" ? await testServer() : await privateServer({ passwordHash });
      const [alice] = await newAccounts(server, "alice");
      // "Ⅸ" and "ª" are IX and a in NFKC, the no-break space a space
      const password = "pä=ss,w€rd\u00a0Ⅸª🙂";
      await server.register(alice.user, password);
      const { options } = recorded(server, alice);
      await (await connect({ ...options, password })).close();
      await (await connect({ ...options, password: "pä=ss,w€rd IXa🙂" })).close();
    });
  }

  it("not-authorized: a wrong password, an unknown user", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    const { options } = recorded(server, alice);
    const wrong = await refusal(connect({ ...options, password: "wrong" }));
    assert.equal(wrong.condition, "not-authorized");
    assert.match(wrong.message, /password is wrong/);
    const unknown = await refusal(connect({ ...options, address: `nobody@${server.domain}` }));
    assert.equal(unknown.condition, "not-authorized");
  });

  it("host-unknown: a domain that the server does not serve", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    const { options } = recorded(server, alice);
    const error = await refusal(connect({ ...options, address: "alice@elsewhere.example" }));
    assert.equal(error.condition, "host-unknown");
  });

  it("unreachable: no server, a server that is none, a path without WebSocket", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    const { options } = recorded(server, alice);
    const silent = createServer((socket) => socket.resume().end("HTTP/1.1 200 OK\r\n\r\n")).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    assert.ok(typeof address === "object" && address);
    assert.equal(
      (await refusal(connect({ ...options, service: `ws://127.0.0.1:${address.port}/` }))).condition,
      "unreachable",
    );
    silent.close();
    await once(silent, "close");
    assert.equal(
      (await refusal(connect({ ...options, service: `ws://127.0.0.1:${address.port}/` }))).condition,
      "unreachable",
    );
    const elsewhere = server.service.replace("xmpp-websocket", "nothing-here");
    assert.equal((await refusal(connect({ ...options, service: elsewhere }))).condition, "unreachable");
  });

  it("aborted: by its signal, whenever it comes", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    for (const stop of ["<open", "<features", "<auth", "<challenge", "<response", "<success", "<iq", "<enable"]) {
      const { recorder, options } = recorded(server, alice);
      const controller = new AbortController();
      recorder.onFrame = ([, text]) => {
        if (text.replace("stream:", "").startsWith(stop)) setImmediate(() => controller.abort());
      };
      const error = await refusal(connect({ ...options, signal: controller.signal }));
      assert.equal(error.condition, "aborted", stop);
    }
  });

  it("conflict: the same resource elsewhere ends the first, which does not fight for it", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    const { recorder, options } = recorded(server, alice);
    const first = await connect({ ...options, resource: "desk" });
    const closed = once(first, "closed");
    const second = await connect({ ...options, resource: "desk" });
    const [event] = await closed;
    assert.equal(event.error?.condition, "conflict");
    assert.equal(first.status, "closed");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.equal(second.status, "online");
    assert.equal(recorder.sockets.length, 2);
    await second.close();
  });

  it("two tabs of one account get resources of their own", async () => {
    const server = await testServer();
    const [alice] = await newAccounts(server, "alice");
    const { options } = recorded(server, alice);
    const tabs = await Promise.all([connect(options), connect(options), connect(options)]);
    assert.equal(new Set(tabs.map(({ jid }) => jid)).size, 3);
    const answers = tabs.map((tab) => once(tab, "stanza"));
    for (const tab of tabs)
      tab.send(
        new Element("iq", { type: "get", id: "ping", to: server.domain })
          .c("ping", { xmlns: "urn:xmpp:ping" })
          .up() as Element,
      );
    await Promise.all(answers);
    await Promise.all(tabs.map((tab) => tab.close()));
    assert.deepEqual(
      tabs.map(({ status }) => status),
      ["closed", "closed", "closed"],
    );
  });
});
