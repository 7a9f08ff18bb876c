import type { InitiationEvent } from "../jingle/initiation-words.js";
import { normaliseJid } from "../jingle/jid.js";
import type { SessionEvent } from "../jingle/session-state.js";
import type { Jingle, ReasonCondition, Role } from "../jingle/xep/0166.js";
import type { SessionInfo } from "../jingle/xep/0167.js";
import type { Call, CallControls, CallEnd, CallFacts } from "./call.js";
import { endOfAttempt, endOfSession, failureOf } from "./call-ends.js";
import { holdBy, talkingState } from "./call-facts.js";
import { CallMedia, type MediaPort } from "./call-media.js";
import { CallSession, type CallSessionPort } from "./call-session.js";
import { newUuid } from "./ids.js";
import { Recovery } from "./recovery.js";
import type { CallHandle, Switchboard } from "./switchboard.js";

/** Browsers say "failed" only once they have tried a candidate; without any they would try for ever. ms */
const CONNECT_TIMEOUT = 30_000;

/** The inside of one call: joins its message initiation, its session and its media. */
export class CallFlow {
  readonly call: Call;
  readonly controls: CallControls = this.#controls();
  readonly #board: Switchboard;
  readonly #update: (change: Partial<CallFacts>) => void;
  readonly #media: CallMedia;
  readonly #recovery = new Recovery({
    restart: () => void this.#guard(() => this.#session.restart()),
    giveUp: () => this.#lost(),
    replace: () => this.#replace(),
  });
  #session: CallSession;
  /** Ours, as it goes out with session-initiate once the other side says proceed. */
  #offer: Promise<void> | null = null;
  #answered = false;
  /** Our session-initiate went out without message initiation: it rings there now. */
  #isDirect = false;
  /** Names of the other side's contents that show its screen. */
  readonly #screens = new Set<string>();
  /** Did the other side refuse, or not answer, what was added? */
  #isClosedToMore = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  constructor(board: Switchboard, { plan, call, update }: CallHandle) {
    this.#board = board;
    this.call = call;
    this.#update = update;
    this.#session = this.#begin(plan.id, plan.direction === "outgoing" ? "initiator" : "responder", plan.device);
    this.#media = new CallMedia(board.media, this.#mediaPort());
  }

  get id(): string {
    return this.#session.sid;
  }

  /** Is a session-initiate from this device the one that our proceed asked for (0353-11)? */
  expects(device: string): boolean {
    const { role, offered } = this.#session;
    return role === "responder" && this.#answered && !offered && this.isWith(device);
  }

  /** Is it with this device that the session is? */
  isWith(device: string): boolean {
    const own = this.#session.device;
    return own !== null && normaliseJid(own) === normaliseJid(device);
  }

  /** Does our session-initiate ring at this device, without message initiation? */
  isOfferedTo(device: string): boolean {
    return this.#isDirect && this.isWith(device);
  }

  /** Outgoing: microphone first, so that nobody rings for a call that cannot be made. */
  async dial(): Promise<void> {
    await this.#guard(async () => {
      const stream = await (this.#media.stream ?? this.#media.capture(this.call.video));
      if (!this.isDialling) return;
      const media = this.call.video ? (["audio", "video"] as const) : (["audio"] as const);
      const direct = this.#board.directDevice(this.call.address);
      this.#session.device = direct;
      if (direct === null) this.#board.initiation({ type: "propose", id: this.id, peer: this.call.address, media });
      this.#offer = this.#session.offer(stream, media);
      await this.#offer;
      if (direct === null || this.#isOver) return;
      this.#isDirect = true;
      await this.#session.initiate();
    });
  }

  /** Outgoing, and nobody has been told yet. */
  get isDialling(): boolean {
    return this.#session.role === "initiator" && this.#offer === null && !this.#isOver;
  }

  /** What message initiation says of this call. */
  hear(event: InitiationEvent): void {
    switch (event.type) {
      case "ringing":
        // A call that goes on in another session is no call that begins.
        if (this.call.connectedAt === null) this.#update({ state: "ringing" });
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
    this.#goOn(id, "responder", device);
    this.#answered = true;
    this.#update({ id, state: "connecting" });
  }

  /** The other side goes on with this call on another of its devices; what it was with before is ended (0353-13). */
  migrated(id: string, device: string): void {
    const before = this.#session;
    this.superseded(id, device);
    // Afterwards, so that its end is not the end of the call.
    before.terminate("success");
  }

  /** interop.md 2.9: a client that cannot restart ICE is called anew, and its person may have to answer again. */
  #replace(): void {
    const before = this.#session;
    this.#goOn(newUuid(), "initiator", null);
    before.terminate("connectivity-error");
    this.#board.initiation({ type: "finish", id: before.sid, reason: "connectivity-error" });
    void this.dial();
  }

  /** The call goes on in another session. */
  #goOn(id: string, role: Role, device: string | null): void {
    const before = this.id;
    clearTimeout(this.#giveUp);
    this.#session.close();
    this.#session = this.#begin(id, role, device);
    this.#isDirect = false;
    this.#offer = null;
    this.#update({ id, remoteStream: null, remoteScreen: null });
    this.#board.renamed(before, id);
  }

  /** What the session says. */
  hearSession(event: SessionEvent): void {
    if (event.type === "info") this.#informed(event.info);
    else if (event.type === "ended") {
      this.#board.initiation({ type: "finish", id: this.id, reason: event.reason.condition });
      this.#end(endOfSession(event.reason, event.by));
    } else void this.#guard(() => this.#heard(event));
  }

  /** A new session of the stream. */
  reconnected(): void {
    this.#session.again(this.call.connectedAt !== null);
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
      this.#board.initiation({ type: "ignore", id: this.id });
    } else this.#close("gone", end);
  }

  #controls(): CallControls {
    const media = (task: (media: CallMedia) => Promise<unknown>) => {
      void this.#guard(async () => void (await task(this.#media)));
    };
    return {
      accept: ({ video }) => this.#accept(video),
      decline: () => this.#decline(),
      hangUp: () => (this.#ringsHere ? this.#decline() : this.#hangUp()),
      mute: (on) => media((one) => one.mute(on)),
      turnCamera: (on) => media((one) => one.turnCamera(on)),
      useDevice: (kind, deviceId) => media((one) => one.useDevice(kind, deviceId)),
      shareScreen: (on) => media((one) => one.shareScreen(on)),
      hold: (on) => {
        if (this.call.connectedAt === null) return;
        if (!on) this.#board.turnedTo(this.id);
        media((one) => this.#hold(one.hold(on)));
      },
      sendTones: (tones) => void this.#session.peer?.sendTones(tones),
      getStats: async () => (await this.#session.peer?.stats()) ?? null,
    };
  }

  get #ringsHere(): boolean {
    return this.call.direction === "incoming" && this.call.state === "ringing";
  }

  get #isOver(): boolean {
    return this.call.state === "ended";
  }

  #begin(sid: string, role: Role, device: string | null): CallSession {
    return new CallSession(this.#sessionPort(), sid, role, device);
  }

  async #initiate(device: string): Promise<void> {
    this.#session.device = device;
    if (this.call.connectedAt === null) this.#update({ state: "connecting" });
    await this.#guard(async () => {
      await this.#offer;
      if (!this.#isOver) await this.#session.initiate();
    });
  }

  #accept(video: boolean): void {
    if (!this.#ringsHere) return;
    this.#answered = true;
    this.#board.turnedTo(this.id);
    this.#update({ state: "connecting" });
    if (!this.#session.offered) this.#board.initiation({ type: "proceed", id: this.id });
    void this.#guard(async () => {
      // Captured while the caller's session-initiate is on its way.
      await this.#media.capture(video);
      await this.#answer();
    });
  }

  /** Once the user has accepted, the offer is here and so is the microphone, in whatever order. */
  async #answer(): Promise<void> {
    if (!this.#answered || this.#isOver) return;
    const stream = await this.#media.stream;
    if (stream && !this.#isOver) await this.#session.answer(stream);
  }

  async #heard(event: SessionEvent): Promise<void> {
    if (this.#isDirect && event.type === "received" && event.jingle.action === "session-accept") {
      this.#isDirect = false;
      this.#update({ state: "connecting" });
      this.#awaitMedia();
    }
    await this.#session.hear(event);
    if (event.type !== "received" || event.jingle.action !== "session-initiate") return;
    this.#board.initiation({ type: "joined", id: this.id });
    await this.#answer();
  }

  #informed(info: SessionInfo): void {
    const { type } = info;
    if (type === "ringing" && this.call.state === "calling") this.#update({ state: "ringing" });
    if (type === "mute" || type === "unmute") this.#media.heardMute(type === "mute", info.name);
    const held = holdBy(info);
    if (held !== null) void this.#guard(() => this.#hold(this.#media.heardHold(held)));
  }

  /** On hold or not, as soon as that is done. */
  async #hold(done: Promise<void>): Promise<void> {
    await done;
    const { state } = this.call;
    if (state === "connected" || state === "held") this.#update({ state: talkingState(this.call) });
  }

  // Media

  #sessionPort(): CallSessionPort {
    return {
      board: this.#board,
      address: this.call.address,
      connection: (state) => this.#connectionChanged(state),
      track: (track, mid) => this.#media.heardTrack(track, mid),
      described: () => this.#isDirect || this.#awaitMedia(),
      settled: () => {
        this.#board.initiation({ type: "active", id: this.id });
        this.#media.show();
        void this.#guard(() => this.#media.restore());
      },
      added: (jingle) => this.#added(jingle),
      refused: (action) => this.#refused(action),
      guard: (task) => this.#guard(task),
    };
  }

  #added({ contents }: Jingle): void {
    const isScreen = (content: Jingle["contents"][number]) => content.description?.categories.includes("slides");
    for (const content of contents) if (isScreen(content)) this.#screens.add(content.name);
    const pictures = contents.filter((one) => one.description?.media === "video" && !isScreen(one));
    this.#media.takesAdded(pictures.map(({ name }) => name));
  }

  #refused(action: string): void {
    if (action === "transport-info") this.#lost();
    if (action !== "content-add") return;
    this.#isClosedToMore = true;
    void this.#guard(() => this.#media.refused());
  }

  #isScreen(mid: string): boolean {
    return this.#screens.has(this.#session.names.contentOf(mid)?.name ?? "");
  }

  #connectionChanged(state: RTCPeerConnectionState): void {
    if (this.#isOver) return;
    const { role, dialect } = this.#session;
    this.#recovery.changed(state, this.call.connectedAt !== null, role, dialect.restart);
    if (this.#isOver) return;
    if (state === "connected") {
      clearTimeout(this.#giveUp);
      this.#update({ state: talkingState(this.call), connectedAt: this.call.connectedAt ?? Date.now() });
      this.#media.show();
    } else if (state === "disconnected" || state === "failed") {
      if (this.call.connectedAt !== null) this.#update({ state: "reconnecting" });
    }
  }

  #awaitMedia(): void {
    this.#giveUp = setTimeout(() => this.#lost(), CONNECT_TIMEOUT);
  }

  #lost(): void {
    this.#close("connectivity-error", { reason: "connection-lost", by: "network" });
  }

  #mediaPort(): MediaPort {
    const flow = this;
    return {
      get call() {
        return flow.call;
      },
      get peer() {
        return flow.#session.peer;
      },
      get can() {
        const { dialect, isDescribed } = flow.#session;
        const more = isDescribed && !flow.#isClosedToMore;
        const { addVideo, addScreen, modifyForHold } = dialect;
        return { addVideo: more && addVideo, addScreen: more && addScreen, modify: modifyForHold };
      },
      contentName: (kind) => this.#session.contentName(kind),
      isRemoteScreen: (mid) => this.#isScreen(mid),
      update: (change) => this.#update(change),
      tell: (info) => this.#session.tell(info),
    };
  }

  // The end

  /** Ends the call from our side, and tells the other side as far as the call has come. */
  #close(condition: ReasonCondition, end: CallEnd): void {
    if (this.#isOver) return;
    const { isDescribed, offered, role, device } = this.#session;
    const proposed = role === "initiator" && !this.isDialling && device === null;
    // Ended first, so that the words are these and not those of the session that ends with it.
    this.#end(end);
    if (isDescribed || offered) this.#session.terminate(condition);
    else if (proposed) this.#board.initiation({ type: "retract", id: this.id, reason: "cancel" });
    if (device !== null) this.#board.initiation({ type: "finish", id: this.id, reason: condition });
  }

  #hangUp(): void {
    const unanswered = this.call.direction === "outgoing" && this.call.connectedAt === null;
    this.#close(unanswered ? "cancel" : "success", { reason: unanswered ? "cancelled" : "hung-up", by: "us" });
  }

  #decline(): void {
    if (!this.#ringsHere) return;
    this.#end({ reason: "declined", by: "us" });
    if (this.#session.offered) this.#session.terminate("decline");
    else this.#board.initiation({ type: "reject", id: this.id, reason: "decline" });
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
    clearTimeout(this.#giveUp);
    this.#recovery.stop();
    const nothing = { localStream: null, remoteStream: null, localScreen: null, remoteScreen: null };
    this.#update({ state: "ended", end, endedAt: Date.now(), ...nothing });
    this.#media.stop();
    this.#session.close();
    this.#board.over(this.id);
  }
}
