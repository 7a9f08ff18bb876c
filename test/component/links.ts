import { once } from "node:events";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import type { Element } from "ltx";
import { WebSocket } from "ws";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { Link, type LinkError, type LinkEvents, type LinkOptions } from "#component/index.js";
import type { TestAccount, TestServer } from "../support/prosody.js";
import { undoLater } from "./undo.js";

/** A running link, with what a test wants to see of it. */
export interface Running {
  readonly link: Link;
  readonly offline: LinkEvents["offline"][];
  readonly stanzas: Element[];
  readonly faults: unknown[];
  /** Settles as run() does. */
  readonly ended: Promise<void>;
  /** Resolves when it is online, now or later. */
  online(): Promise<void>;
  /** The next stanza that comes. */
  stanza(): Promise<Element>;
  stop(): Promise<void>;
}

/** Starts a link that stops with its test. */
export function running(options: LinkOptions): Running {
  const link = new Link(options);
  const stopping = new AbortController();
  const offline: LinkEvents["offline"][] = [];
  const stanzas: Element[] = [];
  const faults: unknown[] = [];
  link.addEventListener("offline", (event) => offline.push(event));
  link.addEventListener("stanza", (stanza) => stanzas.push(stanza));
  link.addEventListener("fault", (error) => faults.push(error));
  const ended = link.run({ signal: stopping.signal });
  const stop = async () => {
    stopping.abort();
    await ended.catch(() => {});
  };
  ended.catch(() => {});
  undoLater(stop);
  return {
    link,
    offline,
    stanzas,
    faults,
    ended,
    online: () => (link.online ? Promise.resolve() : next(link, "online").then(() => {})),
    stanza: () => next(link, "stanza"),
    stop,
  };
}

/** The next event of a kind. */
export function next<Name extends keyof LinkEvents>(link: Link, type: Name): Promise<LinkEvents[Name]> {
  return new Promise((resolve) => {
    const once = (event: LinkEvents[Name]) => {
      link.removeEventListener(type, once);
      resolve(event);
    };
    link.addEventListener(type, once);
  });
}

/** The LinkError that a link ends with. */
export function end({ ended }: Running): Promise<LinkError> {
  return ended.then(
    () => Promise.reject(new Error("the link was stopped, not refused")),
    (error: LinkError) => error,
  );
}

/** What a link needs to be a server's component. */
export function componentOf(server: TestServer): LinkOptions {
  return {
    host: "127.0.0.1",
    port: server.componentPort,
    domain: server.componentDomain,
    secret: server.componentSecret,
  };
}

/** A person's connection, by the library that browsers use. */
export async function client(server: TestServer, { address, password }: TestAccount): Promise<Connection> {
  const environment = { WebSocket: WebSocket as unknown as typeof globalThis.WebSocket };
  const connection = await connect({ service: server.service, address, password, environment });
  undoLater(() => connection.close());
  return connection;
}

/** The next stanza of a client that fits. */
export function heard(connection: Connection, fits: (stanza: Element) => boolean): Promise<Element> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    connection.addEventListener(
      "stanza",
      ({ stanza }) => {
        if (!fits(stanza)) return;
        stop.abort();
        resolve(stanza);
      },
      { signal: stop.signal },
    );
  });
}

export interface Forwarder {
  readonly port: number;
  /** Where new connections go from now on. */
  target: number;
  /** Lets nothing through any more, in either direction, with every connection open. */
  swallow(): void;
}

/** A way to a server that a test can change or block. */
export async function forwarder(target: number): Promise<Forwarder> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((from) => {
    const to = connectSocket(forwarding.target, "127.0.0.1");
    const pair = [from, to] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [to, from] as const]) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
      one.setNoDelay(true).pipe(other);
    }
    from.on("close", () => pairs.delete(pair));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undoLater(async () => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  const forwarding: Forwarder = {
    port: (server.address() as AddressInfo).port,
    target,
    swallow() {
      for (const sockets of pairs) for (const socket of sockets) socket.unpipe().resume();
    },
  };
  return forwarding;
}
