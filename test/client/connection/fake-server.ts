import { type Element, parse } from "ltx";
import type { Connection } from "#client/connection/connection.js";
import type { Environment } from "#client/connection/environment.js";
import type { ConnectOptions } from "#client/connection/xmpp.js";

/** An XMPP server that a test scripts: one answer per frame, sockets that can be cut, and no time but the clock's. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  /** What it answers to each element's name; a test replaces single ones. Nothing is sent for "". */
  readonly answers: Record<string, string> = {
    open: `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>`,
    auth: `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`,
    iq: `<iq type="result" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>alice@localhost/tab</jid></bind></iq>`,
    enable: `<enabled xmlns="urn:xmpp:sm:3" id="s1" resume="true"/>`,
    resume: `<resumed xmlns="urn:xmpp:sm:3" previd="s1" h="0"/>`,
    close: `<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>`,
  };
  mechanisms = ["PLAIN"];
  /** Further frames in the same read as <enabled/>, before and after it. */
  around: { before: string[]; after: string[] } = { before: [], after: [] };
  reachable = true;
  readonly #frozen = new Set<FakeSocket>();

  readonly WebSocket = ((server: FakeServer) =>
    class extends FakeSocket {
      constructor() {
        super(server);
      }
    } as unknown as Environment["WebSocket"])(this);

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  /** From now on this socket swallows everything, as a network does that is gone. */
  freeze(socket = this.last): void {
    this.#frozen.add(socket);
  }

  receive(socket: FakeSocket, frame: string): void {
    if (this.#frozen.has(socket)) return;
    const element = parse(frame) as Element;
    if (element.name === "iq" && element.attrs.id !== "bind") return;
    if (element.name === "enable") for (const before of this.around.before) socket.deliver(before);
    socket.deliver(this.answers[element.name] ?? "");
    if (element.name === "enable") for (const after of this.around.after) socket.deliver(after);
    if (element.name === "open" && this.answers.open) socket.deliver(this.#features(socket));
  }

  #features(socket: FakeSocket): string {
    const signedIn = socket.sent.filter((frame) => frame.startsWith("<open")).length > 1;
    const mechanisms = this.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join("");
    return `<stream:features xmlns:stream="http://etherx.jabber.org/streams">${
      signedIn
        ? `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><sm xmlns="urn:xmpp:sm:3"/>`
        : `<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl">${mechanisms}</mechanisms>`
    }</stream:features>`;
  }
}

export class FakeSocket extends EventTarget {
  readonly sent: string[] = [];
  closed = false;
  readonly #server: FakeServer;

  constructor(server: FakeServer) {
    super();
    this.#server = server;
    server.sockets.push(this);
    setImmediate(() => {
      if (this.closed) return;
      if (server.reachable) this.dispatchEvent(new Event("open"));
      else this.cut();
    });
  }

  send(frame: string): void {
    this.sent.push(frame);
    setImmediate(() => this.#server.receive(this, frame));
  }

  close(): void {
    this.closed = true;
  }

  deliver(frame: string): void {
    if (frame && !this.closed) this.dispatchEvent(new MessageEvent("message", { data: frame }));
  }

  /** The end as a browser tells it when the network breaks. */
  cut(): void {
    this.dispatchEvent(new Event("error"));
    this.dispatchEvent(Object.assign(new Event("close"), { wasClean: false }));
  }
}

/** Time that passes only when told to. */
export class Clock {
  now = 0;
  readonly #timers = new Map<object, { at: number; callback: () => void }>();

  readonly after: Environment["after"] = (milliseconds, callback) => {
    const key = {};
    this.#timers.set(key, { at: this.now + milliseconds, callback });
    return () => this.#timers.delete(key);
  };

  get pending(): number {
    return this.#timers.size;
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    await settle();
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (!next || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.now = next[1].at;
      next[1].callback();
      await settle();
    }
    this.now = until;
  }
}

/** Lets everything run that waits for nothing but its turn: a login takes six turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export interface Setting {
  readonly server: FakeServer;
  readonly clock: Clock;
  readonly network: EventTarget;
  readonly options: ConnectOptions;
}

/** A connection's options on a server, a clock and a network of its own; chance is always 0. */
export function setting(more: Partial<ConnectOptions> = {}): Setting {
  const server = new FakeServer();
  const clock = new Clock();
  const network = new EventTarget();
  const { after } = clock;
  const randomBytes = (length: number) => new Uint8Array(length);
  const environment = { WebSocket: server.WebSocket, now: () => clock.now, after, randomBytes, network };
  const options = { service: "ws://localhost/", address: "alice@localhost", password: "secret", environment, ...more };
  return { server, clock, network, options };
}

/** What the connection tells, as words. */
export function listen(connection: Connection): string[] {
  const told: string[] = [];
  connection.addEventListener("stanza", ({ stanza }) => told.push(`${stanza.name} ${stanza.attrs.id}`));
  connection.addEventListener("offline", () => told.push("offline"));
  connection.addEventListener("online", ({ resumed }) => told.push(resumed ? "online resumed" : "online new"));
  connection.addEventListener("closed", ({ error }) => told.push(`closed ${error?.condition ?? "by us"}`));
  return told;
}

export const message = (id: string) => `<message id="${id}"/>`;

export const streamError = (name: string) =>
  `<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${name} xmlns="urn:ietf:params:xml:ns:xmpp-streams">other.example</${name}></stream:error>`;
