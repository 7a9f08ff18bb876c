import {
  actionOf,
  bareJid,
  drive,
  type InitiationEvent,
  type InitiationInput,
  type InitiationOutput,
  type Jingle,
  type ManagerInput,
  type ManagerOutput,
  MessageInitiation,
  NS_JINGLE,
  NS_JINGLE_MESSAGE,
  normaliseJid,
  RemoteError,
  type SessionEvent,
  SessionManager,
  sameAccount,
  writeSessionInfo,
} from "../jingle/index.js";
import type { Call } from "./call.js";
import { CallFlow } from "./call-flow.js";
import { enableCarbons, unwrap } from "./carbons.js";
import type { Connection } from "./connection/connection.js";
import { Disco } from "./disco.js";
import { Emitter } from "./events.js";
import { newId, newUuid } from "./ids.js";
import { browserMedia, type MediaSource } from "./media.js";
import type { PeerConnectionFactory } from "./peer.js";
import { Requests } from "./requests.js";
import type { Contact } from "./roster.js";
import type { CallPlan, Switchboard } from "./switchboard.js";

export interface PhoneOptions {
  /** Who is a contact: contacts hear that it rings here, and may call without message initiation. */
  readonly roster?: { get(address: string): Pick<Contact, "subscription"> | undefined };
  /** STUN and TURN servers, asked for at each call. Default: none. */
  readonly iceServers?: () => Promise<readonly RTCIceServer[]>;
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
  constructor(readonly call: Call) {
    super("incoming");
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const REMEMBERED = 64;

/** Calls over an XMPP connection: `call()`, and the event "incoming". One per connection. */
export class Phone extends Emitter<{ incoming: IncomingEvent; callschange: Event }> {
  readonly #connection: Connection;
  readonly #options: PhoneOptions;
  readonly #disco: Disco;
  readonly #flows = new Map<string, CallFlow>();
  /** Ids of calls that are over, the latest of them. */
  readonly #over = new Set<string>();
  readonly #board: Switchboard;
  readonly #initiation: (input: InitiationInput) => void;
  readonly #sessions: (input: ManagerInput) => void;

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
    const sessions = new SessionManager({ newId, admit: (peer, jingle) => this.#admit(peer, jingle) });
    const now = () => performance.now();
    this.#initiation = drive(initiation, { now, wake: alarm(), perform: (output) => this.#performInitiation(output) });
    this.#sessions = drive(sessions, { now, wake: alarm(), perform: (output) => this.#performSession(output) });
    enableCarbons(connection);
    this.#listen();
  }

  /** Calls that are not over, the oldest first. */
  get calls(): readonly Call[] {
    return [...this.#flows.values()].map(({ call }) => call);
  }

  /**
   * Calls an account; every device of it rings.
   * @param address a JID; its resource is left out, since any device may answer.
   * @returns at once, in state "calling"; `await call.ended` tells how it went.
   */
  call(address: string, options: CallOptions = {}): Call {
    const plan = { id: newUuid(), address: bareJid(address), direction: "outgoing", device: null } as const;
    const flow = this.#add({ ...plan, video: options.video ?? false });
    options.signal?.addEventListener("abort", () => flow.call.hangUp());
    void flow.dial();
    if (options.signal?.aborted) flow.call.hangUp();
    return flow.call;
  }

  #listen(): void {
    Requests.of(this.#connection).answer(NS_JINGLE, (_, iq) => {
      this.#sessions({ type: "stanza", stanza: iq });
      return undefined;
    });
    this.#connection.addEventListener("stanza", ({ stanza }) => {
      const { type } = stanza.attrs;
      if (stanza.name === "iq" && (type === "result" || type === "error")) this.#sessions({ type: "stanza", stanza });
      if (stanza.name !== "message") return;
      const heard = unwrap(stanza, this.#connection.jid);
      if (!heard) return;
      const { carbon, delayedSince } = heard;
      const age = delayedSince === null ? 0 : Date.now() - delayedSince;
      this.#initiation({ type: "message", stanza: heard.stanza, age, ...(carbon && { carbon }) });
    });
    this.#connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) for (const flow of [...this.#flows.values()]) flow.reconnected();
    });
    // Said while the socket still takes it; what rings here goes on ringing at our other devices.
    globalThis.addEventListener?.("pagehide", () => {
      for (const flow of [...this.#flows.values()]) flow.leave();
    });
  }

  #switchboard(): Switchboard {
    const connection = this.#connection;
    const { media = browserMedia, iceServers, peerConnection } = this.#options;
    return {
      get jid() {
        return connection.jid;
      },
      media,
      initiation: (input) => this.#initiation(input),
      sessions: (input) => this.#sessions(input),
      features: (jid) => this.#disco.features(jid) ?? NOTHING,
      connect: async () => {
        const servers = await iceServers?.();
        // interop.md 2.0: balanced, never max-bundle: Dino answers a bundled offer unbundled.
        const configuration: RTCConfiguration = { iceServers: [...(servers ?? [])], bundlePolicy: "balanced" };
        return peerConnection ? peerConnection(configuration) : new RTCPeerConnection(configuration);
      },
      renamed: (from, to) => {
        const flow = this.#flows.get(from);
        this.#flows.delete(from);
        if (flow) this.#flows.set(to, flow);
      },
      over: (id) => {
        this.#flows.delete(id);
        this.#over.add(id);
        for (const oldest of this.#over) if (this.#over.size > REMEMBERED) this.#over.delete(oldest);
        this.dispatchEvent(new Event("callschange"));
      },
    };
  }

  #add(plan: CallPlan): CallFlow {
    const flow = new CallFlow(this.#board, plan);
    this.#flows.set(plan.id, flow);
    this.dispatchEvent(new Event("callschange"));
    return flow;
  }

  #performInitiation(output: InitiationOutput): void {
    if (output.type === "send") this.#connection.send(output.stanza);
    else this.#heardInitiation(output.id, output.event);
  }

  #heardInitiation(id: string, event: InitiationEvent): void {
    switch (event.type) {
      case "incoming":
        this.#rings(id, event.from, event.media);
        return;
      case "superseded":
        this.#flows.get(id)?.superseded(event.by, event.device);
        return;
      default:
        this.#flows.get(id)?.hear(event);
    }
  }

  #rings(id: string, from: string, media: readonly string[]): void {
    // The picture can be declined; the sound is what makes it a call that we take.
    if (!media.includes("audio")) {
      this.#initiation({ type: "ignore", id });
      return;
    }
    const dialling = [...this.#flows.values()].find((flow) => flow.isDialling && sameAccount(flow.call.address, from));
    if (dialling) {
      // Glare before our propose is out: theirs is the call that we want.
      this.#initiation({ type: "proceed", id });
      dialling.superseded(id, from);
      return;
    }
    if (this.#flows.size > 0) {
      // interop.md 2.2: when another own device could answer, a busy one keeps silent.
      this.#initiation(this.#hasSibling() ? { type: "ignore", id } : { type: "reject", id, reason: "busy" });
      return;
    }
    // 0353-17: strangers do not learn that we are here.
    if (this.#isContact(from)) this.#initiation({ type: "ring", id });
    this.#offerCall({
      id,
      address: bareJid(from),
      direction: "incoming",
      video: media.includes("video"),
      device: from,
    });
  }

  #offerCall(plan: CallPlan): CallFlow {
    const flow = this.#add(plan);
    this.dispatchEvent(new IncomingEvent(flow.call));
    return flow;
  }

  #performSession(output: ManagerOutput): void {
    if (output.type === "send") this.#connection.send(output.stanza);
    else this.#heardSession(output.peer, output.sid, output.event);
  }

  #heardSession(peer: string, sid: string, event: SessionEvent): void {
    const flow = this.#flows.get(sid);
    if (flow?.isWith(peer)) flow.hearSession(event);
    else if (!flow && event.type === "received" && event.jingle.action === "session-initiate") {
      this.#ringsDirectly(peer, event.jingle);
    }
  }

  /** A session-initiate without message initiation before it. */
  #ringsDirectly(peer: string, jingle: Jingle): void {
    const { sid } = jingle;
    if (this.#flows.size > 0) {
      const reason = { condition: "busy", extra: [] } as const;
      this.#sessions({ type: "command", peer, jingle: actionOf("session-terminate", sid, { reason }) });
      return;
    }
    const video = jingle.contents.some(({ description }) => description?.media === "video");
    const flow = this.#offerCall({ id: sid, address: bareJid(peer), direction: "incoming", video, device: peer });
    flow.hearSession({ type: "received", jingle });
    // 0167-14
    const ringing = actionOf("session-info", sid, { extra: [writeSessionInfo({ type: "ringing" })] });
    if (flow.call.state === "ringing") this.#sessions({ type: "command", peer, jingle: ringing });
  }

  /** 0353-11: what our proceed asked for comes in, and so do contacts that know no message initiation; E1 for others. */
  #admit(peer: string, { sid }: Jingle): RemoteError | null {
    // It crossed our finish: what is over here must not ring as if it were a new call.
    if (this.#over.has(sid)) return new RemoteError("unexpected-request", "out-of-order", "this call has ended");
    const flow = this.#flows.get(sid);
    if (flow ? flow.expects(peer) : this.#isContact(peer)) return null;
    return new RemoteError("service-unavailable", undefined, "not a contact");
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

/** One timer that is set anew each time. */
function alarm(): (at: number | null, fire: () => void) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (at, fire) => {
    clearTimeout(timer);
    // A timer may fire a moment early; the machine then sees no deadline passed and sets it again.
    timer = at === null ? undefined : setTimeout(fire, Math.max(0, at - performance.now()));
  };
}
