// XEP-0114: Jabber Component Protocol, version 1.6
import type { Element } from "ltx";
import { backOff, domainOf, LocalError, normaliseJid, ping, xml } from "../jingle/index.js";
import { type About, aboutResponders } from "./about.js";
import { defaultEnvironment, type Environment } from "./environment.js";
import { isFinal, LinkError } from "./errors.js";
import { Events } from "./events.js";
import { Outbox, outgoing } from "./outbox.js";
import { presenceAnswers } from "./presence.js";
import { Requests, type Responder } from "./requests.js";
import { Stream } from "./stream.js";
import { watch } from "./watchdog.js";

export interface LinkOptions {
  /** Where the server listens for components. */
  readonly host: string;
  readonly port: number;
  /** The component's own address, such as call.example.org. */
  readonly domain: string;
  /** What the server's configuration calls component_secret (Prosody) or password (ejabberd). */
  readonly secret: string;
  /** What disco#info, version and presence say; fixed for the life of the link. */
  readonly about?: Partial<About>;
  /** Whether an address of the domain is there to be seen (normalised, bare or full). Default: the domain alone. */
  readonly isThere?: (address: string) => boolean;
  readonly environment?: Partial<Environment>;
}

export interface LinkEvents {
  /** Stanzas may be sent. Nothing is known of what was before: calls are in doubt after every "online" but the first. */
  readonly online: undefined;
  /** The link is down, or a try to bring it up has failed; the next comes after `retryIn` milliseconds. */
  readonly offline: { readonly error: LinkError; readonly retryIn: number };
  /** A message, a presence, or the reply to an iq that was sent by `send()`; in wire order. */
  readonly stanza: Element;
  /** Something that ran on the link's behalf threw. The link goes on. */
  readonly fault: unknown;
}

/** Milliseconds. */
const STABLE = 30_000;
const REQUEST = 15_000;

/** Tries, four minutes in all. */
const GHOST_TRIES = 12;

/**
 * A component's connection to its server, which comes back by itself. Each iq get or set to any address of the domain is
 * answered exactly once: disco, ping and version by the link itself, others by who `answer()`s them, the rest with
 * service-unavailable.
 */
export class Link extends Events<LinkEvents> {
  /** The component's own address. */
  readonly domain: string;
  readonly #options: LinkOptions;
  readonly #environment: Environment;
  readonly #requests: Requests;
  readonly #outbox = new Outbox((text) => this.#stream?.write(text));
  readonly #caps: () => Element;
  #stream: Stream | null = null;
  #online = false;
  #running = false;
  #failures = 0;
  /** Our own connection, silently lost, may still stand at the server and be what the next one conflicts with. */
  #ghost = false;

  constructor(options: LinkOptions) {
    super();
    this.domain = normaliseJid(options.domain);
    if (domainOf(this.domain) !== this.domain) throw new LocalError("a component's domain has no @ and no /");
    this.#options = { ...options, domain: this.domain };
    this.#environment = { ...defaultEnvironment(), ...options.environment };
    this.#requests = new Requests({
      environment: this.#environment,
      send: (stanza) => this.send(stanza),
      fault: (error) => this.tell("fault", error),
    });
    const { responders, caps } = aboutResponders(options.about ?? {});
    for (const [xmlns, responder] of responders) this.answer(xmlns, responder);
    this.#caps = caps;
  }

  /** Whether stanzas can be sent now. */
  get online(): boolean {
    return this.#online;
  }

  /**
   * Connects, and again whenever the connection is lost, 1 s later at first and at most 30 s. Resolves when `signal` has
   * ended it; rejects with LinkError when the server refuses for good: "not-authorized", "host-unknown", "conflict".
   */
  async run({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#running) throw new LocalError("the link already runs");
    this.#running = true;
    try {
      while (!signal?.aborted) {
        const error = await this.#live(signal);
        if (signal?.aborted) return;
        if (isFinal(error) && !this.#maybeGhost(error)) throw error;
        const retryIn = backOff(this.#failures++, this.#environment.random());
        this.tell("offline", { error, retryIn });
        await this.#sleep(retryIn, signal);
      }
    } finally {
      this.#running = false;
    }
  }

  /**
   * Sends a stanza, together with all others of this turn of the event loop. `from` is filled in with the domain.
   * Returns false, and forgets the stanza, while offline: what it had to say about a call is stale by the next "online".
   *
   * @throws LocalError without `to`, with a `from` that is not of the domain, or above 256 KiB
   */
  send(stanza: Element): boolean {
    const text = outgoing(stanza, this.domain);
    this.#requests.leaving(stanza);
    if (!this.#online) return false;
    this.#outbox.add(text);
    return true;
  }

  /**
   * Sends an iq get or set, whose id is made here, and resolves with the result. Only the address that was asked can
   * answer.
   *
   * @param options.timeout milliseconds, default 15 s; then it rejects with remote-server-timeout
   * @throws RequestError
   */
  request(iq: Element, { timeout = REQUEST }: { readonly timeout?: number } = {}): Promise<Element> {
    return this.#requests.request(iq, timeout);
  }

  /** Answers each iq get or set whose payload is in this namespace, to whatever address of the domain. */
  answer(xmlns: string, responder: Responder): void {
    this.#requests.answer(xmlns, responder);
  }

  /** One connection, from its first try to its end; resolves with why it ended. */
  #live(signal: AbortSignal | undefined): Promise<LinkError> {
    return new Promise((resolve) => {
      const { after } = this.#environment;
      let leave = () => {};
      const stop = () => {
        this.#goOffline();
        stream.close();
      };
      const stream = new Stream(
        { ...this.#options, after },
        {
          online: () => {
            leave = this.#enter(stream);
          },
          stanza: (stanza) => this.#heard(stanza),
          end: (error) => {
            signal?.removeEventListener("abort", stop);
            leave();
            this.#leave(error);
            resolve(error);
          },
        },
      );
      this.#stream = stream;
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** The stream can be used; returns what stops the clocks that this starts. */
  #enter(stream: Stream): () => void {
    const { after } = this.#environment;
    this.#online = true;
    this.#ghost = false;
    // A stream that ends as soon as it begins is not back.
    const cancelStable = after(STABLE, () => {
      this.#failures = 0;
    });
    const stopWatch = watch(
      {
        takeHeard: () => stream.takeHeard(),
        ping: (timeout) => this.#pingOurselves(timeout),
        dead: () => stream.fail(new LinkError("lost", "The server does not answer any more.")),
      },
      after,
    );
    this.tell("online", undefined);
    return () => {
      cancelStable();
      stopWatch();
    };
  }

  #leave(error: LinkError): void {
    if (this.#online && error.condition === "lost") this.#ghost = true;
    this.#goOffline();
    this.#stream = null;
  }

  #goOffline(): void {
    if (!this.#online) return;
    this.#outbox.flush();
    this.#online = false;
    this.#requests.failAll();
  }

  #maybeGhost(error: LinkError): boolean {
    return error.condition === "conflict" && this.#ghost && this.#failures < GHOST_TRIES;
  }

  /** The way to the server and back, on any server: it routes what we send to our own domain to us. */
  #pingOurselves(timeout: number): Promise<Element> {
    return this.request(xml("iq", { type: "get", to: this.domain }, ping.write(true)), { timeout });
  }

  #heard(stanza: Element): void {
    try {
      this.#handle(stanza);
    } catch (error) {
      this.tell("fault", error);
    }
  }

  #handle(stanza: Element): void {
    // 0114-07: one namespace for what client and component say alike.
    stanza.attrs.xmlns = "jabber:client";
    if (stanza.name === "iq") {
      if (this.#requests.heard(stanza)) return;
    } else if (stanza.name === "presence") {
      const isThere = this.#options.isThere ?? ((address) => address === this.domain);
      for (const answer of presenceAnswers(stanza, this.#caps, isThere)) this.send(answer);
    }
    this.tell("stanza", stanza);
  }

  #sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        cancel();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#environment.after(milliseconds, done);
      signal?.addEventListener("abort", done, { once: true });
    });
  }
}
