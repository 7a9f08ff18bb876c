import { MediaProblem, type MediaSource } from "./media.js";

/** Our own microphone and camera in one call. */
export class LocalMedia {
  readonly #source: MediaSource;
  #stream: Promise<MediaStream> | null = null;
  #stopped = false;

  constructor(source: MediaSource) {
    this.#source = source;
  }

  /** What was captured, once it is; null while nothing was asked for. */
  get stream(): Promise<MediaStream> | null {
    return this.#stream;
  }

  /** @throws MediaProblem */
  capture(video: boolean): Promise<MediaStream> {
    this.#stream = this.#source.capture({ audio: true, video }).then((stream) => {
      // The call ended while the browser asked the person.
      if (this.#stopped) stopTracks(stream);
      return stream;
    });
    return this.#stream;
  }

  async mute(on: boolean): Promise<void> {
    for (const track of (await this.#stream)?.getAudioTracks() ?? []) track.enabled = !on;
  }

  /**
   * Stops the camera, or takes it anew: people trust the light beside the lens, so the track is not only silenced.
   * @returns what is to be sent from now on; undefined when a camera cannot be had, which leaves the call as it is.
   */
  async turnCamera(on: boolean): Promise<MediaStreamTrack | null | undefined> {
    const stream = await this.#stream;
    const fresh = on ? await this.#camera() : null;
    if (!stream || fresh === undefined) return undefined;
    for (const track of stream.getVideoTracks()) {
      track.stop();
      stream.removeTrack(track);
    }
    if (fresh) stream.addTrack(fresh);
    return fresh;
  }

  stop(): void {
    this.#stopped = true;
    this.#stream?.then(stopTracks, () => {});
  }

  async #camera(): Promise<MediaStreamTrack | undefined> {
    try {
      return (await this.#source.capture({ audio: false, video: true })).getVideoTracks()[0];
    } catch (error) {
      if (error instanceof MediaProblem) return undefined;
      throw error;
    }
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
