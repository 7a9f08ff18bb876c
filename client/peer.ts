/** What a peer needs of RTCPeerConnection's constructor; a test brings its own. */
export type PeerConnectionFactory = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface PeerEvents {
  candidate(candidate: RTCIceCandidate): void;
  connection(state: RTCPeerConnectionState): void;
  track(track: MediaStreamTrack, mid: string | null): void;
  /** Something is wanted that no description says yet. */
  needed(): void;
}

export interface RemoteCandidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly usernameFragment: string | null;
}

/** One RTCPeerConnection behind one queue, so that no two descriptions interleave. It knows SDP, never Jingle. */
export class Peer {
  readonly #pc: RTCPeerConnection;
  readonly #needed: () => void;
  /** Candidates that came before the remote description; browsers refuse them (t-18). */
  readonly #early: RemoteCandidate[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #screen: RTCRtpTransceiver | null = null;
  /** What each is for once we take the call up again. */
  readonly #held = new Map<RTCRtpTransceiver, RTCRtpTransceiverDirection>();
  /** What each is for as soon as the other side lets it: it is not ours to say so. */
  readonly #wished = new Map<RTCRtpTransceiver, RTCRtpTransceiverDirection>();

  constructor(pc: RTCPeerConnection, events: PeerEvents) {
    this.#pc = pc;
    // t-17: an empty candidate and null say "no more", for which ice-udp:1 has no word.
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && events.candidate(candidate);
    pc.onconnectionstatechange = () => events.connection(pc.connectionState);
    this.#needed = () => events.needed();
    pc.onnegotiationneeded = this.#needed;
    pc.ontrack = ({ track, transceiver }) => events.track(track, transceiver.mid);
  }

  /** Our description as it is now, with the candidates that are known. */
  get localSdp(): string {
    return this.#pc.localDescription?.sdp ?? "";
  }

  /** Waits until every candidate is found, but no longer than `patience` ms. */
  gathered(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        if (this.#pc.iceGatheringState !== "complete" && this.#pc.connectionState !== "closed") return;
        clearTimeout(timer);
        this.#pc.onicegatheringstatechange = null;
        resolve();
      };
      const timer = setTimeout(resolve, patience);
      this.#pc.onicegatheringstatechange = done;
      done();
    });
  }

  /** Makes our offer. A kind without a track of ours is offered to be received only. */
  offer(stream: MediaStream, kinds: readonly ("audio" | "video")[]): Promise<string> {
    return this.#run(async () => {
      for (const kind of kinds) {
        const track = stream.getTracks().find((one) => one.kind === kind);
        if (track) this.#pc.addTrack(track, stream);
        else this.#pc.addTransceiver(kind, { direction: "recvonly" });
      }
      await this.#pc.setLocalDescription();
      return this.localSdp;
    });
  }

  /** Takes the other side's offer and answers it with the tracks that we have; other sections only receive. */
  answer(offer: string, stream: MediaStream): Promise<string> {
    return this.#run(async () => {
      await this.#pc.setRemoteDescription({ type: "offer", sdp: offer });
      for (const track of stream.getTracks()) {
        const wanted = this.#pc.getTransceivers().some(({ receiver }) => receiver.track.kind === track.kind);
        if (wanted) this.#pc.addTrack(track, stream);
      }
      await this.#pc.setLocalDescription();
      await this.#admitEarly();
      return this.localSdp;
    });
  }

  accepted(answer: string): Promise<void> {
    return this.#run(async () => {
      await this.#pc.setRemoteDescription({ type: "answer", sdp: answer });
      await this.#admitEarly();
    });
  }

  /** A later offer of ours. */
  propose(): Promise<string> {
    return this.#run(async () => {
      await this.#pc.setLocalDescription();
      return this.localSdp;
    });
  }

  /** Takes back an offer that nobody has answered. */
  rollBack(): Promise<void> {
    return this.#run(async () => {
      if (this.#pc.signalingState === "have-local-offer") await this.#pc.setLocalDescription({ type: "rollback" });
    });
  }

  /**
   * Answers a later offer of the other side.
   * @param twoWay new sections to take in both directions, as they are offered: peers take an answer with other
   *   directions amiss (interop.md 2.8), and without a track of ours nothing is sent.
   */
  takeOffer(offer: string, twoWay: readonly string[] = []): Promise<string> {
    return this.#run(async () => {
      for (const [transceiver, wish] of this.#wished)
        if (transceiver.direction !== "stopped") transceiver.direction = wish;
      this.#wished.clear();
      await this.#pc.setRemoteDescription({ type: "offer", sdp: offer });
      for (const transceiver of this.#pc.getTransceivers()) {
        const isNew = transceiver.currentDirection === null && transceiver.direction === "recvonly";
        if (isNew && twoWay.includes(transceiver.mid ?? "")) transceiver.direction = "sendrecv";
      }
      await this.#pc.setLocalDescription();
      this.#settleForLess();
      return this.localSdp;
    });
  }

  addCandidates(candidates: readonly RemoteCandidate[]): Promise<void> {
    return this.#run(async () => {
      this.#early.push(...candidates);
      if (this.#pc.remoteDescription) await this.#admitEarly();
    });
  }

  /** Sends a track, or none, as the one of its kind. Where there is no section to send it in, one is wanted. */
  send(kind: "audio" | "video", track: MediaStreamTrack | null, stream: MediaStream): Promise<void> {
    return this.#run(async () => {
      const known = this.#sending(kind);
      if (known) await known.sender.replaceTrack(track);
      else if (track) {
        const sender = this.#pc.addTrack(track, stream);
        if (this.#isShut(sender)) this.#needed();
      }
    });
  }

  /** Sends a screen in a section of its own, which stays for the next one. */
  share(track: MediaStreamTrack, stream: MediaStream): Promise<void> {
    return this.#run(async () => {
      const screen = this.#screen;
      if (screen && screen.direction !== "stopped") {
        await screen.sender.replaceTrack(track);
        screen.direction = "sendonly";
      } else this.#screen = this.#pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    });
  }

  unshare(): Promise<void> {
    return this.#run(async () => {
      const screen = this.#screen;
      if (!screen || screen.direction === "stopped") return;
      this.#held.delete(screen);
      await screen.sender.replaceTrack(null);
      screen.direction = "inactive";
    });
  }

  isScreen(mid: string): boolean {
    return this.#screen?.mid === mid;
  }

  /** Is this track sent, or about to be? A section that was rejected sends nothing any more. */
  sends(track: MediaStreamTrack): boolean {
    return this.#pc
      .getTransceivers()
      .some(({ sender, direction }) => sender.track === track && direction !== "stopped");
  }

  /** Stops all sending and receiving, or takes it up as it was. */
  hold(on: boolean): void {
    for (const transceiver of on ? this.#pc.getTransceivers() : []) {
      const wanted = this.#wished.get(transceiver) ?? transceiver.direction;
      if (wanted === "inactive" || wanted === "stopped") continue;
      this.#held.set(transceiver, wanted);
      this.#wished.delete(transceiver);
      transceiver.direction = "inactive";
    }
    if (on) return;
    for (const [transceiver, wanted] of this.#held) {
      if (transceiver.direction === "inactive") transceiver.direction = wanted;
    }
    this.#held.clear();
  }

  restartIce(configuration: RTCConfiguration): void {
    this.#pc.setConfiguration(configuration);
    this.#pc.restartIce();
  }

  /** Plays DTMF tones into our voice (RFC 4733). @returns false when the other side did not agree to hear them. */
  sendTones(tones: string): boolean {
    const dtmf = this.#sending("audio")?.sender.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    dtmf.insertDTMF(dtmf.toneBuffer + tones);
    return true;
  }

  /** Do we have a section of this kind in which we may send? */
  canSend(kind: "audio" | "video"): boolean {
    return this.#sending(kind) !== undefined;
  }

  /** Does the other side send in a section of this kind, as negotiated? @param mids those that count. */
  receives(kind: "audio" | "video", counts: (mid: string) => boolean = () => true): boolean {
    return this.#pc.getTransceivers().some(({ receiver, currentDirection, mid }) => {
      const isReceiving = currentDirection === "sendrecv" || currentDirection === "recvonly";
      return receiver.track.kind === kind && isReceiving && counts(mid ?? "");
    });
  }

  midOf(kind: "audio" | "video"): string | null {
    const found = this.#pc.getTransceivers().find((transceiver) => {
      const { mid, direction, receiver } = transceiver;
      return receiver.track.kind === kind && mid !== null && direction !== "stopped" && transceiver !== this.#screen;
    });
    return found?.mid ?? null;
  }

  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  close(): void {
    this.#pc.onicecandidate = null;
    this.#pc.onconnectionstatechange = null;
    this.#pc.ontrack = null;
    this.#pc.onnegotiationneeded = null;
    this.#pc.close();
  }

  #sending(kind: "audio" | "video"): RTCRtpTransceiver | undefined {
    return this.#pc.getTransceivers().find((transceiver) => {
      const { receiver, currentDirection } = transceiver;
      if (receiver.track.kind !== kind || transceiver === this.#screen) return false;
      const direction = this.#held.get(transceiver) ?? this.#wished.get(transceiver) ?? currentDirection;
      return direction === "sendrecv" || direction === "sendonly";
    });
  }

  /**
   * Did the other side's offer leave no room for this? Then browsers say nothing: what it asked for, it has (webrtc-pc
   * §4.7.3). Dino adds its picture one-way.
   */
  #isShut(sender: RTCRtpSender): boolean {
    const mid = this.#pc.getTransceivers().find((one) => one.sender === sender)?.mid;
    const { currentLocalDescription, currentRemoteDescription } = this.#pc;
    const isSection = (text: string) => text.includes(`\na=mid:${mid}\r`);
    const section = currentRemoteDescription?.sdp.split("\nm=").find(isSection) ?? "";
    return currentLocalDescription?.type === "answer" && /\na=(?:sendonly|inactive)\r/.test(section);
  }

  /** Where the other side allows less than we want: Firefox would ask for it at once, and undo its hold. */
  #settleForLess(): void {
    for (const transceiver of this.#pc.getTransceivers()) {
      const { direction, currentDirection } = transceiver;
      if (direction === "stopped" || currentDirection === null || currentDirection === "stopped") continue;
      if (direction === currentDirection) continue;
      this.#wished.set(transceiver, direction);
      transceiver.direction = currentDirection;
    }
  }

  async #admitEarly(): Promise<void> {
    for (const candidate of this.#early.splice(0)) {
      // A candidate that this browser cannot use costs itself, not the call (0176-11).
      await this.#pc.addIceCandidate({ ...candidate }).catch(() => {});
    }
  }

  #run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }
}
