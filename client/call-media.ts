import type { SessionInfo } from "../jingle/xep/0167.js";
import type { Call, CallFacts } from "./call.js";
import { LocalMedia } from "./local-media.js";
import type { MediaSource } from "./media.js";
import type { Peer } from "./peer.js";

/** What the media of a call need of the rest of it. */
export interface MediaPort {
  readonly call: Call;
  readonly peer: Peer | null;
  /** The content that carries a kind of media, once there is one. */
  contentName(kind: "audio" | "video"): string | undefined;
  update(change: Partial<CallFacts>): void;
  /** Tells the other side, as soon as there is a session in which it can be told. */
  tell(info: SessionInfo): void;
}

/** After 1, 2, 4, 8, 16 and 32 s. */
const TRIES = 6;

/** Sound and picture of one call: ours as we switch it, theirs as we are told. */
export class CallMedia {
  readonly #local: LocalMedia;
  readonly #port: MediaPort;
  #pictureOff = false;
  /** What the other side was told last of each. */
  readonly #told = new Map<"audio" | "video", boolean>();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: MediaSource, port: MediaPort) {
    this.#local = new LocalMedia(source);
    this.#port = port;
  }

  /** Our own, once it is captured; null while nothing was asked for. */
  get stream(): Promise<MediaStream> | null {
    return this.#local.stream;
  }

  /** @throws MediaProblem */
  async capture(video: boolean): Promise<MediaStream> {
    const stream = await this.#local.capture(video);
    if (!this.#isOver) this.#port.update({ localStream: stream, cameraOn: stream.getVideoTracks().length > 0 });
    return stream;
  }

  async mute(on: boolean): Promise<void> {
    this.#port.update({ muted: on });
    await this.#local.mute(on);
    this.#tell("audio", on);
  }

  async turnCamera(on: boolean): Promise<void> {
    const { call, peer } = this.#port;
    if (on === call.cameraOn || !call.canCamera) return;
    const track = await this.#local.turnCamera(on);
    if (track === undefined || this.#isOver) return;
    await peer?.replaceTrack("video", track);
    this.#port.update({ cameraOn: on });
    this.#tell("video", !on);
  }

  /** 0167-13: without a name it means all contents. */
  heardMute(muted: boolean, name: string | undefined): void {
    const means = (kind: "audio" | "video") => name === undefined || name === this.#port.contentName(kind);
    if (means("audio")) this.#port.update({ remoteMuted: muted });
    if (means("video")) this.#pictureOff = muted;
    this.show();
  }

  /** Brings what is to be seen up to what was negotiated. */
  show(): void {
    const { peer } = this.#port;
    if (this.#isOver || !peer) return;
    const remoteVideo = peer.receives("video") && !this.#pictureOff;
    this.#port.update({ canCamera: peer.canSend("video"), remoteVideo });
  }

  /**
   * What was told came back: the other side was away, or a session of the stream was lost with it. It is told again, for
   * as long as one who lost the connection takes to come back.
   */
  unheard(): void {
    if (this.#tries >= TRIES || this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        for (const [kind, off] of this.#told) this.#say(kind, off);
      },
      1000 * 2 ** this.#tries++,
    );
  }

  /** The other side is there. */
  heard(): void {
    this.#tries = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#local.stop();
  }

  get #isOver(): boolean {
    return this.#port.call.state === "ended";
  }

  #tell(kind: "audio" | "video", off: boolean): void {
    this.#told.set(kind, off);
    this.#tries = 0;
    this.#say(kind, off);
  }

  #say(kind: "audio" | "video", off: boolean): void {
    const name = this.#port.contentName(kind);
    if (name !== undefined) this.#port.tell({ type: off ? "mute" : "unmute", creator: "initiator", name });
  }
}
