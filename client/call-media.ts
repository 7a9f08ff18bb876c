import type { SessionInfo } from "../jingle/xep/0167.js";
import type { Call, CallFacts } from "./call.js";
import { LocalMedia } from "./local-media.js";
import type { MediaSource } from "./media.js";
import type { Peer } from "./peer.js";

/** What the media of a call need of the rest of it. */
export interface MediaPort {
  readonly call: Call;
  readonly peer: Peer | null;
  /** What the other side's client can do in a running call. */
  readonly can: { readonly addVideo: boolean; readonly addScreen: boolean; readonly modify: boolean };
  /** The content that carries a kind of media, once there is one. */
  contentName(kind: "audio" | "video"): string | undefined;
  /** Does this m-line show the other side's screen? */
  readonly isRemoteScreen: (mid: string) => boolean;
  update(change: Partial<CallFacts>): void;
  /** Tells the other side, as soon as there is a session in which it can be told. */
  tell(info: SessionInfo): void;
}

/** Sound and picture of one call: ours as we switch it, theirs as we are told. */
export class CallMedia {
  readonly #local: LocalMedia;
  readonly #port: MediaPort;
  #pictureOff = false;
  /** The screen goes where the camera was: the other side takes one picture only. */
  #isScreenInstead = false;

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
    const { call } = this.#port;
    if (on === call.cameraOn || !call.canCamera) return;
    const track = await this.#local.turnCamera(on);
    if (track === undefined || this.#isOver) return this.#tellProblem("video");
    if (!this.#isScreenInstead) await this.#send("video", track);
    this.#port.update({ cameraOn: on, deviceProblem: null });
    this.#tell("video", !on);
  }

  async useDevice(kind: "audio" | "video", deviceId: string): Promise<void> {
    if (kind === "video" && !this.#port.call.cameraOn) return;
    const track = await this.#local.use(kind, deviceId);
    // Also when there is none: the stream is the same, and yet there is something new in it.
    this.#tellProblem(kind);
    if (track && !this.#isOver && (kind === "audio" || !this.#isScreenInstead)) await this.#send(kind, track);
  }

  async shareScreen(on: boolean): Promise<void> {
    const { call } = this.#port;
    if (on === (call.localScreen !== null) || (on && !call.canShare)) return;
    if (!on) return this.#unshare();
    const screen = await this.#local.share();
    const track = screen?.getVideoTracks()[0];
    const { peer, can } = this.#port;
    if (!screen || !track || !peer || this.#isOver) return;
    // The browser has a button of its own to stop it.
    track.addEventListener("ended", () => void this.#unshare());
    this.#port.update({ localScreen: screen });
    this.#isScreenInstead = !can.addScreen;
    if (can.addScreen) await peer.share(track, screen);
    else await peer.send("video", track, screen);
  }

  async hold(on: boolean): Promise<void> {
    if (on === this.#port.call.onHold) return;
    this.#port.update({ onHold: on });
    await this.#silence();
    for (const stream of [this.#port.call.remoteStream, this.#port.call.remoteScreen]) {
      for (const track of stream?.getTracks() ?? []) track.enabled = !on;
    }
    this.#port.tell({ type: on ? "hold" : "unhold" });
    if (this.#port.can.modify) this.#port.peer?.hold(on);
  }

  /** 0167-12: who is held stops sending, and goes on receiving. */
  async heardHold(held: boolean): Promise<void> {
    this.#port.update({ heldByPeer: held });
    await this.#silence();
  }

  /** 0167-18: all tracks of the other side are one stream, but for its screen. */
  heardTrack(track: MediaStreamTrack, mid: string | null): void {
    const isScreen = this.#port.isRemoteScreen(mid ?? "");
    const stream = (!isScreen && this.#port.call.remoteStream) || new MediaStream();
    stream.addTrack(track);
    this.#port.update(isScreen ? { remoteScreen: stream } : { remoteStream: stream });
  }

  /** 0167-13: without a name it means all contents. */
  heardMute(muted: boolean, name: string | undefined): void {
    const means = (kind: "audio" | "video") => name === undefined || name === this.#port.contentName(kind);
    if (means("audio")) this.#port.update({ remoteMuted: muted });
    if (means("video")) this.#pictureOff = muted;
    this.show();
  }

  /** Contents that the other side adds come without our picture: it is told so before it sees that we take them. */
  takesAdded(names: readonly string[]): void {
    if (this.#port.call.cameraOn) return;
    for (const name of names) this.#port.tell({ type: "mute", creator: "initiator", name });
  }

  /** The other side does not want our picture, or our screen. */
  async refused(): Promise<void> {
    const { call } = this.#port;
    if (call.localScreen) return this.#unshare();
    this.#port.update({ cameraOn: false });
    await this.#local.turnCamera(false);
  }

  /** Brings what is to be seen up to what was negotiated. */
  show(): void {
    const { peer, can, call, isRemoteScreen } = this.#port;
    if (this.#isOver || !peer) return;
    const isPicture = (mid: string) => !isRemoteScreen(mid);
    const canCamera = peer.canSend("video") || can.addVideo;
    this.#port.update({
      canCamera,
      canShare: this.#local.canShare && (can.addScreen || canCamera),
      remoteVideo: peer.receives("video", isPicture) && !this.#pictureOff,
      remoteScreen: peer.receives("video", isRemoteScreen) ? call.remoteScreen : null,
    });
  }

  /** Sends what is not sent any more because the section for it crossed one of the other side's, and lost. */
  async restore(): Promise<void> {
    const { call, peer } = this.#port;
    const camera = (await this.stream)?.getVideoTracks()[0];
    if (!peer || this.#isOver) return;
    if (camera && call.cameraOn && !this.#isScreenInstead && !peer.sends(camera)) await this.#send("video", camera);
    const screen = call.localScreen?.getVideoTracks()[0];
    if (!screen || peer.sends(screen)) return;
    if (this.#isScreenInstead) await this.#send("video", screen);
    else await peer.share(screen, call.localScreen!);
  }

  stop(): void {
    this.#local.stop();
  }

  get #isOver(): boolean {
    return this.#port.call.state === "ended";
  }

  #tellProblem(kind: "audio" | "video"): void {
    const reason = this.#local.problem;
    this.#port.update({ deviceProblem: reason && { kind, reason } });
  }

  #silence(): Promise<void> {
    const { onHold, heldByPeer } = this.#port.call;
    return this.#local.hold(onHold || heldByPeer);
  }

  async #unshare(): Promise<void> {
    if (this.#port.call.localScreen === null) return;
    this.#local.unshare();
    this.#port.update({ localScreen: null });
    if (!this.#isScreenInstead) return this.#port.peer?.unshare();
    this.#isScreenInstead = false;
    await this.#send("video", (await this.#local.stream)?.getVideoTracks()[0] ?? null);
  }

  async #send(kind: "audio" | "video", track: MediaStreamTrack | null): Promise<void> {
    const stream = await this.#local.stream;
    if (stream) await this.#port.peer?.send(kind, track, stream);
  }

  #tell(kind: "audio" | "video", off: boolean): void {
    const name = this.#port.contentName(kind);
    if (name !== undefined) this.#port.tell({ type: off ? "mute" : "unmute", creator: "initiator", name });
  }
}
