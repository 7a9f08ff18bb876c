import type { Element } from "ltx";
import {
  errorOf,
  LocalError,
  normaliseJid,
  RemoteError,
  readError,
  resultOf,
  type StanzaCondition,
  type StanzaError,
} from "../jingle/index.js";
import type { Environment } from "./environment.js";

/** What a request fails with: the error that came back, remote-server-timeout, or recipient-unavailable while offline. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(readonly error: StanzaError) {
    super(error.text ?? error.condition);
  }
}

/**
 * Answers one iq get or set: with a payload, null for an empty result, a promise of these, or undefined when it has sent
 * the answer itself. A RemoteError that it throws becomes the error that answers; anything else becomes
 * internal-server-error, and a "fault" of the link.
 */
export type Responder = (payload: Element, iq: Element) => Element | null | undefined | Promise<Element | null>;

export interface RequestsPorts {
  readonly environment: Environment;
  /** Sends a stanza; false while offline. */
  readonly send: (stanza: Element) => boolean;
  readonly fault: (error: unknown) => void;
}

interface Waiting {
  readonly from: string;
  readonly settle: (result: Element | RequestError) => void;
}

/** Milliseconds that a responder's promise may take; then the asker is told that it failed. */
const PATIENCE = 30_000;

/** IQ requests both ways: replies matched by sender and id, every get and set answered exactly once. */
export class Requests {
  readonly #ports: RequestsPorts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #responders = new Map<string, Responder>();
  /** The iq whose responder runs now, until its answer is sent. */
  #unanswered: Element | null = null;

  constructor(ports: RequestsPorts) {
    this.#ports = ports;
  }

  request(iq: Element, timeout: number): Promise<Element> {
    if (iq.name !== "iq" || (iq.attrs.type !== "get" && iq.attrs.type !== "set")) {
      throw new LocalError("only an iq get or set is a request");
    }
    const id = this.#ports.environment.newId();
    iq.attrs.id = id;
    return new Promise((resolve, reject) => {
      const settle = (result: Element | RequestError) => {
        cancel();
        this.#waiting.delete(id);
        if (result instanceof RequestError) reject(result);
        else resolve(result);
      };
      const cancel = this.#ports.environment.after(timeout, () => settle(failure("remote-server-timeout")));
      try {
        if (!this.#ports.send(iq)) return settle(failure("recipient-unavailable"));
      } catch (error) {
        cancel();
        throw error;
      }
      this.#waiting.set(id, { from: normaliseJid(iq.attrs.to), settle });
    });
  }

  answer(xmlns: string, responder: Responder): void {
    this.#responders.set(xmlns, responder);
  }

  /** Takes an iq that came; false for a reply that nobody here waits for. */
  heard(iq: Element): boolean {
    const { type, id, from } = iq.attrs;
    if (type !== "result" && type !== "error") {
      this.#respond(iq);
      return true;
    }
    const waiting = this.#waiting.get(id);
    // Ids may be guessed or overheard; only the one who was asked may answer.
    if (!waiting || waiting.from !== normaliseJid(from ?? "")) return false;
    waiting.settle(type === "error" ? new RequestError(readError(iq)) : iq);
    return true;
  }

  /** Notes an iq reply that a responder sends by itself. */
  leaving(stanza: Element): void {
    const iq = this.#unanswered;
    if (iq && isReply(stanza) && stanza.attrs.id === iq.attrs.id && stanza.attrs.to === iq.attrs.from) {
      this.#unanswered = null;
    }
  }

  failAll(): void {
    for (const { settle } of [...this.#waiting.values()]) settle(failure("recipient-unavailable"));
  }

  #respond(iq: Element): void {
    // Without a sender there is nobody to answer, which no server lets happen.
    if (!iq.attrs.from) return;
    this.#unanswered = iq;
    try {
      const result = this.#responderOf(iq)(iq.getChildElements()[0]!, iq);
      if (result instanceof Promise) this.#later(iq, result);
      else if (result !== undefined) this.#reply(iq, result);
      else if (this.#unanswered) throw new LocalError("a responder neither answered nor sent an answer");
    } catch (error) {
      this.#refuse(iq, error);
    } finally {
      this.#unanswered = null;
    }
  }

  #responderOf(iq: Element): Responder {
    const { type } = iq.attrs;
    const payloads = iq.getChildElements();
    // RFC 6120 §8.2.3
    if ((type !== "get" && type !== "set") || payloads.length !== 1) throw refusal("bad-request");
    const responder = this.#responders.get(payloads[0]!.getNS() ?? "");
    if (!responder) throw refusal("service-unavailable");
    return responder;
  }

  #later(iq: Element, promise: Promise<Element | null>): void {
    let done = false;
    const once = (answer: () => void) => {
      if (done) return;
      done = true;
      cancel();
      this.#unanswered = iq;
      try {
        answer();
      } catch (error) {
        this.#refuse(iq, error);
      } finally {
        this.#unanswered = null;
      }
    };
    const cancel = this.#ports.environment.after(PATIENCE, () =>
      once(() => this.#refuse(iq, new LocalError(`a responder did not answer within ${PATIENCE} ms`))),
    );
    promise.then(
      (result) => once(() => this.#reply(iq, result)),
      (error: unknown) => once(() => this.#refuse(iq, error)),
    );
  }

  #reply(iq: Element, result: Element | null): void {
    if (!this.#unanswered) throw new LocalError("a responder answered twice");
    this.#ports.send(result ? resultOf(iq, result) : resultOf(iq));
  }

  #refuse(iq: Element, error: unknown): void {
    if (!(error instanceof RemoteError)) this.#ports.fault(error);
    if (!this.#unanswered) return;
    this.#ports.send(errorOf(iq, error instanceof RemoteError ? error : UNEXPECTED));
  }
}

function isReply({ name, attrs }: Element): boolean {
  return name === "iq" && (attrs.type === "result" || attrs.type === "error");
}

function failure(condition: string): RequestError {
  return new RequestError({ condition });
}

function refusal(condition: StanzaCondition): RemoteError {
  return new RemoteError(condition, undefined, condition);
}

const UNEXPECTED = { condition: "internal-server-error", application: undefined } as const;
