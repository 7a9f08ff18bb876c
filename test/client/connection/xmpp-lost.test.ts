import assert from "node:assert/strict";
import { Element } from "ltx";
import { connect } from "#client/connection/xmpp.js";
import { listen, message, setting, settle, streamError } from "./fake-server.js";

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
