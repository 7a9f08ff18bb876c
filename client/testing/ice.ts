// Transport of a stand-in: gathers one candidate per section, and is connected once both sides know of each other

/** What joins the transports of one test. */
export interface Medium {
  readonly reachable: boolean;
  /** How long a candidate takes to be found. ms */
  readonly gatherAfter: number;
  readonly candidatesEach: number;
  /** The open transport that goes by this user fragment. */
  find(ufrag: string): Ice | undefined;
}

export interface GatheredCandidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
  readonly usernameFragment: string;
}

export interface IceListener {
  /** Null: there are no more. */
  candidate(candidate: GatheredCandidate | null): void;
  gathering(state: RTCIceGatheringState): void;
  state(state: RTCPeerConnectionState): void;
}

interface Remote {
  readonly ufrag: string;
  readonly fingerprint: string;
}

export class Ice {
  readonly fingerprint = hex(32)
    .toUpperCase()
    .replace(/..(?=.)/g, "$&:");
  ufrag = hex(2);
  /** Were there other credentials before? */
  hasRestarted = false;
  password = hex(12);
  state: RTCPeerConnectionState = "new";
  gathering: RTCIceGatheringState = "new";
  /** Of the other side, by whichever way they came. */
  remoteCandidates: readonly string[] = [];
  readonly #medium: Medium;
  readonly #listener: IceListener;
  readonly #gathered = new Map<string, string[]>();
  readonly #waiting: { readonly mid: string; readonly index: number }[] = [];
  #remote: Remote | null = null;
  #negotiated = false;

  constructor(medium: Medium, listener: IceListener) {
    this.#medium = medium;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.state !== "closed";
  }

  /** The lines of a=candidate that belong to a section by now. */
  candidatesOf(mid: string): readonly string[] {
    return this.#gathered.get(mid) ?? [];
  }

  gather(sections: readonly { readonly mid: string; readonly index: number }[]): void {
    const fresh = sections.filter(
      ({ mid }) => !this.#gathered.has(mid) && !this.#waiting.some((one) => one.mid === mid),
    );
    if (fresh.length === 0) return;
    this.#waiting.push(...fresh);
    this.#gathering("gathering");
    if (this.#waiting.length === fresh.length) setTimeout(() => this.#gatherNext(), this.#medium.gatherAfter);
  }

  /** New credentials; the old candidates are worth nothing. */
  restart(): void {
    this.hasRestarted = true;
    this.ufrag = hex(2);
    this.password = hex(12);
    this.#gathered.clear();
  }

  /** The other side, as its description has it. */
  setRemote(remote: Remote, candidates: readonly string[]): void {
    if (remote.ufrag !== this.#remote?.ufrag) this.remoteCandidates = [];
    this.remoteCandidates = [...this.remoteCandidates, ...candidates];
    this.#remote = remote;
  }

  knows(ufrag: string): boolean {
    return this.#remote?.ufrag === ufrag;
  }

  addCandidate(candidate: string): void {
    this.remoteCandidates = [...this.remoteCandidates, candidate];
    this.check();
  }

  /** Offer and answer are both there. */
  negotiated(): void {
    this.#negotiated = true;
    if (this.state === "new") this.#set("connecting");
    this.check();
  }

  /** Looks whether it can be connected now; the medium calls it too, when it changes. */
  check(): void {
    const partner = this.#partner();
    if (!this.#medium.reachable) this.#later(() => this.#unreachable());
    else if (partner && partner.remoteCandidates.length + this.remoteCandidates.length > 0) {
      this.#later(() => this.#connect(partner));
      partner.#later(() => partner.#connect(this));
    }
  }

  close(): void {
    this.state = "closed";
    this.#waiting.length = 0;
  }

  #partner(): Ice | undefined {
    const partner = this.#remote ? this.#medium.find(this.#remote.ufrag) : undefined;
    if (!partner || !this.#negotiated) return undefined;
    return partner.#negotiated && partner.knows(this.ufrag) ? partner : undefined;
  }

  /** RFC 8122: the certificate has to be the one that was announced. */
  #connect(partner: Ice): void {
    if (!this.#medium.reachable || !partner.isOpen) return;
    this.#set(this.#remote?.fingerprint === partner.fingerprint ? "connected" : "failed");
  }

  #unreachable(): void {
    if (this.#medium.reachable || this.state === "new") return;
    this.#set(this.state === "connected" ? "disconnected" : "failed");
  }

  #gatherNext(): void {
    const next = this.#waiting.shift();
    if (!this.isOpen || !next) return;
    const { mid, index } = next;
    for (let i = 1; i <= this.#medium.candidatesEach; i++) {
      const port = 50_000 + 256 * i + Number.parseInt(hex(1), 16);
      const candidate = `candidate:${i} 1 udp 2122260223 192.0.2.${i} ${port} typ host generation 0 ufrag ${this.ufrag}`;
      this.#gathered.set(mid, [...this.candidatesOf(mid), candidate]);
      this.#listener.candidate({ candidate, sdpMid: mid, sdpMLineIndex: index, usernameFragment: this.ufrag });
    }
    if (this.#waiting.length > 0) {
      setTimeout(() => this.#gatherNext(), this.#medium.gatherAfter);
      return;
    }
    this.#gathering("complete");
    this.#listener.candidate(null);
  }

  #gathering(state: RTCIceGatheringState): void {
    if (this.gathering === state) return;
    this.gathering = state;
    this.#listener.gathering(state);
  }

  #later(task: () => void): void {
    setTimeout(() => {
      if (this.isOpen) task();
    });
  }

  #set(state: RTCPeerConnectionState): void {
    if (this.state === state || !this.isOpen) return;
    this.state = state;
    this.#listener.state(state);
  }
}

function hex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
