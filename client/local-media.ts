import type { DeviceProblem } from "./call.js";
import { type DeviceChoice, type MediaSource, unlessProblem } from "./media.js";

/** Our own microphone, camera and screen in one call. */
export class LocalMedia {
  /** Why the microphone or camera that was asked for last could not be had. */
  problem: DeviceProblem["reason"] | null = null;
  readonly #source: MediaSource;
  #stream: Promise<MediaStream> | null = null;
  #screen: MediaStream | null = null;
  #camera: DeviceChoice = true;
  #isStopped = false;
  #isMuted = false;
  #isHeld = false;

  constructor(source: MediaSource) {
    this.#source = source;
  }

  /** What was captured, once it is; null while nothing was asked for. */
  get stream(): Promise<MediaStream> | null {
    return this.#stream;
  }

  get canShare(): boolean {
    return this.#source.captureScreen !== undefined;
  }

  /** @throws MediaProblem */
  capture(video: boolean): Promise<MediaStream> {
    this.#stream = this.#source.capture({ audio: true, video }).then((stream) => {
      // The call ended while the browser asked the person.
      if (this.#isStopped) stopTracks(stream);
      return stream;
    });
    return this.#stream;
  }

  async mute(on: boolean): Promise<void> {
    this.#isMuted = on;
    await this.#apply();
  }

  async hold(on: boolean): Promise<void> {
    this.#isHeld = on;
    await this.#apply();
  }

  /**
   * Stops the camera, or takes it anew: people trust the light beside the lens, so the track is not only silenced.
   * @returns what is to be sent from now on; undefined when a camera cannot be had, which leaves the call as it is.
   */
  async turnCamera(on: boolean): Promise<MediaStreamTrack | null | undefined> {
    return this.#replace("video", on ? await this.#take("video", this.#camera) : null);
  }

  /** @returns the track of the device; undefined when it cannot be had, which leaves everything as it is. */
  async use(kind: "audio" | "video", deviceId: string): Promise<MediaStreamTrack | null | undefined> {
    const choice = { deviceId };
    const track = await this.#take(kind, choice);
    if (kind === "video" && track) this.#camera = choice;
    return this.#replace(kind, track);
  }

  /** @returns null when the person thinks better of it. */
  async share(): Promise<MediaStream | null> {
    const stream = await unlessProblem(() => this.#source.captureScreen!());
    if (stream && this.#isStopped) stopTracks(stream);
    this.#screen = stream;
    return stream;
  }

  unshare(): void {
    if (this.#screen) stopTracks(this.#screen);
    this.#screen = null;
  }

  stop(): void {
    this.#isStopped = true;
    this.unshare();
    this.#stream?.then(stopTracks, () => {});
  }

  readonly #noted = (problem: LocalMedia["problem"]): void => {
    this.problem = problem;
  };

  async #replace(kind: "audio" | "video", fresh: MediaStreamTrack | null | undefined) {
    const stream = await this.#stream;
    if (!stream || fresh === undefined) return undefined;
    for (const track of stream.getTracks()) {
      if (track.kind !== kind) continue;
      track.stop();
      stream.removeTrack(track);
    }
    if (fresh) stream.addTrack(fresh);
    await this.#apply();
    return fresh;
  }

  async #apply(): Promise<void> {
    for (const track of (await this.#stream)?.getTracks() ?? []) {
      track.enabled = !this.#isHeld && !(this.#isMuted && track.kind === "audio");
    }
  }

  async #take(kind: "audio" | "video", choice: DeviceChoice): Promise<MediaStreamTrack | undefined> {
    const wanted = { audio: false, video: false, [kind]: choice };
    return (await unlessProblem(() => this.#source.capture(wanted), this.#noted))?.getTracks()[0];
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
