import { ContentNames } from "../jingle/description.js";
import type { InitiationEvent } from "../jingle/initiation-words.js";
import { normaliseJid } from "../jingle/jid.js";
import { actionOf } from "../jingle/session-manager.js";
import type { SessionEvent } from "../jingle/session-state.js";
import { describe, toCandidates, toSdp, trickle } from "../jingle/translate.js";
import type { Jingle, Reason, ReasonCondition, Role } from "../jingle/xep/0166.js";
import { type SessionInfo, writeSessionInfo } from "../jingle/xep/0167.js";
import type { Call, CallControls, CallEnd, CallFacts } from "./call.js";
import { endOfAttempt, endOfSession, failureOf } from "./call-ends.js";
import { stateAfter } from "./call-facts.js";
import { CallMedia, type MediaPort } from "./call-media.js";
import { Peer } from "./peer.js";
import type { CallHandle, Switchboard } from "./switchboard.js";
import { Trickle } from "./trickle.js";

/** Browsers say "failed" only once they have tried a candidate; without any they would try for ever. ms */
const CONNECT_TIMEOUT = 30_000;

/** The inside of one call: joins its message initiation, its session, its media and its RTCPeerConnection. */
export class CallFlow {
  readonly call: Call;
  readonly controls: CallControls = this.#controls();
  readonly #board: Switchboard;
  readonly #names = new ContentNames();
  #id: string;
  #role: Role;
  #device: string | null;
  readonly #update: (change: Partial<CallFacts>) => void;
  readonly #media: CallMedia;
  readonly #trickle = new Trickle((candidates) => this.#sendCandidates(candidates));
  #peer: Peer | null = null;
  /** Ours, as it goes out with session-initiate once the other side says proceed. */
  #offer: Promise<string> | null = null;
  /** The other side's session-initiate. */
  #offered: Jingle | null = null;
  /** Candidates that came while the user was still thinking, or the browser asking. */
  readonly #early: Jingle[] = [];
  #answered = false;
  #answering = false;
  /** Has our session-initiate or session-accept gone out? */
  #described = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  constructor(board: Switchboard, { plan, call, update }: CallHandle) {
    this.#board = board;
    this.call = call;
    this.#update = update;
    this.#media = new CallMedia(board.media, this.#mediaPort());
    this.#id = plan.id;
    this.#device = plan.device;
    this.#role = plan.direction === "outgoing" ? "initiator" : "responder";
  }

  get id(): string {
    return this.#id;
  }

  /** Is a session-initiate from this device the one that our proceed asked for (0353-11)? */
  expects(device: string): boolean {
    return this.#role === "responder" && this.#answered && !this.#offered && this.isWith(device);
  }

  /** Is it with this device that the session is? */
  isWith(device: string): boolean {
    return this.#device !== null && normaliseJid(this.#device) === normaliseJid(device);
  }

  /** Outgoing: microphone first, so that nobody rings for a call that cannot be made. */
  async dial(): Promise<void> {
    await this.#guard(async () => {
      const stream = await this.#media.capture(this.call.video);
      if (!this.isDialling) return;
      const media = this.call.video ? ["audio", "video"] : ["audio"];
      this.#board.initiation({ type: "propose", id: this.#id, peer: this.call.address, media });
      this.#offer = this.#makeOffer(stream);
      await this.#offer;
    });
  }

  /** Outgoing, and nobody has been told yet. */
  get isDialling(): boolean {
    return this.#role === "initiator" && this.#offer === null && !this.#isOver;
  }

  /** What message initiation says of this call. */
  hear(event: InitiationEvent): void {
    switch (event.type) {
      case "ringing":
        this.#update({ state: "ringing" });
        return;
      case "proceeded":
        void this.#initiate(event.device);
        return;
      case "ended":
        this.#end(endOfAttempt(event.why));
        return;
      default:
        return;
    }
  }

  /** Glare: the other side's call takes the place of ours, and is answered as soon as its session comes. */
  superseded(id: string, device: string): void {
    const before = this.#id;
    this.#id = id;
    this.#role = "responder";
    this.#device = device;
    this.#answered = true;
    this.#peer?.close();
    this.#peer = null;
    this.#offer = null;
    this.#update({ id, state: "connecting" });
    this.#board.renamed(before, id);
  }

  /** What the session says. */
  hearSession(event: SessionEvent): void {
    switch (event.type) {
      case "received":
        this.#media.heard();
        void this.#received(event.jingle);
        return;
      case "info":
        this.#informed(event.info);
        return;
      case "refused":
        // They overtook our session-initiate; bounded by the time that has for its answer.
        if (event.error.application === "unknown-session") this.#trickle.again();
        else if (event.action === "session-info" && /^(service|recipient)-unav/.test(event.error.condition))
          this.#media.unheard();
        return;
      case "ended":
        this.#board.initiation({ type: "finish", id: this.#id, reason: event.reason.condition });
        this.#end(endOfSession(event.reason, event.by));
    }
  }

  /** A new session of the stream: what was on its way may be lost, and the other side may have given up. */
  reconnected(): void {
    if (!this.#described) return;
    // 0166-33: an empty session-info is a ping; who does not know the session any more says so, and that ends it here.
    this.#command(actionOf("session-info", this.#id));
    if (this.call.connectedAt === null) this.#trickle.again();
  }

  /** Ends the call because this page goes away. */
  leave(): void {
    if (!this.#ringsHere) this.#close("gone", { reason: "hung-up", by: "us" });
  }

  /** Ends the call because the connection is gone for good; who waits at the other end hears it from the server. */
  closed(): void {
    const end = { reason: "connection-lost", by: "network" } as const;
    if (this.#ringsHere) {
      this.#end(end);
      this.#board.initiation({ type: "ignore", id: this.#id });
    } else this.#close("gone", end);
  }

  #controls(): CallControls {
    return {
      accept: ({ video }) => this.#accept(video),
      decline: () => this.#decline(),
      hangUp: () => (this.#ringsHere ? this.#decline() : this.#hangUp()),
      mute: (on) => void this.#guard(() => this.#media.mute(on)),
      turnCamera: (on) => void this.#guard(() => this.#media.turnCamera(on)),
      getStats: async () => (await this.#peer?.stats()) ?? null,
    };
  }

  get #ringsHere(): boolean {
    return this.call.direction === "incoming" && this.call.state === "ringing";
  }

  get #isOver(): boolean {
    return this.call.state === "ended";
  }

  // Outgoing

  async #makeOffer(stream: MediaStream): Promise<string> {
    const peer = await this.#connect();
    return peer.offer(stream, this.call.video ? ["audio", "video"] : ["audio"]);
  }

  async #initiate(device: string): Promise<void> {
    this.#device = device;
    this.#update({ state: "connecting" });
    await this.#guard(async () => {
      await this.#offer;
      if (!this.#isOver) this.#describe("session-initiate", { initiator: this.#board.jid });
    });
  }

  /** Sends our description with every candidate known by now; later ones follow in batches. */
  #describe(action: "session-initiate" | "session-accept", party: { initiator?: string; responder?: string }): void {
    const sdp = this.#peer!.localSdp;
    const peer = this.#board.features(this.#device!);
    const options = { action, sid: this.#id, role: this.#role, names: this.#names, peer, ...party };
    const jingle = describe(sdp, options);
    this.#command(jingle);
    this.#described = true;
    this.#trickle.described(sdp);
    this.#giveUp = setTimeout(() => this.#lost(), CONNECT_TIMEOUT);
  }

  // Incoming

  #accept(video: boolean): void {
    if (!this.#ringsHere) return;
    this.#answered = true;
    this.#update({ state: "connecting" });
    if (!this.#offered) this.#board.initiation({ type: "proceed", id: this.#id });
    void this.#guard(async () => {
      // Captured while the caller's session-initiate is on its way.
      await this.#media.capture(video);
      await this.#answer();
    });
  }

  /** Once the user has accepted, the offer is here and so is the microphone, in whatever order. */
  async #answer(): Promise<void> {
    const jingle = this.#offered;
    if (!jingle || !this.#answered || this.#isOver) return;
    const stream = await this.#media.stream;
    if (!stream || this.#isOver || this.#answering) return;
    this.#answering = true;
    const offer = toSdp(jingle, { role: "initiator", type: "offer", names: this.#names });
    const peer = await this.#connect();
    await peer.answer(offer, stream);
    if (this.#isOver) return;
    for (const early of this.#early.splice(0)) await peer.addCandidates(toCandidates(early, { names: this.#names }));
    this.#describe("session-accept", { responder: this.#board.jid });
    this.#media.show();
  }

  // Both

  async #received(jingle: Jingle): Promise<void> {
    await this.#guard(async () => {
      switch (jingle.action) {
        case "session-initiate":
          this.#offered = jingle;
          this.#board.initiation({ type: "joined", id: this.#id });
          await this.#answer();
          return;
        case "session-accept": {
          const offer = this.#peer!.localSdp;
          const options = { role: "responder", type: "answer", offer, names: this.#names } as const;
          await this.#peer!.accepted(toSdp(jingle, options));
          this.#media.show();
          return;
        }
        case "content-add": {
          // 0166-19: refused by name, so that the other side does not wait.
          const contents = jingle.contents.map(({ creator, name }) => ({ creator, name, extra: [] }));
          const reason: Reason = { condition: "failed-application", extra: [] };
          this.#command(actionOf("content-reject", this.#id, { contents, reason }));
          return;
        }
        case "transport-info":
          if (this.#peer) await this.#peer.addCandidates(toCandidates(jingle, { names: this.#names }));
          else this.#early.push(jingle);
          return;
        default:
          return;
      }
    });
  }

  #informed(info: SessionInfo): void {
    if (info.type === "mute" || info.type === "unmute") this.#media.heardMute(info.type === "mute", info.name);
    const state = stateAfter(info, this.call.state);
    if (state) this.#update({ state });
  }

  async #connect(): Promise<Peer> {
    const pc = await this.#board.connect();
    const remoteStream = new MediaStream();
    this.#peer = new Peer(pc, {
      candidate: (candidate) => this.#trickle.add(candidate),
      connection: (state) => this.#connectionChanged(state),
      track: (track) => {
        remoteStream.addTrack(track);
        this.#update({ remoteStream });
      },
    });
    if (this.#isOver) this.#peer.close();
    return this.#peer;
  }

  #connectionChanged(state: RTCPeerConnectionState): void {
    if (this.#isOver) return;
    if (state === "connected") {
      clearTimeout(this.#giveUp);
      this.#update({ state: "connected", connectedAt: this.call.connectedAt ?? Date.now() });
      this.#media.show();
    } else if (state === "disconnected") this.#update({ state: "reconnecting" });
    else if (state === "failed") this.#lost();
  }

  #lost(): void {
    this.#close("connectivity-error", { reason: "connection-lost", by: "network" });
  }

  #sendCandidates(candidates: readonly RTCIceCandidate[]): void {
    const peer = this.#board.features(this.#device!);
    const options = { sid: this.#id, role: this.#role, names: this.#names, peer };
    for (const jingle of trickle(this.#peer!.localSdp, candidates, options)) this.#command(jingle);
  }

  #mediaPort(): MediaPort {
    const flow = this;
    return {
      get call() {
        return flow.call;
      },
      get peer() {
        return flow.#peer;
      },
      contentName: (kind) => this.#names.contentOf(this.#peer?.midOf(kind) ?? "")?.name,
      update: (change) => this.#update(change),
      tell: (info) => {
        if (!this.#described || this.#isOver) return;
        this.#command(actionOf("session-info", this.#id, { extra: [writeSessionInfo(info)] }));
      },
    };
  }

  #command(jingle: Jingle): void {
    this.#board.sessions({ type: "command", peer: this.#device!, jingle });
  }

  // The end

  /** Ends the call from our side, and tells the other side as far as the call has come. */
  #close(condition: ReasonCondition, end: CallEnd): void {
    if (this.#isOver) return;
    const inSession = this.#described || this.#offered !== null;
    const proposed = this.#role === "initiator" && !this.isDialling && this.#device === null;
    // Ended first, so that the words are these and not those of the session that ends with it.
    this.#end(end);
    if (inSession) this.#terminate(condition);
    else if (proposed) this.#board.initiation({ type: "retract", id: this.#id, reason: "cancel" });
    if (this.#device !== null) this.#board.initiation({ type: "finish", id: this.#id, reason: condition });
  }

  #hangUp(): void {
    const unanswered = this.call.direction === "outgoing" && this.call.connectedAt === null;
    this.#close(unanswered ? "cancel" : "success", { reason: unanswered ? "cancelled" : "hung-up", by: "us" });
  }

  #decline(): void {
    if (!this.#ringsHere) return;
    const inSession = this.#offered !== null;
    this.#end({ reason: "declined", by: "us" });
    if (inSession) this.#terminate("decline");
    else this.#board.initiation({ type: "reject", id: this.#id, reason: "decline" });
  }

  #terminate(condition: ReasonCondition): void {
    const reason: Reason = { condition, extra: [] };
    this.#command(actionOf("session-terminate", this.#id, { reason }));
  }

  /** Runs a step of the call; what goes wrong in it ends the call with a reason, on both sides. */
  async #guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const { condition, end } = failureOf(error);
      this.#close(condition, end);
    }
  }

  #end(end: CallEnd): void {
    if (this.#isOver) return;
    this.#trickle.stop();
    clearTimeout(this.#giveUp);
    this.#update({ state: "ended", end, endedAt: Date.now(), localStream: null, remoteStream: null });
    this.#media.stop();
    this.#peer?.close();
    this.#board.over(this.#id);
  }
}
