import type { Element } from "ltx";
import type { InitiationEvent, InitiationInput, InitiationOutput } from "../jingle/initiation-words.js";
import { bareJid, normaliseJid, sameAccount } from "../jingle/jid.js";
import { drive } from "../jingle/machine.js";
import { MessageInitiation } from "../jingle/message-initiation.js";
import { errorOf } from "../jingle/stanza.js";
import { NS_JINGLE } from "../jingle/xep/0166.js";
import { NS_JINGLE_MESSAGE } from "../jingle/xep/0353.js";
import { alarm } from "./alarm.js";
import type { Call } from "./call.js";
import { enableCarbons, unwrap } from "./carbons.js";
import type { Connection } from "./connection/connection.js";
import { dialectOf, directDevice } from "./dialects.js";
import { Disco } from "./disco.js";
import type { Engine } from "./engine.js";
import { Emitter } from "./events.js";
import { newId, newUuid } from "./ids.js";
import { Line } from "./line.js";
import { browserMedia, type MediaSource } from "./media.js";
import type { PeerConnectionFactory } from "./peer.js";
import { Requests } from "./requests.js";
import type { Contact } from "./roster.js";
import type { CallPlan, Switchboard } from "./switchboard.js";

export interface PhoneOptions {
  /** Who is a contact: contacts hear that it rings here, and may call without message initiation. */
  readonly roster?: { get(address: string): Pick<Contact, "subscription"> | undefined };
  /** STUN and TURN servers, asked for at each call. Default: those that our own server knows (XEP-0215). */
  readonly iceServers?: () => Promise<readonly RTCIceServer[]>;
  /** With whom media goes through a relay only, so that they do not learn our IP address. Default: nobody. */
  readonly relayOnly?: (address: string) => boolean;
  /** How many calls there can be at once; one is active, the others are held. Default 1: who calls then hears "busy". */
  readonly calls?: number;
  /** What a call of somebody who is no contact does. They never learn that it rings (0353-17). Default "ring". */
  readonly strangers?: "ring" | "ring-silently" | "ignore";
  /** How long our call may ring. Default 45,000 ms. */
  readonly ringTimeout?: number;
  /** Where microphone and camera come from. Default: the browser's. */
  readonly media?: MediaSource;
  /** Makes RTCPeerConnections. Default: the browser's. */
  readonly peerConnection?: PeerConnectionFactory;
}

export interface CallOptions {
  /** Always true today: a call without sound is not made. */
  readonly audio?: true;
  /** Our camera, and the other's. Default: audio only. */
  readonly video?: boolean;
  /** Aborting it hangs up. */
  readonly signal?: AbortSignal;
}

/** Somebody calls. */
export class IncomingEvent extends Event {
  constructor(
    readonly call: Call,
    /** To be shown, but without a sound: `PhoneOptions.strangers`. */
    readonly silent: boolean = false,
  ) {
    super("incoming");
  }
}

/** A step of message initiation leaves us (XEP-0353): a call log hears of this device by it. */
export class SentEvent extends Event {
  constructor(readonly stanza: Element) {
    super("sent");
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const REMEMBERED = 64;

/** Calls over an XMPP connection: `call()`, and the event "incoming". One per connection. */
export class Phone extends Emitter<{ incoming: IncomingEvent; callschange: Event; sent: SentEvent }> {
  readonly #connection: Connection;
  readonly #options: PhoneOptions;
  readonly #disco: Disco;
  readonly #lines = new Map<string, Line>();
  /** Ids of calls that are over, the latest of them. */
  readonly #over = new Set<string>();
  readonly #board: Switchboard;
  readonly #initiation: (input: InitiationInput) => void;
  #engine: Engine | null = null;
  #loading: Promise<Engine> | null = null;

  constructor(connection: Connection, options: PhoneOptions = {}) {
    super();
    this.#connection = connection;
    this.#options = options;
    this.#disco = Disco.of(connection);
    this.#board = this.#switchboard();
    const { ringTimeout } = options;
    const initiation = new MessageInitiation({
      jid: () => connection.jid,
      newId,
      ...(ringTimeout !== undefined && { ringTimeout }),
    });
    const now = () => performance.now();
    this.#initiation = drive(initiation, { now, wake: alarm(), perform: (output) => this.#performInitiation(output) });
    enableCarbons(connection);
    this.#listen();
    // Ahead of the first call, once the page has time: a call must not wait for it.
    (globalThis.requestIdleCallback ?? setTimeout)(() => void this.#load());
  }

  /** Calls that are not over, the oldest first. */
  get calls(): readonly Call[] {
    return [...this.#lines.values()].map(({ call }) => call);
  }

  /**
   * Calls an account; every device of it rings.
   * @param address a JID; its resource is left out, since any device may answer.
   * @returns at once, in state "calling"; `await call.ended` tells how it went.
   */
  call(address: string, options: CallOptions = {}): Call {
    const plan = { id: newUuid(), address: bareJid(address), direction: "outgoing", device: null } as const;
    const line = this.#add({ ...plan, video: options.video ?? false });
    line.soon((flow) => void flow.dial());
    const { call } = line;
    this.#turnedTo(plan.id);
    options.signal?.addEventListener("abort", () => call.hangUp());
    if (options.signal?.aborted) call.hangUp();
    return call;
  }

  #listen(): void {
    Requests.of(this.#connection).answer(NS_JINGLE, (_, stanza) => {
      this.#withEngine((engine) => {
        if (engine) engine.sessions({ type: "stanza", stanza });
        else this.#connection.send(errorOf(stanza, { condition: "resource-constraint", application: undefined }));
      });
      return undefined;
    });
    this.#connection.addEventListener("stanza", ({ stanza }) => {
      const { type } = stanza.attrs;
      if (stanza.name === "iq" && (type === "result" || type === "error")) {
        this.#engine?.sessions({ type: "stanza", stanza });
      }
      if (stanza.name !== "message") return;
      const heard = unwrap(stanza, this.#connection.jid);
      if (!heard) return;
      const { carbon, delayedSince } = heard;
      const age = delayedSince === null ? 0 : Date.now() - delayedSince;
      this.#initiation({ type: "message", stanza: heard.stanza, age, ...(carbon && { carbon }) });
    });
    this.#connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) for (const { flow } of [...this.#lines.values()]) flow?.reconnected();
    });
    this.#connection.addEventListener("closed", () => {
      for (const line of [...this.#lines.values()]) line.soon((flow) => flow.closed());
    });
    // Said while the socket still takes it; what rings here goes on ringing at our other devices.
    globalThis.addEventListener?.("pagehide", () => {
      for (const { flow } of [...this.#lines.values()]) flow?.leave();
    });
  }

  /** What calls are made of; null, and every call ended, when it cannot be loaded. The next call tries again. */
  #load(): Promise<Engine | null> {
    this.#loading ??= import("./engine.js").then(({ Engine }) => {
      this.#engine = new Engine({
        connection: this.#connection,
        board: this.#board,
        line: (sid) => this.#lines.get(sid),
        isOver: (sid) => this.#over.has(sid),
        isContact: (jid) => this.#isContact(jid),
        crossing: (peer) => [...this.#lines.values()].find(({ flow }) => flow?.isOfferedTo(peer)),
        isBusy: () => this.#isBusy,
        ring: (plan) => this.#ring(plan),
      });
      return this.#engine;
    });
    return this.#loading.catch((error: unknown) => {
      this.#loading = null;
      const text = String(error);
      for (const [id, line] of [...this.#lines]) {
        line.fail({ reason: "not-loaded", by: "us", text });
        this.#board.over(id);
      }
      return null;
    });
  }

  #withEngine(task: (engine: Engine | null) => void): void {
    if (this.#engine) task(this.#engine);
    else void this.#load().then(task);
  }

  #switchboard(): Switchboard {
    const connection = this.#connection;
    const { media = browserMedia, peerConnection } = this.#options;
    return {
      get jid() {
        return connection.jid;
      },
      media,
      initiation: (input) => this.#initiation(input),
      sessions: (input) => this.#engine?.sessions(input),
      features: (jid) => this.#disco.features(jid) ?? NOTHING,
      dialect: (jid) => dialectOf({ features: this.#disco.features(jid) ?? NOTHING, node: this.#disco.node(jid) }),
      directDevice: (account) => directDevice(this.#disco.known(account)),
      connect: async (address) => {
        const configuration = await this.#configuration(address);
        return peerConnection ? peerConnection(configuration) : new RTCPeerConnection(configuration);
      },
      configuration: (address) => this.#configuration(address),
      turnedTo: (id) => this.#turnedTo(id),
      renamed: (from, to) => {
        const line = this.#lines.get(from);
        this.#lines.delete(from);
        if (line) this.#lines.set(to, line);
      },
      over: (id) => {
        this.#lines.delete(id);
        this.#over.add(id);
        for (const oldest of this.#over) if (this.#over.size > REMEMBERED) this.#over.delete(oldest);
        this.dispatchEvent(new Event("callschange"));
      },
    };
  }

  #add(plan: CallPlan): Line {
    const line = new Line(plan);
    this.#lines.set(plan.id, line);
    this.#withEngine((engine) => engine?.open(line));
    this.dispatchEvent(new Event("callschange"));
    return line;
  }

  #performInitiation(output: InitiationOutput): void {
    if (output.type === "send") {
      this.#connection.send(output.stanza);
      this.dispatchEvent(new SentEvent(output.stanza));
    } else this.#heardInitiation(output.id, output.event);
  }

  #heardInitiation(id: string, event: InitiationEvent): void {
    switch (event.type) {
      case "incoming":
        this.#rings(id, event.from, event.media);
        return;
      case "superseded":
        this.#lines.get(id)?.soon((flow) => flow.superseded(event.by, event.device));
        return;
      case "migrated":
        this.#lines.get(id)?.soon((flow) => flow.migrated(event.to, event.device));
        return;
      default:
        this.#lines.get(id)?.soon((flow) => flow.hear(event));
    }
  }

  #rings(id: string, from: string, media: readonly string[]): void {
    // The picture can be declined; the sound is what makes it a call that we take.
    if (!media.includes("audio")) {
      this.#initiation({ type: "ignore", id });
      return;
    }
    const dialling = [...this.#lines.values()].find((line) => line.isDialling && sameAccount(line.call.address, from));
    if (dialling) {
      // Glare before our propose is out: theirs is the call that we want.
      this.#initiation({ type: "proceed", id });
      dialling.soon((flow) => flow.superseded(id, from));
      return;
    }
    if (this.#isBusy) {
      // interop.md 2.2: when another own device could answer, a busy one keeps silent.
      this.#initiation(this.#hasSibling() ? { type: "ignore", id } : { type: "reject", id, reason: "busy" });
      return;
    }
    const isContact = this.#isContact(from);
    const { strangers } = this.#options;
    if (!isContact && strangers === "ignore") {
      this.#initiation({ type: "ignore", id });
      return;
    }
    // 0353-17: strangers do not learn that we are here.
    if (isContact) this.#initiation({ type: "ring", id });
    const video = media.includes("video");
    const plan = { id, address: bareJid(from), direction: "incoming", video, device: from } as const;
    this.#ring(plan, !isContact && strangers === "ring-silently");
  }

  #ring(plan: CallPlan, silent = false): Line {
    const line = this.#add(plan);
    this.dispatchEvent(new IncomingEvent(line.call, silent));
    return line;
  }

  get #isBusy(): boolean {
    return this.#lines.size >= (this.#options.calls ?? 1);
  }

  /** One call is active: the person cannot talk in two. */
  #turnedTo(id: string): void {
    for (const { call } of this.#lines.values()) if (call.id !== id && call.connectedAt !== null) call.hold();
  }

  async #configuration(address: string): Promise<RTCConfiguration> {
    const { iceServers, relayOnly } = this.#options;
    const servers = await (iceServers ? iceServers() : this.#engine!.iceServers.get());
    return {
      iceServers: [...servers],
      // interop.md 2.0: balanced, never max-bundle: Dino answers a bundled offer unbundled.
      bundlePolicy: "balanced",
      ...(relayOnly?.(address) && { iceTransportPolicy: "relay" }),
    };
  }

  #isContact(jid: string): boolean {
    const subscription = this.#options.roster?.get(jid)?.subscription;
    return subscription === "both" || subscription === "from";
  }

  #hasSibling(): boolean {
    const own = normaliseJid(this.#connection.jid);
    return this.#disco.devices(own).some((jid) => jid !== own && this.#disco.features(jid)?.has(NS_JINGLE_MESSAGE));
  }
}
