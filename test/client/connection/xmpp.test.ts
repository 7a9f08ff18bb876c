import assert from "node:assert/strict";
import { Element } from "ltx";
import { ConnectionError } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { type FakeServer, listen, message, setting, settle, streamError } from "./fake-server.js";

async function condition(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /^[A-Z].*\.$/s, "a sentence");
  return error.condition;
}

describe("connect()", () => {
  it("resolves when stanzas can be sent", async () => {
    const { server, options } = setting({ resource: "tab" });
    const connection = await connect(options);
    assert.equal(connection.status, "online");
    assert.equal(connection.jid, "alice@localhost/tab");
    assert.match(server.last.sent[3] ?? "", /<resource>tab<\/resource>/);
    connection.send(new Element("presence"));
    assert.equal(server.last.sent.at(-1), '<presence xmlns="jabber:client"/>');
    await connection.close();
  });

  it("takes the resource from the address, else one that no other tab has", async () => {
    const named = setting({ address: "alice@localhost/work/desk" });
    await (await connect(named.options)).close();
    assert.match(named.server.last.sent[3] ?? "", /<resource>work\/desk<\/resource>/);
    const free = setting();
    await (await connect(free.options)).close();
    assert.match(free.server.last.sent[3] ?? "", /<resource>jinglewire-[\w-]{8}<\/resource>/);
  });

  it("keeps what arrives around <enabled/> for the first listener, in wire order", async () => {
    const { server, options } = setting();
    server.around = { before: [message("1"), message("2")], after: [message("3"), '<r xmlns="urn:xmpp:sm:3"/>'] };
    const connection = await connect(options);
    await settle();
    assert.equal(server.last.sent.at(-1), '<a xmlns="urn:xmpp:sm:3" h="1"/>');
    const told = listen(connection);
    const second = listen(connection);
    await settle();
    server.last.deliver(message("4"));
    assert.deepEqual(told, ["message 1", "message 2", "message 3", "message 4"]);
    assert.deepEqual(second, told);
    await connection.close();
  });

  it("hears the stream also when a listener throws", async () => {
    const { server, options } = setting();
    const connection = await connect(options);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const thrown: unknown[] = [];
    process.on("uncaughtException", (error) => thrown.push(error));
    connection.addEventListener("stanza", () => {
      throw new Error("the application's");
    });
    const told = listen(connection);
    await settle();
    server.last.deliver(message("1"));
    server.last.deliver(message("2"));
    server.last.deliver('<r xmlns="urn:xmpp:sm:3"/>');
    await settle();
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
    assert.deepEqual(told, ["message 1", "message 2"]);
    assert.equal(thrown.length, 2);
    assert.equal(server.last.sent.at(-1), '<a xmlns="urn:xmpp:sm:3" h="2"/>');
    await connection.close();
  });

  const failure = (name: string) => `<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><${name}/></failure>`;
  const refusals: [string, string, (server: FakeServer) => unknown][] = [
    [
      "not-authorized",
      "a wrong password",
      ({ answers }) => Object.assign(answers, { auth: failure("not-authorized") }),
    ],
    [
      "not-authorized",
      "a disabled account",
      ({ answers }) => Object.assign(answers, { auth: failure("account-disabled") }),
    ],
    [
      "unreachable",
      "a passing fault",
      ({ answers }) => Object.assign(answers, { auth: failure("temporary-auth-failure") }),
    ],
    [
      "host-unknown",
      "an unknown domain",
      ({ answers }) => Object.assign(answers, { open: streamError("host-unknown") }),
    ],
    ["unsupported", "no mechanism that we have", (server) => Object.assign(server, { mechanisms: ["EXTERNAL"] })],
    [
      "conflict",
      "a resource in use",
      ({ answers }) => Object.assign(answers, { iq: '<iq type="error" id="bind"><error><conflict/></error></iq>' }),
    ],
    [
      "unreachable",
      "another refusal to bind",
      ({ answers }) => Object.assign(answers, { iq: '<iq type="error" id="bind"/>' }),
    ],
    ["unreachable", "a socket error", (server) => Object.assign(server, { reachable: false })],
    ["unreachable", "a goodbye at once", ({ answers }) => Object.assign(answers, { open: answers.close })],
    ["unreachable", "broken XML", ({ answers }) => Object.assign(answers, { auth: "<a></b>" })],
    ["unreachable", "an unknown entity", ({ answers }) => Object.assign(answers, { auth: "<a>&nonsense;</a>" })],
    ["insecure", "a SCRAM server without a proof", (server) => Object.assign(server, { mechanisms: ["SCRAM-SHA-1"] })],
  ];
  for (const [expected, what, prepare] of refusals) {
    it(`rejects with ${expected}: ${what}`, async () => {
      const { server, clock, options } = setting();
      prepare(server);
      assert.equal(await condition(connect(options)), expected);
      assert.ok(server.last.closed || !server.reachable);
      assert.equal(clock.pending, 0);
    });
  }

  it("rejects with insecure: PLAIN where others could read it", async () => {
    const { server, options } = setting({ service: "ws://chat.example/" });
    assert.equal(await condition(connect(options)), "insecure");
    assert.equal(server.last.sent.length, 1);
  });

  it("rejects with unreachable: a server that never answers, at whichever step", async () => {
    for (const step of ["open", "auth", "iq", "enable"]) {
      const { server, clock, options } = setting();
      server.answers[step] = "";
      const attempt = condition(connect(options));
      await clock.pass(15_000);
      assert.equal(await attempt, "unreachable");
      assert.ok(server.last.closed, step);
    }
  });

  it("rejects what is no address, no service, no usable password", async () => {
    for (const address of ["alice", "@localhost", "alice@", "a b@localhost", ""]) {
      assert.equal(await condition(connect(setting({ address }).options)), "not-authorized", address);
    }
    assert.equal(await condition(connect(setting({ service: "https://localhost/" }).options)), "unreachable");
    assert.equal(await condition(connect(setting({ password: "a\u0000b" }).options)), "not-authorized");
  });

  it("rejects with aborted, before and at every step of the way", async () => {
    const { server, options } = setting();
    assert.equal(await condition(connect({ ...options, signal: AbortSignal.abort() })), "aborted");
    assert.equal(server.sockets.length, 0);
    for (const step of ["open", "auth", "iq", "enable"]) {
      const { server, clock, options } = setting();
      server.answers[step] = "";
      const controller = new AbortController();
      const attempt = condition(connect({ ...options, signal: controller.signal }));
      await settle();
      controller.abort();
      assert.equal(await attempt, "aborted");
      assert.ok(server.last.closed);
      assert.equal(clock.pending, 0);
    }
  });
});
