/** What a peer needs of RTCPeerConnection's constructor; a test brings its own. */
export type PeerConnectionFactory = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface PeerEvents {
  candidate(candidate: RTCIceCandidate): void;
  connection(state: RTCPeerConnectionState): void;
  track(track: MediaStreamTrack, mid: string | null): void;
}

export interface RemoteCandidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly usernameFragment: string | null;
}

/** One RTCPeerConnection behind one queue, so that no two descriptions interleave. It knows SDP, never Jingle. */
export class Peer {
  readonly #pc: RTCPeerConnection;
  /** Candidates that came before the remote description; browsers refuse them (t-18). */
  readonly #early: RemoteCandidate[] = [];
  #queue: Promise<unknown> = Promise.resolve();

  constructor(pc: RTCPeerConnection, events: PeerEvents) {
    this.#pc = pc;
    // t-17: an empty candidate and null say "no more", for which ice-udp:1 has no word.
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && events.candidate(candidate);
    pc.onconnectionstatechange = () => events.connection(pc.connectionState);
    pc.ontrack = ({ track, transceiver }) => events.track(track, transceiver.mid);
  }

  /** Our description as it is now, with the candidates that are known. */
  get localSdp(): string {
    return this.#pc.localDescription?.sdp ?? "";
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

  addCandidates(candidates: readonly RemoteCandidate[]): Promise<void> {
    return this.#run(async () => {
      this.#early.push(...candidates);
      if (this.#pc.remoteDescription) await this.#admitEarly();
    });
  }

  /** Puts another track, or none, in the place of the one that we send of its kind; no renegotiation. */
  replaceTrack(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void> {
    return this.#run(async () => {
      await this.#senderOf(kind)?.replaceTrack(track);
    });
  }

  /** Do we have a section of this kind in which we may send? */
  canSend(kind: "audio" | "video"): boolean {
    return this.#senderOf(kind) !== undefined;
  }

  /** Does the other side send in a section of this kind, as negotiated? */
  receives(kind: "audio" | "video"): boolean {
    return this.#pc.getTransceivers().some(({ receiver, currentDirection }) => {
      return receiver.track.kind === kind && (currentDirection === "sendrecv" || currentDirection === "recvonly");
    });
  }

  midOf(kind: "audio" | "video"): string | null {
    return this.#pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.mid ?? null;
  }

  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  close(): void {
    this.#pc.onicecandidate = null;
    this.#pc.onconnectionstatechange = null;
    this.#pc.ontrack = null;
    this.#pc.close();
  }

  #senderOf(kind: "audio" | "video"): RTCRtpSender | undefined {
    return this.#pc.getTransceivers().find(({ receiver, currentDirection }) => {
      return receiver.track.kind === kind && (currentDirection === "sendrecv" || currentDirection === "sendonly");
    })?.sender;
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
