import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, Socket } from "node:net";
import { type LinkOptions, RequestError } from "#component/index.js";
import { xml } from "#jingle/index.js";
import { Clock } from "../support/pair.js";
import { fakeServer } from "./fake-server.js";
import { end, forwarder, next, running } from "./links.js";
import { undoAll, undoLater } from "./undo.js";

/** Time that passes a hundred times as fast. */
const hurried: LinkOptions["environment"] = {
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds / 100);
    return () => clearTimeout(timer);
  },
};

/** Time that a test moves, in steps that leave the network a moment. */
function virtualTime() {
  const clock = new Clock();
  const environment = {
    after: (milliseconds: number, callback: () => void) => clock.schedule(clock.now + milliseconds, callback),
    random: () => 0.5,
  };
  const pass = async (milliseconds: number) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.pass(milliseconds);
  };
  return { clock, environment, pass };
}

describe("The component's link, byte by byte", () => {
  afterEach(undoAll);

  async function online(environment?: LinkOptions["environment"]) {
    const server = await fakeServer();
    const component = running({ ...server.options, ...(environment && { environment }) });
    const peer = await server.component();
    await component.online();
    return { ...component, server, peer };
  }

  it("sends a burst of ten stanzas in one write, with Nagle switched off", async () => {
    const { link, peer, server } = await online();
    const written = writesTo(server.port);
    for (let i = 0; i < 10; i++) link.send(xml("message", { to: "alice@example.org", id: `burst-${i}` }));
    // What comes of promises belongs to the same turn.
    await Promise.resolve().then(() => link.send(xml("message", { to: "alice@example.org", id: "burst-10" })));
    const text = await peer.said("burst-10");
    assert.equal(text.match(/<message/g)?.length, 11);
    assert.equal(written.writes.length, 1);
    assert.deepEqual(written.noDelay, [true]);
  });

  it("answers all questions of one read in one write", async () => {
    const { peer, server } = await online();
    const written = writesTo(server.port);
    const ping = (id: number) =>
      `<iq type='get' id='${id}' from='a@example.org/x' to='call.example.org'><ping xmlns='urn:xmpp:ping'/></iq>`;
    peer.send([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(ping).join(""));
    await peer.said('id="9"');
    assert.equal(written.writes.length, 1);
  });

  it("puts characters together that the network cuts in two, three or four", async () => {
    const { stanza, peer } = await online();
    const text = "a\u00e9\u20ac\u{1f4de}";
    const bytes = Buffer.from(`<message from='a@example.org' to='call.example.org'><body>${text}</body></message>`);
    const there = stanza();
    for (const byte of bytes) {
      peer.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await there).getChildText("body"), text);
  });

  for (const [what, bytes] of [
    ["an unknown entity", "<message from='a@example.org'><body>&nbsp;</body></message>"],
    ["a tag that closes another", "<message><body></message>"],
    ["two errors in one read", "<message></a></b></c>"],
    ["an error, and more in the next read", ["<message></a>", "<message from='a@example.org'/>"]],
    ["an illegal character", "<message from='a@example.org'><body>&#0;</body></message>"],
    ["the end of the stream, and then an entity", "</stream:stream>&nbsp;<x>"],
    ["text where a stanza should be", "no stanza<message from='a@example.org'></iq>"],
  ] as const) {
    it(`survives ${what}: the stream ends, the process does not, and the next stream is as good as new`, async () => {
      const { peer, server, link, stanza, faults } = await online(hurried);
      const down = next(link, "offline");
      for (const part of [bytes].flat()) {
        peer.send(part);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal((await down).error.condition, "lost");
      await peer.gone;
      const again = await server.component();
      const there = stanza();
      again.send("<message from='a@example.org' id='after'/>");
      assert.equal((await there).attrs.id, "after");
      assert.deepEqual(faults, []);
    });
  }

  it("tells the server that what it sent is not well-formed", async () => {
    const { peer } = await online(hurried);
    peer.send("<message></iq>");
    await peer.gone;
    assert.match(peer.received, /<stream:error><not-well-formed [^>]+><\/stream:error><\/stream:stream>$/);
  });

  for (const [condition, final] of [
    ["conflict", "conflict"],
    ["not-authorized", "not-authorized"],
    ["host-unknown", "host-unknown"],
    ["system-shutdown", null],
    ["policy-violation", null],
    ["see-other-host", null],
  ] as const) {
    it(`0114-04 ${final ? "ends for good" : "comes back"} after the stream error ${condition}`, async () => {
      const server = await fakeServer();
      const component = running({ ...server.options, environment: hurried });
      const peer = await server.component();
      await component.online();
      const other = await strange();
      const elsewhere = condition === "see-other-host" ? `127.0.0.1:${other.port}` : "";
      const down = final ? null : next(component.link, "offline");
      peer.send(
        `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${elsewhere}</${condition}>` +
          "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>said the server</text></stream:error></stream:stream>",
      );
      if (final) {
        const error = await end(component);
        assert.equal(error.condition, final);
        assert.equal(error.detail, `${condition}: said the server`);
        assert.doesNotMatch(error.message, /said the server/);
      } else {
        assert.equal((await down!).error.condition, "stream-error");
        await server.component();
        // Nobody sends us elsewhere with our secret's proof.
        assert.equal(other.visitors, 0);
      }
    });
  }

  it("takes a conflict for its own lost connection when it has just lost one, and tries on", async () => {
    const server = await fakeServer();
    const way = await forwarder(server.port);
    const component = running({ ...server.options, port: way.port, environment: hurried });
    const peer = await server.component();
    await component.online();
    const refusing = await fakeServer(
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
    way.target = refusing.port;
    peer.socket.destroy();
    await refusing.component();
    await refusing.component();
    way.target = server.port;
    await component.online();
    assert.deepEqual(
      component.offline.map(({ error }) => error.condition),
      ["lost", "conflict", "conflict"],
    );
  });

  it("gives up on a conflict that does not pass", async () => {
    const server = await fakeServer();
    const way = await forwarder(server.port);
    const component = running({ ...server.options, port: way.port, environment: hurried });
    const peer = await server.component();
    await component.online();
    const refusing = await fakeServer(
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
    way.target = refusing.port;
    peer.socket.destroy();
    assert.equal((await end(component)).condition, "conflict");
    const waited = component.offline.reduce((sum, { retryIn }) => sum + retryIn, 0);
    assert.ok(waited > 100_000 && waited < 300_000, `${waited} ms`);
  });

  it("waits 1 s doubling to 30 s, less a random half, and starts anew once it was online for a while", async () => {
    const { clock, environment, pass } = virtualTime();
    const server = await fakeServer();
    const nothing = await strange();
    const way = await forwarder(nothing.port);
    const { link, offline } = running({ ...server.options, port: way.port, environment });
    for (let i = 0; i < 7; i++) {
      const { retryIn } = offline[i] ?? (await next(link, "offline"));
      if (i === 6) way.target = server.port;
      clock.pass(retryIn);
    }
    assert.deepEqual(
      offline.map(({ retryIn }) => retryIn),
      [750, 1500, 3000, 6000, 12_000, 22_500, 22_500],
    );
    assert.ok(offline.every(({ error }) => error.condition === "unreachable"));
    // A stream that ends as soon as it begins is not back.
    (await server.component()).socket.destroy();
    assert.equal((await next(link, "offline")).retryIn, 22_500);
    clock.pass(22_500);
    const peer = await server.component();
    await next(link, "online");
    clock.pass(4000); // and less than what the watch waits for
    for (let passed = 4000; passed < 31_000; passed += 1000) {
      peer.send(" ");
      await pass(1000);
    }
    peer.socket.destroy();
    assert.equal((await next(link, "offline")).retryIn, 750);
  });

  it("finds within 30 s a connection that is silently gone", async () => {
    const server = await fakeServer();
    const way = await forwarder(server.port);
    const { clock, environment, pass } = virtualTime();
    const { link, offline } = running({ ...server.options, port: way.port, environment });
    const peer = await server.component();
    await next(link, "online");
    // The server routes to the component what it sends to its own address.
    peer.socket.on("data", (text: string) => {
      for (const [stanza] of text.matchAll(/<iq .*?<\/iq>|<iq [^>]*\/>/g)) peer.send(stanza);
    });
    // The second is asked once the first was answered.
    while (!/type="result".*type="get"/s.test(peer.received)) await pass(1000);
    assert.equal(offline.length, 0);
    way.swallow();
    const since = clock.now;
    while (offline.length === 0) await pass(1000);
    assert.equal(offline.at(0)?.error.message, "The server does not answer any more.");
    assert.ok(clock.now - since <= 30_000, `${clock.now - since} ms`);
  });

  it("leaves a server alone that is silent and has never answered a ping", async () => {
    const { peer, offline } = await online(hurried);
    await peer.said("urn:xmpp:ping");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(offline, []);
    // one at a time, each given up after 15 s
    assert.ok(peer.received.match(/urn:xmpp:ping/g)!.length <= 4);
  });

  it("leaves a server that does not read any more, before the stanzas fill the memory", async () => {
    const { link, peer } = await online(hurried);
    peer.socket.pause();
    const down = next(link, "offline");
    const body = "x".repeat(200_000);
    for (let i = 0; i < 1000 && link.online; i++) {
      link.send(xml("message", { to: "alice@example.org" }, xml("body", {}, body)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await down).error.message, "The server does not read any more.");
  });

  it("fails what waits for an answer when the connection is lost, and refuses to send meanwhile", async () => {
    // It does not come back by itself: time stands still.
    const { link, peer } = await online(virtualTime().environment);
    const waiting = link.request(xml("iq", { type: "get", to: "a@example.org" }, xml("x", { xmlns: "urn:example" })));
    await peer.said("urn:example");
    peer.socket.destroy();
    const gone = (error: unknown) => error instanceof RequestError && error.error.condition === "recipient-unavailable";
    await assert.rejects(waiting, gone);
    assert.equal(link.online, false);
    assert.equal(link.send(xml("message", { to: "a@example.org" })), false);
    await assert.rejects(link.request(xml("iq", { type: "get", to: "a@example.org" }, xml("x", {}))), gone);
  });

  it("says goodbye after the last stanza, and does not wait long for a server that says nothing", async () => {
    const { link, peer, stop, ended } = await online(hurried);
    link.send(xml("message", { to: "alice@example.org", id: "last" }));
    peer.socket.removeAllListeners("data").on("data", (text) => {
      peer.received += text;
    });
    await stop();
    await ended;
    await peer.gone;
    assert.match(peer.received, /id="last"[^>]*\/><\/stream:stream>$/);
  });

  it("does not take a web server, or one that never finishes the handshake, for its server", async () => {
    for (const words of ["HTTP/1.1 400 Bad Request\r\n\r\n", "", null]) {
      const { port } = await strange(words);
      const options = { host: "127.0.0.1", port, domain: "call.example.org", secret: "x", environment: hurried };
      const component = running(options);
      const { error } = await next(component.link, "offline");
      assert.equal(error.condition, "unreachable");
      assert.match(error.message, new RegExp(`does not answer at 127\\.0\\.0\\.1:${port}: check`));
      await component.stop();
    }
  });

  /** Counts the writes that carry stanzas to a port, and who switched Nagle off. */
  function writesTo(port: number): { readonly writes: string[]; readonly noDelay: unknown[] } {
    const writes: string[] = [];
    const { write } = Socket.prototype;
    const noDelay: unknown[] = [];
    Socket.prototype.write = function (this: Socket, ...args: never[]) {
      if (this.remotePort === port) {
        writes.push(String(args[0]));
        // Node's own note of what it told the kernel
        const note = Object.getOwnPropertySymbols(this).find(({ description }) => description === "kSetNoDelay");
        noDelay.push(note && (this as unknown as Record<symbol, unknown>)[note]);
      }
      return write.apply(this, args as unknown as Parameters<typeof write>);
    } as typeof write;
    undoLater(async () => {
      Socket.prototype.write = write;
    });
    return { writes, noDelay };
  }
});

/** Something else than an XMPP server: says its words and closes, or with null says nothing at all. */
async function strange(words: string | null = ""): Promise<{ readonly port: number; readonly visitors: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.resume();
    if (words !== null) socket.end(words);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undoLater(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get visitors() {
      return sockets.size;
    },
  };
}
