import type { Element } from "ltx";
import { RemoteError } from "../jingle/errors.js";
import { bareJid, normaliseJid } from "../jingle/jid.js";
import { errorOf, readError, resultOf, type StanzaError, xml } from "../jingle/stanza.js";
import type { Connection } from "./connection/connection.js";
import { newId } from "./ids.js";

/** What a request fails with: the error stanza that came back, or none in time. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(readonly error: StanzaError) {
    super(error.text ?? error.condition);
  }
}

/** Answers one request: a payload, null for an empty result, or undefined when the handler sends the answer itself. */
export type Responder = (payload: Element, iq: Element) => Element | null | undefined;

interface Waiting {
  readonly from: string;
  readonly settle: (result: Element | RequestError) => void;
}

const instances = new WeakMap<Connection, Requests>();

/** IQ requests of one connection, both ways: replies matched by sender and id, every get and set answered once. */
export class Requests {
  readonly #connection: Connection;
  readonly #waiting = new Map<string, Waiting>();
  readonly #responders = new Map<string, Responder>();

  /** The one instance of a connection: what is answered by one part of the client is answered for all. */
  static of(connection: Connection): Requests {
    let found = instances.get(connection);
    if (!found) {
      found = new Requests(connection);
      instances.set(connection, found);
    }
    return found;
  }

  private constructor(connection: Connection) {
    this.#connection = connection;
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "iq") this.#heard(stanza);
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#failAll();
    });
    connection.addEventListener("closed", () => this.#failAll());
  }

  /**
   * Sends a request and waits for its answer.
   * @param to whom to ask; undefined: our own account at our server.
   * @param timeout milliseconds; then it rejects with remote-server-timeout.
   * @throws RequestError
   */
  request(type: "get" | "set", to: string | undefined, payload: Element, timeout = 15_000): Promise<Element> {
    const id = newId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new RequestError({ condition: "remote-server-timeout" })), timeout);
      const settle = (result: Element | RequestError) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (result instanceof RequestError) reject(result);
        else resolve(result);
      };
      this.#waiting.set(id, { from: this.#sender(to), settle });
      this.#connection.send(xml("iq", { type, to, id }, payload));
    });
  }

  /** Answers the requests whose payload is in this namespace. */
  answer(xmlns: string, responder: Responder): void {
    this.#responders.set(xmlns, responder);
    this.#connection.claim?.(xmlns);
  }

  #heard(iq: Element): void {
    if (iq.attrs.type === "result" || iq.attrs.type === "error") {
      const waiting = this.#waiting.get(iq.attrs.id);
      if (waiting?.from !== this.#sender(iq.attrs.from)) return;
      waiting.settle(iq.attrs.type === "error" ? new RequestError(readError(iq)) : iq);
      return;
    }
    const payload = iq.getChildElements()[0];
    const responder = payload && this.#responders.get(payload.getNS() ?? "");
    try {
      if (!responder) throw new RemoteError("service-unavailable", undefined, "not answered here");
      const result = responder(payload, iq);
      if (result !== undefined) this.#connection.send(result ? resultOf(iq, result) : resultOf(iq));
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#connection.send(errorOf(iq, error));
    }
  }

  /** Our own server may answer for our account without a `from` (RFC 6120 §8.1.2.1). */
  #sender(jid: string | undefined): string {
    const own = normaliseJid(bareJid(this.#connection.jid));
    return jid === undefined || normaliseJid(jid) === own ? own : normaliseJid(jid);
  }

  #failAll(): void {
    for (const { settle } of [...this.#waiting.values()])
      settle(new RequestError({ condition: "recipient-unavailable" }));
  }
}
