// One life of one WebSocket: RFC 7395 framing, through xmpp.js. What outlives it (sessions, retries) is not here.

import { Client, jid } from "@xmpp/client-core";
import ConnectionWebSocket from "@xmpp/websocket/lib/Connection.js";
import Socket, { isSecure } from "@xmpp/websocket/lib/Socket.js";
import type { Element } from "ltx";
import type { ConnectionError } from "./connection.js";
import { streamError, toConnectionError, unreachable } from "./errors.js";

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocket;

export interface StreamOptions {
  readonly service: string;
  /** Bare JID of the account. */
  readonly address: string;
  readonly WebSocket: WebSocketConstructor;
  /** Milliseconds the server has for its stream header. */
  readonly timeout: number;
}

export interface StreamListener {
  element(element: Element): void;
  /** Called once, after which nothing more comes. */
  end(error: ConnectionError): void;
}

/** An XMPP stream that waits for elements while it is set up, and hands them to a listener afterwards. */
export class Stream {
  readonly #entity: Entity;
  readonly #options: StreamOptions;
  readonly #ended: Promise<never>;
  #reject!: (error: ConnectionError) => void;
  #over = false;
  #listener: StreamListener | null = null;
  // Elements may arrive in the same read as the header before them, so before anybody can ask for them.
  readonly #inbox: Element[] = [];
  #waiting: ((element: Element) => void) | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#ended = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#ended.catch(() => {});
    this.#entity = new Entity(options);
    this.#entity.on("element", (element) => this.#receive(element));
    this.#entity.on("error", (error) => this.fail(toConnectionError(error)));
    this.#entity.on("disconnect", () => this.fail(unreachable("The connection to the server was lost.")));
    this.#entity.on("close", () => this.fail(unreachable("The server closed the connection. Try again later.")));
  }

  /** True over TLS and to the machine itself. */
  get secure(): boolean {
    return this.#entity.isSecure();
  }

  /** Opens socket and stream; resolves with the stream features. */
  async open(): Promise<Element> {
    await this.#orEnd(this.#entity.connect(this.#options.service));
    await this.#orEnd(this.#entity.open({ domain: jid(this.#options.address).domain }));
    return this.next();
  }

  /** Opens a fresh stream on the same socket (RFC 6120 section 6.4.6); resolves with the new stream features. */
  async restart(): Promise<Element> {
    await this.#orEnd(this.#entity.restart());
    return this.next();
  }

  /** The next element, for a set-up that goes step by step. Rejects with ConnectionError when the stream ends. */
  next(): Promise<Element> {
    const element = this.#inbox.shift();
    if (element) return Promise.resolve(element);
    return this.#orEnd(
      new Promise((resolve) => {
        this.#waiting = resolve;
      }),
    );
  }

  /** From now on elements go to the listener, synchronously and in wire order. */
  listen(listener: StreamListener): void {
    this.#listener = listener;
    if (this.#over) this.#ended.catch((error: ConnectionError) => listener.end(error));
    for (const element of this.#inbox.splice(0)) listener.element(element);
  }

  write(frame: string): void {
    if (!this.#over) this.#entity.socket?.write(frame);
  }

  /** Says goodbye; `listen` hears the end when the server has answered it. */
  close(): void {
    this.write('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  }

  /** Ends the stream without a goodbye, so that the server keeps the session for a resumption. */
  fail(error: ConnectionError): void {
    if (this.#over) return;
    this.#over = true;
    this.#dropSocket();
    this.#reject(error);
    // What the library still waits for ends as well, and its timers with it.
    this.#entity.emit("error", error);
    this.#listener?.end(error);
  }

  #receive(element: Element): void {
    if (this.#over) return;
    if (element.is("error", "http://etherx.jabber.org/streams")) {
      // RFC 6120 section 4.9.1.1: a stream error is the end, and its receiver closes as well
      this.close();
      this.fail(streamError(element));
    } else if (this.#listener) {
      this.#listener.element(element);
    } else if (this.#waiting) {
      this.#waiting(element);
      this.#waiting = null;
    } else {
      this.#inbox.push(element);
    }
  }

  #dropSocket(): void {
    const { socket } = this.#entity;
    // Detached first: a silently dead socket fires its close event much later, and a connecting one an error.
    this.#entity._detachParser();
    this.#entity._detachSocket();
    socket?.on("error", () => {});
    try {
      socket?.end();
    } catch {
      // it had closed by itself
    }
  }

  #orEnd<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#ended, promise]);
  }
}

/** xmpp.js' client, left with what it does well: sockets, framing, parsing. */
class Entity extends Client {
  constructor({ service, address, timeout, WebSocket }: StreamOptions) {
    super({ service, domain: jid(address).domain, timeout });
    this.jid = jid(address);
    class Transport extends ConnectionWebSocket {}
    Transport.prototype.Socket = class extends Socket {
      override connect(url: string): void {
        this.url = url;
        this.secure = isSecure(url);
        this._attachSocket(new WebSocket(url, ["xmpp"]));
      }
    };
    this.transports.push(Transport);
  }

  // The library would answer a stream error itself, and follow <see-other-host/> to wherever it points.
  override _onElement(element: Element): void {
    this.emit("element", element);
  }

  // Its parser throws at an unknown entity, which in Node would be an uncaught exception in the socket's handler.
  override _onData(data: string): void {
    try {
      super._onData(data);
    } catch (error) {
      this.emit("error", error);
    }
  }
}
