import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { undoLater } from "./undo.js";

export const SECRET = "only a test";
const DOMAIN = "call.example.org";
const FOOTER = "</stream:stream>";

/** One component at the fake server: what it wrote so far, and a hand to write back. */
export class Peer {
  /** Everything that came after the handshake. */
  received = "";
  readonly gone: Promise<unknown>;

  constructor(readonly socket: Socket) {
    this.gone = once(socket, "close");
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Resolves with what was received once it has `pattern`. */
  async said(pattern: RegExp | string): Promise<string> {
    const found = () => (typeof pattern === "string" ? this.received.includes(pattern) : pattern.test(this.received));
    while (!found()) await once(this.socket, "data");
    return this.received;
  }
}

export interface FakeServer {
  readonly port: number;
  /** What a link needs to connect to it. */
  readonly options: { host: string; port: number; domain: string; secret: string };
  /** The next component that has shaken hands. */
  component(): Promise<Peer>;
}

/**
 * The server's end of XEP-0114 on a free port of loopback, as plain as can be, so that a test decides every byte.
 *
 * @param answer what a right handshake is answered with
 */
export async function fakeServer(answer = "<handshake/>"): Promise<FakeServer> {
  const peers: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    shakeHands(socket, answer, (peer) => {
      const next = waiting.shift();
      if (next) next(peer);
      else peers.push(peer);
    });
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
    options: { host: "127.0.0.1", port, domain: DOMAIN, secret: SECRET },
    component: () => {
      const peer = peers.shift();
      return peer ? Promise.resolve(peer) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

function shakeHands(socket: Socket, answer: string, online: (peer: Peer) => void): void {
  const peer = new Peer(socket);
  const expected = `<handshake>${createHash("sha1").update(`stream-1${SECRET}`).digest("hex")}</handshake>`;
  let opened = false;
  let known = false;
  socket.setNoDelay(true).setEncoding("utf8");
  socket.on("data", (text) => {
    peer.received += text;
    if (!opened && peer.received.includes("jabber:component:accept")) {
      opened = true;
      peer.received = "";
      socket.write(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' id='stream-1' " +
          `xmlns:stream='http://etherx.jabber.org/streams' from='${DOMAIN}'>`,
      );
    }
    if (!known && peer.received.includes(expected)) {
      known = true;
      peer.received = peer.received.slice(expected.length);
      online(peer);
      socket.write(answer);
    }
    if (peer.received.endsWith(FOOTER)) socket.end(FOOTER);
  });
}
