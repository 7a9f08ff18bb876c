import { type GatheredCandidate, Ice, type Medium } from "./ice.js";
import { FakeMediaStream } from "./media.js";
import { type Local, Negotiation, type Remote } from "./negotiation.js";
import { type Kind, receives, sends } from "./session-description.js";
import type { FakeReceiver, FakeSender, FakeTransceiver } from "./transceiver.js";

type Handler<Name extends keyof RTCPeerConnectionEventMap> = ((event: RTCPeerConnectionEventMap[Name]) => void) | null;

/**
 * Stands for RTCPeerConnection where there is none: writes and reads SDP as browsers do, keeps their state machine with
 * their errors (W3C webrtc-pc, section 4), gathers a candidate per section, and connects to the connection of the same
 * FakeNetwork whose description it was given, if the fingerprint is right. It carries no media and no data channels.
 */
export class FakePeerConnection extends EventTarget {
  onicecandidate: Handler<"icecandidate"> = null;
  onicegatheringstatechange: Handler<"icegatheringstatechange"> = null;
  oniceconnectionstatechange: Handler<"iceconnectionstatechange"> = null;
  onconnectionstatechange: Handler<"connectionstatechange"> = null;
  onsignalingstatechange: Handler<"signalingstatechange"> = null;
  onnegotiationneeded: Handler<"negotiationneeded"> = null;
  ontrack: Handler<"track"> = null;
  readonly ice: Ice;
  readonly #negotiation: Negotiation;
  readonly #streams = new Map<string, FakeMediaStream>();
  #configuration: RTCConfiguration;
  #created: { readonly local: Local; readonly sdp: string } | null = null;
  #closed = false;
  /** webrtc-pc's operations chain: one after the other. */
  #operations: Promise<unknown> = Promise.resolve();
  #connectedAt = 0;

  constructor(medium: Medium, configuration: RTCConfiguration = {}) {
    super();
    this.#configuration = configuration;
    this.ice = new Ice(medium, {
      candidate: (candidate) => this.#fire("icecandidate", { candidate: candidate && asCandidate(candidate) }),
      gathering: () => this.#fire("icegatheringstatechange"),
      state: (state) => {
        if (state === "connected") this.#connectedAt = Date.now();
        this.#fire("iceconnectionstatechange");
        this.#fire("connectionstatechange");
      },
    });
    this.#negotiation = new Negotiation(this.ice, {
      state: () => this.#fire("signalingstatechange"),
      track: (transceiver, streams) => this.#hear(transceiver, streams),
      needed: () => this.#fire("negotiationneeded"),
    });
  }

  get signalingState(): RTCSignalingState {
    return this.#closed ? "closed" : this.#negotiation.state;
  }

  get connectionState(): RTCPeerConnectionState {
    return this.ice.state;
  }

  get iceConnectionState(): RTCIceConnectionState {
    return this.ice.state === "connecting" ? "checking" : this.ice.state;
  }

  get iceGatheringState(): RTCIceGatheringState {
    return this.ice.gathering;
  }

  get currentLocalDescription(): RTCSessionDescription | null {
    return this.#ours(this.#negotiation.current.local);
  }

  get pendingLocalDescription(): RTCSessionDescription | null {
    return this.#ours(this.#negotiation.pending.local);
  }

  get localDescription(): RTCSessionDescription | null {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }

  get currentRemoteDescription(): RTCSessionDescription | null {
    return theirs(this.#negotiation.current.remote);
  }

  get pendingRemoteDescription(): RTCSessionDescription | null {
    return theirs(this.#negotiation.pending.remote);
  }

  get remoteDescription(): RTCSessionDescription | null {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription;
  }

  getConfiguration(): RTCConfiguration {
    return this.#configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#checkOpen();
    this.#configuration = configuration;
  }

  getTransceivers(): FakeTransceiver[] {
    return [...this.#negotiation.transceivers];
  }

  getSenders(): FakeSender[] {
    return this.getTransceivers().map(({ sender }) => sender);
  }

  getReceivers(): FakeReceiver[] {
    return this.getTransceivers().map(({ receiver }) => receiver);
  }

  addTrack(track: MediaStreamTrack, ...streams: MediaStream[]): FakeSender {
    this.#checkOpen();
    const { transceivers } = this.#negotiation;
    if (transceivers.some(({ sender }) => sender.track === track)) {
      throw new DOMException("A sender already exists for the track.", "InvalidAccessError");
    }
    // webrtc-pc 5.1: one that has never sent takes the track, otherwise there is a new one.
    const free = transceivers.find(({ kind, sender, stopped, memory }) => {
      return kind === track.kind && sender.track === null && !stopped && !memory.hasSent;
    });
    if (!free) {
      const added = this.#negotiation.add(track.kind as Kind, "sendrecv", track, streams);
      added.memory.byAddTrack = true;
      return added.sender;
    }
    free.sender.track = track;
    free.sender.setStreams(...streams);
    free.direction = receives(free.direction) ? "sendrecv" : "sendonly";
    return free.sender;
  }

  removeTrack(sender: FakeSender): void {
    this.#checkOpen();
    const transceiver = this.#negotiation.transceivers.find((one) => one.sender === sender);
    if (!transceiver) throw new DOMException("The sender is not of this connection.", "InvalidAccessError");
    sender.track = null;
    if (!transceiver.stopped) transceiver.direction = receives(transceiver.direction) ? "recvonly" : "inactive";
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init: RTCRtpTransceiverInit = {}): FakeTransceiver {
    this.#checkOpen();
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    if (kind !== "audio" && kind !== "video") throw new TypeError(`"${kind}" is not a kind of media.`);
    return this.#negotiation.add(kind, init.direction ?? "sendrecv", track, init.streams ?? []);
  }

  createOffer(): Promise<RTCSessionDescriptionInit> {
    return this.#run(() => this.#create(this.#negotiation.makeOffer()));
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    return this.#run(() => this.#create(this.#negotiation.makeAnswer()));
  }

  /** Without a description: the offer or the answer that is due. */
  setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
    return this.#run(() => {
      const due = this.#negotiation.state === "have-remote-offer" ? "answer" : "offer";
      const { type = due, sdp = "" } = description ?? {};
      if (type === "rollback") return this.#negotiation.rollBack();
      if (type === "pranswer") throw new DOMException("pranswer is not played here.", "NotSupportedError");
      if (sdp !== "" && sdp !== this.#created?.sdp) {
        throw new DOMException("The SDP is not the one that was created.", "InvalidModificationError");
      }
      const fresh = () => (type === "offer" ? this.#negotiation.makeOffer() : this.#negotiation.makeAnswer());
      const local = sdp !== "" && this.#created ? this.#created.local : fresh();
      this.#negotiation.setLocal(local);
      this.ice.gather(transportsOf(local));
    });
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    return this.#run(() => {
      const { type, sdp = "" } = description;
      if (type === "rollback") return this.#negotiation.rollBack();
      if (type === "pranswer") throw new DOMException("pranswer is not played here.", "NotSupportedError");
      this.#negotiation.setRemote(type, sdp);
    });
  }

  addIceCandidate(init?: RTCIceCandidateInit | null): Promise<void> {
    const { candidate = "", sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = init ?? {};
    if (candidate !== "" && sdpMid === null && sdpMLineIndex === null) {
      return Promise.reject(new TypeError("sdpMid and sdpMLineIndex are both null"));
    }
    return this.#run(() => {
      const remote = this.#negotiation.pending.remote ?? this.#negotiation.current.remote;
      if (!remote) throw new DOMException("The remote description was null", "InvalidStateError");
      if (candidate === "") return;
      const { sections } = remote;
      const section = sdpMid === null ? sections[sdpMLineIndex ?? 0] : sections.find(({ mid }) => mid === sdpMid);
      const known = usernameFragment === null || usernameFragment === section?.ufrag;
      if (!section || !known || !/^candidate:\S+ \d+ \S+ \d+ \S+ \d+ typ \S+/.test(candidate)) {
        throw new DOMException("Error processing ICE candidate", "OperationError");
      }
      this.ice.addCandidate(candidate);
    });
  }

  restartIce(): void {
    this.#negotiation.restartIce();
  }

  /** Figures that grow with the time since it was connected, so that a page has something to show. */
  async getStats(): Promise<RTCStatsReport> {
    const seconds = this.connectionState === "connected" ? (Date.now() - this.#connectedAt) / 1000 : 0;
    const bytes = Math.round(seconds * 4000);
    const report = new Map<string, object>();
    for (const { mid, kind, currentDirection } of this.#negotiation.transceivers) {
      const flow = { kind, mid, timestamp: Date.now() };
      const inbound = { ...flow, id: `I${mid}`, type: "inbound-rtp", bytesReceived: bytes };
      const outbound = { ...flow, id: `O${mid}`, type: "outbound-rtp", bytesSent: bytes };
      if (receives(currentDirection)) report.set(inbound.id, inbound);
      if (sends(currentDirection)) report.set(outbound.id, outbound);
    }
    return report as unknown as RTCStatsReport;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.ice.close();
    for (const { receiver } of this.#negotiation.transceivers) receiver.track.stop();
  }

  #create(local: Local): RTCSessionDescriptionInit {
    this.#created = { local, sdp: this.#negotiation.write(local) };
    return { type: local.type, sdp: this.#created.sdp };
  }

  #hear(transceiver: FakeTransceiver, ids: readonly string[]): void {
    const { receiver } = transceiver;
    const streams = ids.map((id) => {
      const stream = this.#streams.get(id) ?? new FakeMediaStream([], id);
      stream.addTrack(receiver.track);
      this.#streams.set(id, stream);
      return stream;
    });
    this.#fire("track", { track: receiver.track, receiver, transceiver, streams });
  }

  #ours(local: Local | null): RTCSessionDescription | null {
    return local && asDescription(local.type, this.#negotiation.write(local));
  }

  #fire(type: keyof RTCPeerConnectionEventMap & `${string}`, properties: object = {}): void {
    if (this.#closed) return;
    const event = Object.assign(new Event(type), properties);
    const handlers = this as unknown as Record<string, ((event: Event) => void) | null | undefined>;
    handlers[`on${type}`]?.(event);
    this.dispatchEvent(event);
  }

  #run<T>(operation: () => T): Promise<T> {
    const result = this.#operations.then(() => {
      this.#checkOpen();
      return operation();
    });
    this.#operations = result.catch(() => {});
    return result;
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new DOMException("The RTCPeerConnection's signalingState is 'closed'.", "InvalidStateError");
  }
}

/** Where candidates are gathered: once bundling is agreed, only the first section has a transport of its own. */
function transportsOf({ type, sections, bundled }: Local): { readonly mid: string; readonly index: number }[] {
  return sections
    .map(({ mid, rejected }, index) => ({ mid, rejected, index }))
    .filter(({ mid, rejected }) => !rejected && (type === "offer" || !bundled.includes(mid) || bundled[0] === mid));
}

function theirs(remote: Remote | null): RTCSessionDescription | null {
  return remote && asDescription(remote.type, remote.text);
}

function asDescription(type: "offer" | "answer", sdp: string): RTCSessionDescription {
  return { type, sdp, toJSON: () => ({ type, sdp }) };
}

function asCandidate(candidate: GatheredCandidate): object {
  return { ...candidate, toJSON: () => candidate };
}
