// XEP-0114: one life of one TCP connection, through xmpp.js. What outlives it (retries, requests) is not here.
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { Component } from "@xmpp/component-core";
import type { Element } from "ltx";
import type { Environment } from "./environment.js";
import { LinkError, socketError, streamError } from "./errors.js";

export interface StreamOptions {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly secret: string;
  readonly after: Environment["after"];
}

/** Called synchronously, in wire order. */
export interface StreamListener {
  online(): void;
  stanza(stanza: Element): void;
  /** Called once, after which nothing more comes. */
  end(error: LinkError): void;
}

const NS_STREAMS = "http://etherx.jabber.org/streams";
const NS_STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";
const FOOTER = "</stream:stream>";

/** Milliseconds. */
const ATTEMPT = 15_000;
const GOODBYE = 1000;

/** Bytes that may wait for a server that does not read: some thousand stanzas. */
const MOST_WAITING = 16 * 1024 * 1024;

/** One XEP-0114 stream, from the connection of its socket to its end. */
export class Stream {
  readonly #options: StreamOptions;
  readonly #listener: StreamListener;
  readonly #entity: Entity;
  #state: "opening" | "online" | "closing" | "over" = "opening";
  #cancelTimer: () => void;
  #bytesHeard = 0;

  constructor(options: StreamOptions, listener: StreamListener) {
    this.#options = options;
    this.#listener = listener;
    this.#cancelTimer = options.after(ATTEMPT, () => this.fail(this.#unreachable("timeout")));
    this.#entity = new Entity(options, (element) => this.#receive(element));
    this.#entity.on("open", (header) => this.#shakeHands(String(header.attrs.id ?? "")));
    this.#entity.on("error", (error) => this.#broken(error));
    this.#entity.on("disconnect", () => this.#broken("closed"));
    this.#entity.on("close", () => this.#broken("closed"));
    this.#open().catch((error: unknown) => this.#broken(error));
  }

  /** Whether anything came since it was asked last. */
  takeHeard(): boolean {
    const bytes = this.#entity.socket?.bytesRead ?? 0;
    const heard = bytes !== this.#bytesHeard;
    this.#bytesHeard = bytes;
    return heard;
  }

  /** Hands text to the kernel. */
  write(text: string): void {
    const { socket } = this.#entity;
    if (this.#state !== "online" || !socket) return;
    socket.write(text);
    if (socket.writableLength > MOST_WAITING) this.fail(lost("The server does not read any more."));
  }

  /** Ends the stream as XMPP wants it; `end` follows when the server has answered, or a second later. */
  close(): void {
    if (this.#state !== "online") {
      this.fail(lost("Stopped."));
      return;
    }
    this.#state = "closing";
    this.#entity.socket?.write(FOOTER);
    this.#cancelTimer = this.#options.after(GOODBYE, () => this.fail(lost("Stopped.")));
  }

  /** Ends it now. `lastWords` still go out where the socket takes them. */
  fail(error: LinkError, lastWords?: string): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#cancelTimer();
    const { socket } = this.#entity;
    this.#entity._detachParser();
    if (socket) {
      this.#entity._detachSocket();
      // A socket that still connects tells of its end by an error.
      socket.on("error", () => {});
      if (lastWords && socket.writable) {
        socket.end(lastWords, () => socket.destroy());
        this.#options.after(GOODBYE, () => socket.destroy());
      } else {
        socket.destroy();
      }
    }
    // Settles what the library still waits for.
    this.#entity.emit("error", error);
    this.#listener.end(error);
  }

  async #open(): Promise<void> {
    const { domain, host } = this.#options;
    await this.#entity.connect(host);
    // 0114-01
    await this.#entity.open({ domain, timeout: ATTEMPT });
  }

  /** 0114-02. Of the bytes in UTF-8, as the servers do it: the library's own takes Latin-1. */
  #shakeHands(id: string): void {
    const hash = createHash("sha1").update(`${id}${this.#options.secret}`, "utf8").digest("hex");
    this.#entity.socket?.write(`<handshake>${hash}</handshake>`);
  }

  #receive(element: Element): void {
    if (this.#state === "over") return;
    const { name } = element;
    if (name === "iq" || name === "message" || name === "presence") {
      if (this.#state !== "opening") this.#listener.stanza(element);
    } else if (element.is("error", NS_STREAMS)) {
      // RFC 6120 §4.9.1.1: a stream error is the end, and its receiver closes as well.
      this.fail(streamError(element, this.#options.domain), FOOTER);
    } else if (name === "handshake" && this.#state === "opening") {
      this.#state = "online";
      this.#cancelTimer();
      this.#listener.online();
    }
  }

  #broken(error: unknown): void {
    if (error instanceof NotWellFormed) {
      // RFC 6120 §4.9.3.13
      const words = `<stream:error><not-well-formed xmlns="${NS_STREAM_ERRORS}"/></stream:error>${FOOTER}`;
      this.fail(lost("The server sent what is not XML.", error.message), words);
    } else if (this.#state === "opening") {
      this.fail(this.#unreachable(error));
    } else {
      this.fail(lost("The connection to the server was lost.", error instanceof Error ? error.message : undefined));
    }
  }

  #unreachable(error: unknown): LinkError {
    return socketError(error, `${this.#options.host}:${this.#options.port}`);
  }
}

function lost(message: string, detail?: string): LinkError {
  return new LinkError("lost", message, detail);
}

class NotWellFormed extends Error {}

/** xmpp.js' component, left with what it does well: socket, stream header, parser. docs/decisions/component-link.md */
class Entity extends Component {
  readonly #options: StreamOptions;
  readonly #receive: (element: Element) => void;

  constructor(options: StreamOptions, receive: (element: Element) => void) {
    super({ service: options.host, domain: options.domain });
    this.#options = options;
    this.#receive = receive;
  }

  override socketParameters(): { host: string; port: number } {
    return this.#options;
  }

  override _attachSocket(socket: Socket): void {
    // Nagle would keep the second small stanza back until the first is acknowledged: 40 ms.
    socket.setNoDelay(true);
    // Chunks end anywhere, also within a character.
    socket.setEncoding("utf8");
    super._attachSocket(socket);
  }

  override _onData(text: string): void {
    try {
      this.parser?.write(text);
    } catch (error) {
      // The library's parser throws at an unknown entity, and when it finds a second error after its first.
      this.emit("error", new NotWellFormed(error instanceof Error ? error.message : undefined));
    }
    // White space between stanzas, such as a keep-alive, would be kept for as long as the stream lasts.
    const root = this.parser?.root;
    if (root && root.children.length > 0) root.children.length = 0;
  }

  override _onParserError(error: unknown): void {
    this.emit("error", new NotWellFormed(error instanceof Error ? error.message : undefined));
  }

  // The library would answer a stream error itself, and follow <see-other-host/> to wherever it points.
  override _onElement(element: Element): void {
    this.#receive(element);
  }
}
