import assert from "node:assert/strict";
import { Element } from "ltx";
import { type Connection, ConnectionError } from "#client/connection/connection.js";
import { type ConnectOptions, connect } from "#client/connection/xmpp.js";
import { Clock, FakeServer, settle } from "./fake-server.js";

interface Setting {
  readonly server: FakeServer;
  readonly clock: Clock;
  readonly network: EventTarget;
  readonly options: ConnectOptions;
}

function setting(more: Partial<ConnectOptions> = {}): Setting {
  const server = new FakeServer();
  const clock = new Clock();
  const network = new EventTarget();
  const { after } = clock;
  const randomBytes = (length: number) => new Uint8Array(length);
  const environment = { WebSocket: server.WebSocket, now: () => clock.now, after, randomBytes, network };
  const options = { service: "ws://localhost/", address: "alice@localhost", password: "secret", environment, ...more };
  return { server, clock, network, options };
}

/** What the connection tells, as words. */
function listen(connection: Connection): string[] {
  const told: string[] = [];
  connection.addEventListener("stanza", ({ stanza }) => told.push(`${stanza.name} ${stanza.attrs.id}`));
  connection.addEventListener("offline", () => told.push("offline"));
  connection.addEventListener("online", ({ resumed }) => told.push(resumed ? "online resumed" : "online new"));
  connection.addEventListener("closed", ({ error }) => told.push(`closed ${error?.condition ?? "by us"}`));
  return told;
}

async function condition(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /^[A-Z].*\.$/s, "a sentence");
  return error.condition;
}

const message = (id: string) => `<message id="${id}"/>`;

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
  const streamError = (name: string) =>
    `<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${name} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>`;
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

describe("a connection that is lost", () => {
  it("comes back by itself, resumes, and sends what was said meanwhile", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    connection.send(new Element("message", { id: "1" }));
    server.last.cut();
    assert.equal(connection.status, "reconnecting");
    connection.send(new Element("message", { id: "2" }));
    await clock.pass(1000);
    assert.deepEqual(told, ["offline", "online resumed"]);
    assert.equal(connection.status, "online");
    assert.deepEqual(
      server.last.sent.slice(3).map((frame) => /^<(\w+)/.exec(frame)?.[1]),
      ["resume", "message", "message"],
    );
    await connection.close();
  });

  it("tries again after 1, 2, 4, 8, 16, 30, 30 seconds", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.reachable = false;
    server.last.cut();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const { length } = server.sockets;
      await clock.pass(seconds * 1000 - 1);
      assert.equal(server.sockets.length, length);
      await clock.pass(1);
      assert.equal(server.sockets.length, length + 1);
    }
    server.reachable = true;
    await clock.pass(30_000);
    assert.deepEqual(told, ["offline", "online resumed"]);
    await connection.close();
  });

  it("tries at once when the machine has a network again, and only then", async () => {
    const { server, clock, network, options } = setting();
    const connection = await connect(options);
    network.dispatchEvent(new Event("online"));
    assert.equal(server.sockets.length, 1);
    server.last.cut();
    network.dispatchEvent(new Event("online"));
    network.dispatchEvent(new Event("online"));
    await clock.pass(0);
    assert.equal(connection.status, "online");
    await clock.pass(1000);
    assert.equal(server.sockets.length, 2);
    await connection.close();
  });

  it("is a new session when it cannot be resumed, with what the server sends told after the news", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    await settle();
    connection.send(new Element("iq", { type: "get", id: "q", to: "bob@localhost/x" }));
    server.answers.resume = '<failed xmlns="urn:xmpp:sm:3"><item-not-found/></failed>';
    server.around = { before: [message("1")], after: [message("2")] };
    server.last.cut();
    await clock.pass(1000);
    assert.deepEqual(told, ["offline", "online new", "message 1", "iq q", "message 2"]);
    await connection.close();
  });

  it("finds a silent server within 15 seconds, and leaves without a goodbye so that it can resume", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    const first = server.last;
    server.freeze();
    await clock.pass(15_000);
    assert.deepEqual(told, ["offline"]);
    assert.ok(first.closed);
    assert.equal(
      first.sent.find((frame) => frame.startsWith("<close")),
      undefined,
    );
    await clock.pass(1000);
    assert.deepEqual(told, ["offline", "online resumed"]);
    await connection.close();
  });

  const streamError = (name: string) =>
    `<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${name} xmlns="urn:ietf:params:xml:ns:xmpp-streams">other.example</${name}></stream:error>`;

  it("stays away when another client has taken its place", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.last.deliver(streamError("conflict"));
    assert.deepEqual(told, ["offline", "closed conflict"]);
    assert.equal(connection.status, "closed");
    await clock.pass(100_000);
    assert.equal(server.sockets.length, 1);
    assert.equal(clock.pending, 0);
    connection.send(new Element("presence"));
    await connection.close();
    assert.deepEqual(told, ["offline", "closed conflict"]);
  });

  for (const [expected, answer] of [
    ["not-authorized", { auth: '<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>' }],
    ["host-unknown", { open: streamError("host-unknown") }],
  ] as const) {
    it(`stays away when the server says ${expected}, and answers what was never sent`, async () => {
      const { server, clock, options } = setting();
      const connection = await connect(options);
      const told = listen(connection);
      await settle();
      Object.assign(server.answers, answer);
      server.last.cut();
      connection.send(new Element("iq", { type: "get", id: "q", to: "bob@localhost/x" }));
      await clock.pass(100_000);
      assert.deepEqual(told, ["offline", "iq q", `closed ${expected}`]);
      assert.equal(server.sockets.length, 2);
      assert.equal(clock.pending, 0);
    });
  }

  it("tries a passing stream error again, and never goes where the server points it", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    for (const name of ["see-other-host", "system-shutdown"]) {
      server.last.deliver(streamError(name));
      assert.equal(server.last.sent.at(-1), '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
      await clock.pass(1000);
    }
    assert.deepEqual(told, ["offline", "online resumed", "offline", "online resumed"]);
    await connection.close();
  });

  it("binds anew after a stream error over what it sent", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.last.deliver(streamError("policy-violation"));
    await clock.pass(1000);
    assert.deepEqual(told, ["offline", "online new"]);
    await connection.close();
  });

  it("survives a frame that is no XML", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    for (const frame of ["<a></b>", "<a>&nonsense;</a>", "words<a/>"]) {
      server.last.deliver(frame);
      await clock.pass(1000);
    }
    assert.deepEqual(told, ["offline", "online resumed", "offline", "online resumed", "offline", "online resumed"]);
    await connection.close();
  });
});

describe("close()", () => {
  it("acknowledges, says goodbye and waits for the answer", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    await settle();
    server.last.deliver(message("1"));
    connection.send(new Element("presence", { type: "unavailable" }));
    await Promise.all([connection.close(), connection.close()]);
    assert.deepEqual(server.last.sent.slice(-3), [
      '<presence xmlns="jabber:client" type="unavailable"/>',
      '<a xmlns="urn:xmpp:sm:3" h="1"/>',
      '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>',
    ]);
    assert.deepEqual(told, ["message 1", "closed by us"]);
    assert.equal(connection.status, "closed");
    assert.ok(server.last.closed);
    assert.equal(clock.pending, 0);
  });

  it("does not wait long for a server that is gone", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.freeze();
    const closed = connection.close();
    await clock.pass(1000);
    await closed;
    assert.deepEqual(told, ["closed by us"]);
    assert.ok(server.last.closed);
    assert.equal(clock.pending, 0);
  });

  it("ends the retries", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.last.cut();
    await connection.close();
    await clock.pass(100_000);
    assert.deepEqual(told, ["offline", "closed by us"]);
    assert.equal(server.sockets.length, 1);
  });

  it("ends an attempt to come back that is under way", async () => {
    const { server, clock, options } = setting();
    const connection = await connect(options);
    const told = listen(connection);
    server.answers.auth = "";
    server.last.cut();
    await clock.pass(1000);
    await connection.close();
    assert.ok(server.last.closed);
    await clock.pass(100_000);
    assert.deepEqual(told, ["offline", "closed by us"]);
    assert.equal(server.sockets.length, 2);
    assert.equal(clock.pending, 0);
  });
});
