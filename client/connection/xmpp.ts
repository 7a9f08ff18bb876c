// A Connection of our own: XMPP over WebSocket (RFC 7395), composed from parts of xmpp.js

import { jid } from "@xmpp/client-core";
import type { Element } from "ltx";
import { backOff } from "../../jingle/back-off.js";
import { Emitter } from "../events.js";
import {
  ClosedEvent,
  type Connection,
  ConnectionError,
  type ConnectionEvents,
  type ConnectionStatus,
  OnlineEvent,
  StanzaEvent,
} from "./connection.js";
import { chance, defaultEnvironment, type Environment, randomName } from "./environment.js";
import { bindError, isOurFault, toConnectionError, unreachable } from "./errors.js";
import { login } from "./login.js";
import { Stream } from "./stream.js";
import { type Input, NS_SM, type Output, StreamManagement } from "./stream-management.js";

export interface ConnectOptions {
  /** ws:// or wss:// URL of the server. */
  readonly service: string;
  /** Bare or full JID; the resource of a full one is used as `resource`. */
  readonly address: string;
  readonly password: string;
  /** Default: `jinglewire-` and eight random characters, so that no two tabs fight over one. */
  readonly resource?: string;
  /** Ends the attempt; once connected, use `close()`. */
  readonly signal?: AbortSignal;
  /** Time, chance and network; the defaults are the browser's own. Node 20 needs a `WebSocket`. */
  readonly environment?: Partial<Environment>;
}

/**
 * Signs in and resolves once stanzas can be sent. From then on the connection comes back by itself when it is lost,
 * with nothing lost or doubled where the server has XEP-0198 and still has the session.
 *
 * Rejects with ConnectionError: "not-authorized", "host-unknown", "unreachable" (also when there is no answer within 15
 * seconds), "insecure", "unsupported", "conflict", "aborted".
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const connection = new XmppConnection(options);
  await connection.start(options.signal);
  return connection;
}

/** Milliseconds. */
const ATTEMPT = 15_000;
const GOODBYE = 1000;

class XmppConnection extends Emitter<ConnectionEvents> implements Connection {
  readonly #options: ConnectOptions;
  readonly #environment: Environment;
  readonly #session: StreamManagement;
  #jid: string;
  #status: ConnectionStatus = "reconnecting";
  /** The one that is open or being opened. */
  #stream: Stream | null = null;
  #wasOnline = false;
  /** Of the attempt that is under way. */
  #settle: { resolve(): void; reject(error: ConnectionError): void } | null = null;
  #failures = 0;
  #cancelRetry = () => {};
  #cancelTimer = () => {};
  #timerAt: number | null = null;
  /** Stanzas for a first listener that is not there yet. */
  #kept: Element[] | null = [];
  #closing: Promise<void> | null = null;
  #goodbye: (() => void) | null = null;

  constructor(options: ConnectOptions) {
    super();
    this.#options = options;
    this.#environment = { ...defaultEnvironment(), ...options.environment };
    this.#jid = options.address;
    const resource = options.resource ?? options.address.split("/").slice(1).join("/");
    this.#session = new StreamManagement(resource || `jinglewire-${randomName(8, this.#environment.randomBytes)}`);
  }

  get jid(): string {
    return this.#jid;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The first attempt, which is not repeated. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    checkOptions(this.#options, this.#environment);
    const abort = () => this.#stream?.fail(aborted(signal));
    if (signal?.aborted) throw aborted(signal);
    signal?.addEventListener("abort", abort);
    try {
      await this.#attempt();
    } catch (error) {
      this.#status = "closed";
      throw toConnectionError(error);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    this.#environment.network?.addEventListener("online", this.#retry);
  }

  send(stanza: Element): void {
    if (this.#status !== "closed") this.#handle({ type: "send", stanza });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
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

  async #attempt(): Promise<void> {
    const { service, address, password } = this.#options;
    const { WebSocket, randomBytes, subtle, after } = this.#environment;
    const stream = new Stream({ service, address, WebSocket, timeout: ATTEMPT });
    this.#stream = stream;
    const cancel = after(ATTEMPT, () => stream.fail(unreachable("The server does not answer. Try again later.")));
    try {
      const username = jid(address).local;
      const nonce = randomName(24, randomBytes);
      const features = await login(stream, await stream.open(), { username, password, nonce, subtle });
      await this.#establish(stream, features.getChild("sm", NS_SM) !== undefined);
    } catch (error) {
      stream.fail(toConnectionError(error));
      if (this.#stream === stream) this.#stream = null;
      throw error;
    } finally {
      cancel();
    }
  }

  /** Resumes the session or makes one, on a stream that is signed in. */
  #establish(stream: Stream, supported: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      stream.listen({
        element: (element) => this.#handle({ type: "received", element }),
        end: (error) => this.#lost(error),
      });
      this.#handle({ type: "signed-in", supported });
    });
  }

  #handle(input: Input): void {
    for (const output of this.#session.handle(input, this.#environment.now())) this.#perform(output);
    this.#setTimer();
  }

  #perform(output: Output): void {
    switch (output.type) {
      case "write":
        this.#stream?.write(output.frame);
        break;
      case "stanza":
        this.#deliver(output.stanza);
        break;
      case "online":
        this.#online(output.resumed, output.jid);
        break;
      case "refused":
        this.#stream?.fail(bindError(output.error));
        break;
      case "dead":
        this.#stream?.fail(unreachable("The server does not answer any more."));
        break;
    }
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

  #online(resumed: boolean, jid: string): void {
    this.#jid = jid;
    this.#status = "online";
    this.#failures = 0;
    this.#settle?.resolve();
    this.#settle = null;
    if (this.#wasOnline) this.dispatchEvent(new OnlineEvent(resumed));
    this.#wasOnline = true;
  }

  /** The stream is gone, before or after it was online, or after our goodbye. */
  #lost(error: ConnectionError): void {
    const settle = this.#settle;
    this.#settle = null;
    this.#stream = null;
    if (this.#goodbye) {
      this.#goodbye();
      return;
    }
    this.#handle({ type: "lost", forget: isOurFault(error) });
    settle?.reject(error);
    if (settle || this.#status !== "online") return;
    this.#status = "reconnecting";
    this.dispatchEvent(new Event("offline"));
    this.#retryOrEnd(error);
  }

  /** Whatever is not an unreachable server would be the same at the next try. */
  #retryOrEnd(error: ConnectionError): void {
    if (this.#status !== "reconnecting") return;
    if (error.condition === "unreachable") {
      const { after, randomBytes } = this.#environment;
      this.#cancelRetry = after(backOff(this.#failures++, chance(randomBytes)), this.#retry);
    } else {
      this.#end(error, false);
    }
  }

  readonly #retry = (): void => {
    if (this.#status !== "reconnecting" || this.#stream) return;
    this.#cancelRetry();
    this.#attempt().catch((error: unknown) => this.#retryOrEnd(toConnectionError(error)));
  };

  async #close(): Promise<void> {
    // Not in the middle of what the session is just having performed.
    await Promise.resolve();
    if (this.#status === "closed") return;
    const stream = this.#stream;
    const clean = this.#status === "online" && stream !== null && (await this.#sayGoodbye(stream));
    this.#end(null, clean);
    stream?.fail(aborted());
  }

  /** Resolves to whether the server answered. */
  #sayGoodbye(stream: Stream): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#environment.after(GOODBYE, () => resolve(false));
      this.#goodbye = () => {
        cancel();
        resolve(true);
      };
      this.#handle({ type: "goodbye" });
      this.#status = "closed";
      stream.close();
    });
  }

  #end(error: ConnectionError | null, clean: boolean): void {
    this.#status = "closed";
    this.#cancelRetry();
    this.#environment.network?.removeEventListener("online", this.#retry);
    this.#handle({ type: "end", clean });
    this.dispatchEvent(new ClosedEvent(error));
  }

  #setTimer(): void {
    const { deadline } = this.#session;
    // One that fires too early only sets the next: cheaper than a new one for every stanza.
    if (deadline !== null && this.#timerAt !== null && this.#timerAt <= deadline) return;
    this.#cancelTimer();
    this.#timerAt = deadline;
    if (deadline === null) return;
    this.#cancelTimer = this.#environment.after(Math.max(0, deadline - this.#environment.now()), () => {
      this.#timerAt = null;
      this.#handle({ type: "timeout" });
    });
  }
}

function checkOptions({ service, address }: ConnectOptions, { WebSocket }: Environment): void {
  if (!/^[^@/\s]+@[^@/\s]+(\/.+)?$/.test(address)) {
    throw new ConnectionError("not-authorized", "An address looks like name@server.example.");
  }
  if (!/^wss?:\/\/[^/]/.test(service)) throw unreachable("The service must be a ws:// or wss:// address.");
  if (!WebSocket) throw new ConnectionError("unsupported", "There is no WebSocket here: pass one in `environment`.");
}

function aborted(signal?: AbortSignal): ConnectionError {
  return new ConnectionError("aborted", "The sign-in was cancelled.", { cause: signal?.reason });
}
