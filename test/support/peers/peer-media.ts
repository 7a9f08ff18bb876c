import { FakeMedia, type FakeNetwork } from "#client/testing.js";
import { ContentNames } from "#jingle/description.js";
import { describe, toCandidates, toSdp, trickle } from "#jingle/translate.js";
import { type Action, type Jingle, otherRole, type Role } from "#jingle/xep/0166.js";
import { NS_RTP } from "#jingle/xep/0167.js";

export type Kind = "audio" | "video";

/** Features that every client has: nothing that is ours alone goes out to us, or is understood. */
const PLAIN: ReadonlySet<string> = new Set([NS_RTP]);

/** The media of a scripted peer: an RTCPeerConnection of the fake network, described in Jingle. */
export class PeerMedia {
  readonly pc: RTCPeerConnection;
  readonly names = new ContentNames();
  readonly role: Role;
  readonly #sid: string;
  readonly #found: RTCIceCandidate[] = [];
  readonly #early: Jingle[] = [];
  /** The other side's last SDP, whole. */
  #remote: string | undefined;
  readonly #gathered: Promise<void>;
  /** Told of each candidate once it may go out. */
  onCandidate: ((jingle: Jingle) => void) | null = null;

  constructor(network: FakeNetwork, role: Role, sid: string) {
    this.pc = network.peerConnection({});
    this.role = role;
    this.#sid = sid;
    this.#gathered = new Promise((resolve) => {
      this.pc.onicecandidate = ({ candidate }) => {
        if (candidate) this.#found.push(candidate);
        else resolve();
        this.#trickle();
      };
    });
  }

  /** Every candidate of the first description is known. */
  gathered(): Promise<void> {
    return this.#gathered;
  }

  async capture(kinds: readonly Kind[]): Promise<void> {
    const stream = await new FakeMedia().capture({ audio: kinds.includes("audio"), video: kinds.includes("video") });
    for (const track of stream.getTracks()) this.pc.addTrack(track, stream);
  }

  /** Makes an offer of ours; `describe` says it. */
  async propose(): Promise<void> {
    await this.pc.setLocalDescription();
  }

  /** Gives new m-lines of ours the names of their media. */
  nameByKind(): void {
    for (const { mid, receiver } of this.pc.getTransceivers()) {
      if (mid !== null && !this.names.contentOf(mid))
        this.names.set(mid, { creator: this.role, name: receiver.track.kind });
    }
  }

  describe(action: Action, names?: readonly string[]): Jingle {
    const contents = names?.map((name) => this.names.midOf({ creator: this.role, name }) ?? name);
    const options = { action, sid: this.#sid, role: this.role, names: this.names, contents, peer: PLAIN };
    const said = describe(this.#local, options);
    // Candidates go by themselves; who sends them in its descriptions puts them in again.
    return { ...said, contents: said.contents.map((one) => withCandidates(one, [])) };
  }

  /** What a description holds of the candidates that are known. */
  withCandidates(jingle: Jingle): Jingle {
    const known = trickle(this.#local, this.#found.splice(0), this.#trickleOptions);
    const of = (name: string) => known.flatMap(({ contents }) => contents).filter((one) => one.name === name);
    const candidates = (name: string) => of(name).flatMap(({ transport }) => transport?.candidates ?? []);
    return { ...jingle, contents: jingle.contents.map((one) => withCandidates(one, candidates(one.name))) };
  }

  /** Takes an offer, whole or of a change, and answers it. @param ready what we add to it before we answer. */
  async takeOffer(jingle: Jingle, ready: () => Promise<void> = async () => {}): Promise<void> {
    const role = otherRole(this.role);
    const sdp = toSdp(jingle, { role, type: "offer", previous: this.#remote, names: this.names });
    await this.pc.setRemoteDescription({ type: "offer", sdp });
    await ready();
    await this.pc.setLocalDescription();
    this.#remote = sdp;
    await this.#admit();
  }

  async takeAnswer(jingle: Jingle): Promise<void> {
    const options = { role: otherRole(this.role), type: "answer", offer: this.#local, names: this.names } as const;
    const sdp = toSdp(jingle, { ...options, previous: this.#remote });
    await this.pc.setRemoteDescription({ type: "answer", sdp });
    this.#remote = sdp;
    await this.#admit();
  }

  async addCandidates(jingle: Jingle): Promise<void> {
    this.#early.push(jingle);
    if (this.#remote !== undefined) await this.#admit();
  }

  /** From now on candidates go out as they are found. */
  release(onCandidate: (jingle: Jingle) => void): void {
    this.onCandidate = onCandidate;
    this.#trickle();
  }

  /** Are these not the other side's credentials of before? */
  isFresh({ contents }: Jingle): boolean {
    const known = (ufrag: string) => this.#remote?.includes(`a=ice-ufrag:${ufrag}\r\n`);
    return contents.some(({ transport }) => transport?.ufrag !== undefined && !known(transport.ufrag));
  }

  transceiver(kind: Kind): RTCRtpTransceiver | undefined {
    return this.pc
      .getTransceivers()
      .find(({ receiver, direction }) => receiver.track.kind === kind && direction !== "stopped");
  }

  receives(kind: Kind): boolean {
    return /recv/.test(this.transceiver(kind)?.currentDirection ?? "");
  }

  sends(kind: Kind): boolean {
    const found = this.transceiver(kind);
    return /send/.test(found?.currentDirection ?? "") && found?.sender.track !== null;
  }

  close(): void {
    this.onCandidate = null;
    this.pc.close();
  }

  get #local(): string {
    return this.pc.localDescription?.sdp ?? "";
  }

  get #trickleOptions() {
    return { sid: this.#sid, role: this.role, names: this.names, peer: PLAIN, oneEach: true };
  }

  #trickle(): void {
    if (!this.onCandidate) return;
    for (const jingle of trickle(this.#local, this.#found.splice(0), this.#trickleOptions)) this.onCandidate(jingle);
  }

  async #admit(): Promise<void> {
    for (const jingle of this.#early.splice(0)) {
      for (const candidate of toCandidates(jingle, { names: this.names }))
        await this.pc.addIceCandidate({ ...candidate });
    }
  }
}

type Content = Jingle["contents"][number];

function withCandidates(content: Content, candidates: NonNullable<Content["transport"]>["candidates"]): Content {
  return content.transport ? { ...content, transport: { ...content.transport, candidates } } : content;
}
