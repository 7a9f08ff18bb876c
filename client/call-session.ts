import { ContentNames } from "../jingle/description.js";
import { actionOf } from "../jingle/session-manager.js";
import type { SessionEvent } from "../jingle/session-state.js";
import { describe, toCandidates, toSdp, trickle } from "../jingle/translate.js";
import { type Jingle, otherRole, type ReasonCondition, type Role } from "../jingle/xep/0166.js";
import { type SessionInfo, writeSessionInfo } from "../jingle/xep/0167.js";
import type { Dialect } from "./dialects.js";
import { Negotiator } from "./negotiator.js";
import { Peer } from "./peer.js";
import type { Switchboard } from "./switchboard.js";
import { Told } from "./told.js";
import { Trickle } from "./trickle.js";

/** A gateway to a world without trickling (XEP-0176 §5.5). */
const NS_OFFER_ANSWER = "urn:ietf:rfc:3264";
/** As long as Conversations waits for the same reason. ms */
const GATHERING_TIMEOUT = 2_000;

export type Kind = "audio" | "video";

/** What a session tells its call. */
export interface CallSessionPort {
  readonly board: Switchboard;
  /** Bare JID of the other side. */
  readonly address: string;
  connection(state: RTCPeerConnectionState): void;
  track(track: MediaStreamTrack, mid: string | null): void;
  /** Our description went out: from now on the connection has to come about. */
  described(): void;
  /** What both sides send and receive is agreed anew. */
  settled(): void;
  /** The other side adds contents. */
  added(jingle: Jingle): void;
  refused(action: string): void;
  /** Runs a step of the call; what goes wrong in it ends the call. */
  guard(task: () => Promise<void>): Promise<void>;
}

/** The session of a call with one device, and the RTCPeerConnection that it is about. */
export class CallSession {
  readonly sid: string;
  readonly role: Role;
  readonly names = new ContentNames();
  /** The other side's full JID; null until one of its devices answers. */
  device: string | null;
  /** Has our session-initiate or session-accept gone out? */
  isDescribed = false;
  /** The other side's session-initiate. */
  offered: Jingle | null = null;
  readonly #port: CallSessionPort;
  readonly #trickle = new Trickle((candidates) => this.#sendCandidates(candidates));
  readonly #told = new Told((info) => {
    if (this.#isClosed) return;
    this.#command(actionOf("session-info", this.sid, { extra: [writeSessionInfo(info)] }));
  });
  #peer: Peer | null = null;
  #negotiator: Negotiator | null = null;
  /** What came while the user was still thinking, or the browser asking. */
  readonly #early: Jingle[] = [];
  #isAnswering = false;
  #isClosed = false;

  constructor(port: CallSessionPort, sid: string, role: Role, device: string | null) {
    this.#port = port;
    this.sid = sid;
    this.role = role;
    this.device = device;
  }

  get peer(): Peer | null {
    return this.#peer;
  }

  get features(): ReadonlySet<string> {
    return this.#port.board.features(this.device!);
  }

  get dialect(): Dialect {
    return this.#port.board.dialect(this.device!);
  }

  /** Makes our offer, before anybody is there to take it. */
  async offer(stream: MediaStream, kinds: readonly Kind[]): Promise<void> {
    const peer = await this.#connect();
    try {
      await peer.offer(stream, kinds);
    } catch (error) {
      // Another session took its place meanwhile (glare), or the call has ended.
      if (!this.#isClosed) throw error;
    }
  }

  /** Sends our offer. */
  initiate(): Promise<void> {
    return this.#describe("session-initiate", { initiator: this.#port.board.jid });
  }

  /** Answers the other side's offer, once it is there; a second time it does nothing. */
  async answer(stream: MediaStream): Promise<void> {
    const { offered, role, names } = this;
    if (!offered || this.#isAnswering || this.#isClosed) return;
    this.#isAnswering = true;
    const offer = toSdp(offered, { role: otherRole(role), type: "offer", names });
    const peer = await this.#connect();
    const answer = await peer.answer(offer, stream);
    if (this.#isClosed) return;
    const isCandidates = ({ action }: Jingle) => action === "transport-info";
    for (const early of this.#early.filter(isCandidates)) await peer.addCandidates(toCandidates(early, { names }));
    this.#early.splice(0, this.#early.length, ...this.#early.filter((early) => !isCandidates(early)));
    await this.#describe("session-accept", { responder: this.#port.board.jid });
    if (!this.#isClosed) this.#agreed(answer, offer);
  }

  /** What the session says, but for its end. */
  async hear(event: SessionEvent): Promise<void> {
    if (event.type === "received") {
      this.#told.heard();
      await this.#received(event.jingle);
    } else if (event.type === "acknowledged") await this.#negotiator?.acknowledged(event.action);
    else if (event.type === "refused") {
      // They overtook our session-initiate; bounded by the time that has for its answer.
      if (event.error.application === "unknown-session") this.#trickle.again();
      const isAway = /^(recipient|service)-unavailable$/.test(event.error.condition);
      if (event.action === "session-info" && isAway) this.#told.unheard();
      await this.#negotiator?.refused(event.action, event.error);
    }
  }

  tell(info: SessionInfo): void {
    if (this.isDescribed && !this.#isClosed) this.#told.say(info);
  }

  /** A new session of the stream: what was on its way may be lost, and the other side may have given up. */
  again(isConnected: boolean): void {
    if (!this.isDescribed) return;
    // 0166-33: an empty session-info is a ping; who does not know the session any more says so, and that ends it here.
    this.#command(actionOf("session-info", this.sid));
    if (!isConnected) this.#trickle.again();
  }

  /** New ICE credentials, with the ICE servers of now. */
  async restart(): Promise<void> {
    const configuration = await this.#port.board.configuration(this.#port.address);
    if (!this.#isClosed) this.#peer?.restartIce(configuration);
  }

  terminate(condition: ReasonCondition): void {
    this.#command(actionOf("session-terminate", this.sid, { reason: { condition, extra: [] } }));
  }

  /** The content that is about a kind of media, once there is one. */
  contentName(kind: Kind): string | undefined {
    return this.names.contentOf(this.#peer?.midOf(kind) ?? "")?.name;
  }

  close(): void {
    this.#isClosed = true;
    this.#trickle.stop();
    this.#told.stop();
    this.#negotiator?.stop();
    this.#peer?.close();
  }

  async #received(jingle: Jingle): Promise<void> {
    if (jingle.action === "session-initiate") this.offered = jingle;
    else if (this.#negotiator) await this.#negotiator.received(jingle);
    else if (jingle.action === "session-accept") await this.#accepted(jingle);
    else if (jingle.action === "transport-info" && this.#peer) {
      await this.#peer.addCandidates(toCandidates(jingle, { names: this.names }));
    } else if (jingle.action !== "content-modify" || this.role === "responder") {
      // What changes before the accept is in what the session says of the accept.
      this.#early.push(jingle);
    }
  }

  async #accepted(jingle: Jingle): Promise<void> {
    const { role, names } = this;
    const offer = this.#peer!.localSdp;
    const answer = toSdp(jingle, { role: otherRole(role), type: "answer", offer, names });
    await this.#peer!.accepted(answer);
    this.#agreed(offer, answer);
  }

  /** The first descriptions are exchanged: later ones have their own rules. */
  #agreed(local: string, remote: string): void {
    const { sid, role, names } = this;
    const peer = this.#peer!;
    const ports = this.#port;
    this.#negotiator = new Negotiator(
      {
        peer,
        names,
        role,
        sid,
        features: () => this.features,
        command: (jingle) => this.#command(jingle),
        categoriesOf: (mid) => (peer.isScreen(mid) ? ["slides"] : []),
        added: (jingle) => ports.added(jingle),
        holdCandidates: () => this.#trickle.hold(),
        settled: (sdp) => {
          this.#trickle.described(sdp);
          ports.settled();
        },
        refused: (action) => ports.refused(action),
        guard: (task) => ports.guard(task),
      },
      local,
      remote,
    );
    ports.settled();
    for (const early of this.#early.splice(0)) void ports.guard(() => this.#negotiator!.received(early));
  }

  /** Sends our first description with every candidate known by now; later ones follow in batches. */
  async #describe(
    action: "session-initiate" | "session-accept",
    party: { initiator?: string; responder?: string },
  ): Promise<void> {
    const { sid, role, names } = this;
    // 0176-04: it wants them all at once, as SIP has it.
    if (this.features.has(NS_OFFER_ANSWER)) await this.#peer!.gathered(GATHERING_TIMEOUT);
    if (this.#isClosed) return;
    const sdp = this.#peer!.localSdp;
    this.#command(describe(sdp, { action, sid, role, names, peer: this.features, ...party }));
    this.isDescribed = true;
    this.#trickle.described(sdp);
    this.#port.described();
  }

  async #connect(): Promise<Peer> {
    const pc = await this.#port.board.connect(this.#port.address);
    this.#peer = new Peer(pc, {
      candidate: (candidate) => this.#trickle.add(candidate),
      connection: (state) => this.#port.connection(state),
      track: (track, mid) => this.#port.track(track, mid),
      needed: () => void this.#port.guard(async () => this.#negotiator?.needed()),
    });
    if (this.#isClosed) this.#peer.close();
    return this.#peer;
  }

  #sendCandidates(candidates: readonly RTCIceCandidate[]): void {
    const { sid, role, names, features, dialect } = this;
    const options = { sid, role, names, peer: features, oneEach: dialect.oneCandidateEach };
    for (const jingle of trickle(this.#peer!.localSdp, candidates, options)) this.#command(jingle);
  }

  #command(jingle: Jingle): void {
    this.#port.board.sessions({ type: "command", peer: this.device!, jingle });
  }
}
