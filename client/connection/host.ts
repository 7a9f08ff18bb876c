// A Connection out of the host application's own @xmpp/client, 0.13 or 0.14 (docs/decisions/package-host.md)
import type { Element } from "ltx";
import { NS_JINGLE } from "../../jingle/xep/0166.js";
import { Emitter } from "../events.js";
import {
  ClosedEvent,
  type Connection,
  type ConnectionEvents,
  type ConnectionStatus,
  OnlineEvent,
  StanzaEvent,
} from "./connection.js";
import { afterLoss, bounce } from "./undelivered.js";

/** What is used of the client that `client()` of @xmpp/client makes. */
export interface XmppClient {
  readonly jid: { toString(): string } | null;
  readonly status: string;
  readonly middleware: { use(handler: Middleware): unknown };
  readonly streamManagement?: XmppStreamManagement;
  send(stanza: Element): Promise<unknown>;
  on(event: string, listener: (argument: never) => void): unknown;
  prependListener(event: string, listener: (argument: never) => void): unknown;
  removeListener(event: string, listener: (argument: never) => void): unknown;
}

interface XmppStreamManagement {
  inbound: number;
  id: string;
  /** 0.13 */
  allowResume?: boolean;
  /** 0.14 */
  on?(event: string, listener: (argument: never) => void): unknown;
}

interface Context {
  readonly stanza: Element;
  /** The payload of a request. */
  readonly element?: Element;
}

type Middleware = (context: Context, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Lets calls run over the connection that the host application already has. The client stays the host's: it signs in,
 * reconnects and answers requests as before; only what belongs to calls is answered here. Call it before
 * `client.start()`, once per client, and make `Phone` and the like when the client is online. `close()` lets go of the
 * client without ending it.
 */
export function fromXmppClient(client: XmppClient): Connection {
  if (client.streamManagement && !cured.has(client)) cure(client, client.streamManagement);
  return new HostConnection(client);
}

const NS_SM = "urn:xmpp:sm:3";
const NS_BIND_2 = "urn:xmpp:bind:0";

class HostConnection extends Emitter<ConnectionEvents> implements Connection {
  readonly #client: XmppClient;
  #jid: string;
  #online: boolean;
  #wasOnline: boolean;
  #closed = false;
  /** Namespaces of the requests that are answered here. */
  readonly #claimed = new Set<string>();
  /** What the host sends and loses is the host's affair. */
  readonly #ours = new WeakSet<Element>();
  /** Sent in a second session already. */
  readonly #sentAgain = new WeakSet<Element>();
  readonly #waiting: Element[] = [];
  readonly #lost: Element[] = [];
  /** Stanzas for a first listener that is not there yet. */
  #kept: Element[] | null = [];
  readonly #letGo: (() => void)[] = [];

  constructor(client: XmppClient) {
    super();
    this.#client = client;
    this.#jid = client.jid?.toString() ?? "";
    this.#online = client.status === "online";
    this.#wasOnline = this.#online;
    this.#listen("element", (element: Element) => this.#heard(element));
    this.#listen("online", () => this.#cameOnline(false));
    this.#listen("disconnect", () => this.#wentAway());
    this.#listen("offline", () => this.#end());
    // The library's own events; they outlive us, and do nothing then.
    client.streamManagement?.on?.("resumed", () => this.#cameOnline(true));
    client.streamManagement?.on?.("fail", (stanza: Element) => this.#failed(stanza));
    client.middleware.use((context, next) => this.#requested(context, next));
  }

  get jid(): string {
    return this.#jid;
  }

  get status(): ConnectionStatus {
    if (this.#closed) return "closed";
    return this.#online ? "online" : "reconnecting";
  }

  send(stanza: Element): void {
    if (this.#closed) return;
    if (!this.#online) {
      this.#waiting.push(stanza);
      return;
    }
    this.#ours.add(stanza);
    keepUndelayed(stanza);
    // The library refuses what it cannot write, and then keeps nothing of it.
    this.#client.send(stanza).catch(() => this.#waiting.push(stanza));
  }

  close(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  claim(xmlns: string): void {
    this.#claimed.add(xmlns);
  }

  override addEventListener<Name extends keyof ConnectionEvents & string>(
    type: Name,
    listener: (event: ConnectionEvents[Name]) => void,
    options?: AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
    // A microtask later, so that all listeners that are added in one go hear the first stanza.
    if (type === "stanza" && this.#kept) queueMicrotask(() => this.#deliverKept());
  }

  #listen(event: string, listener: (argument: never) => void): void {
    this.#client.on(event, listener);
    this.#letGo.push(() => this.#client.removeListener(event, listener));
  }

  #heard(element: Element): void {
    const { name } = element;
    const { type } = element.attrs;
    const answer = name === "iq" && (type === "result" || type === "error");
    if (name === "message" || name === "presence" || answer) this.#deliver(element);
  }

  /** A get or set, in its turn among those whom the host has answering requests. */
  async #requested({ stanza, element }: Context, next: () => Promise<unknown>): Promise<unknown> {
    const xmlns = element?.getNS() ?? "";
    if (this.#closed || !this.#claimed.has(xmlns)) return next();
    // Who answers for Jingle takes calls, and that is us; for the rest (who is there, say) the host's answer counts.
    const reply = xmlns === NS_JINGLE ? undefined : await next();
    if (reply) return reply;
    this.#deliver(stanza);
    // The answer goes through send(); the library would send one of its own as soon as it gets a word from here.
    return new Promise(() => {});
  }

  #deliver(stanza: Element): void {
    if (this.#kept) this.#kept.push(stanza);
    else this.dispatchEvent(new StanzaEvent(stanza));
  }

  #deliverKept(): void {
    const kept = this.#kept ?? [];
    this.#kept = null;
    for (const stanza of kept) this.#deliver(stanza);
  }

  #cameOnline(resumed: boolean): void {
    if (this.#closed) return;
    this.#online = true;
    this.#jid = this.#client.jid?.toString() ?? this.#jid;
    if (this.#wasOnline) this.dispatchEvent(new OnlineEvent(resumed));
    this.#wasOnline = true;
    for (const stanza of this.#lost.splice(0)) this.#bounce(stanza);
    for (const stanza of this.#waiting.splice(0)) this.send(stanza);
  }

  #wentAway(): void {
    if (!this.#online) return;
    this.#online = false;
    this.dispatchEvent(new Event("offline"));
  }

  /** The library has lost it with the session: it was sent, and not acknowledged. */
  #failed(stanza: Element): void {
    if (this.#closed || !this.#ours.delete(stanza)) return;
    const fate = afterLoss(stanza);
    if (fate === "again" && !this.#sentAgain.has(stanza)) {
      this.#sentAgain.add(stanza);
      this.#waiting.push(stanza);
    } else if (fate !== "drop") this.#lost.push(stanza);
  }

  #bounce(stanza: Element): void {
    const error = bounce(stanza, this.#jid);
    if (error) this.#deliver(error);
  }

  #end(): void {
    if (this.#closed) return;
    this.#online = false;
    for (const undo of this.#letGo) undo();
    for (const stanza of [...this.#lost.splice(0), ...this.#waiting.splice(0)]) this.#bounce(stanza);
    this.#closed = true;
    this.dispatchEvent(new ClosedEvent(null));
  }
}

/**
 * What goes out again after a resumption the library marks as delayed (XEP-0203), which it does through `append`. That is
 * right for words, but a ring or a retract that was delayed is worth nothing to whoever receives it.
 */
function keepUndelayed(stanza: Element): void {
  if (stanza.name === "message" && !stanza.getChild("body")) Object.assign(stanza, { append: () => {} });
}

const cured = new WeakSet<XmppClient>();

/** Has the client count what it receives as XEP-0198 §4 says: docs/decisions/stream-management.md tells how it does not. */
function cure(client: XmppClient, streamManagement: XmppStreamManagement): void {
  cured.add(client);
  let inbound = streamManagement.inbound;
  Object.defineProperty(streamManagement, "inbound", { get: () => inbound, set: () => {}, configurable: true });
  // Before the middleware, which hides replies from the counter; in wire order and at once.
  client.prependListener("element", (element: Element) => {
    const { name } = element;
    if (name === "iq" || name === "message" || name === "presence") inbound = (inbound + 1) >>> 0;
    else if (isEnabled(element)) inbound = 0;
  });
  // 0.13 resumes without sending again what was lost, and tells nobody: a new session is better.
  if (!streamManagement.on) {
    streamManagement.allowResume = false;
    streamManagement.id = "";
  }
}

/** <enabled/>, alone or in the answer of Bind 2 (XEP-0386). */
function isEnabled(element: Element): boolean {
  if (element.is("enabled", NS_SM)) return true;
  return element.getChild("bound", NS_BIND_2)?.getChild("enabled", NS_SM) !== undefined;
}
