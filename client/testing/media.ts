import { type DeviceChoice, MediaProblem, type MediaSource } from "../media.js";

/** A MediaStreamTrack that carries nothing. */
export class FakeTrack extends EventTarget {
  readonly id = crypto.randomUUID();
  enabled = true;
  muted = false;
  readyState: MediaStreamTrackState = "live";
  onended: ((event: Event) => void) | null = null;

  constructor(
    readonly kind: "audio" | "video",
    readonly label: string = kind === "audio" ? "Microphone" : "Camera",
  ) {
    super();
  }

  /** As its owner stops it: no event. */
  stop(): void {
    this.readyState = "ended";
  }

  /** As when the device is pulled out: "ended" is told. */
  unplug(): void {
    if (this.readyState === "ended") return;
    this.readyState = "ended";
    const event = new Event("ended");
    this.onended?.(event);
    this.dispatchEvent(event);
  }

  clone(): FakeTrack {
    const copy = new FakeTrack(this.kind, this.label);
    copy.enabled = this.enabled;
    copy.readyState = this.readyState;
    return copy;
  }

  getSettings(): MediaTrackSettings {
    return this.kind === "video" ? { width: 640, height: 480, frameRate: 30 } : { sampleRate: 48_000, channelCount: 1 };
  }
}

/** A MediaStream of such tracks, or of any. */
export class FakeMediaStream extends EventTarget {
  readonly id: string;
  readonly #tracks = new Set<MediaStreamTrack>();

  constructor(tracks: Iterable<MediaStreamTrack> | FakeMediaStream = [], id: string = crypto.randomUUID()) {
    super();
    this.id = id;
    for (const track of tracks instanceof FakeMediaStream ? tracks.getTracks() : tracks) this.#tracks.add(track);
  }

  get active(): boolean {
    return this.getTracks().some(({ readyState }) => readyState === "live");
  }

  getTracks(): MediaStreamTrack[] {
    return [...this.#tracks];
  }

  getAudioTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === "audio");
  }

  getVideoTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === "video");
  }

  getTrackById(id: string): MediaStreamTrack | null {
    return this.getTracks().find((track) => track.id === id) ?? null;
  }

  addTrack(track: MediaStreamTrack): void {
    this.#tracks.add(track);
  }

  removeTrack(track: MediaStreamTrack): void {
    this.#tracks.delete(track);
  }

  clone(): FakeMediaStream {
    return new FakeMediaStream(this.getTracks().map((track) => track.clone()));
  }
}

/** A microphone and a camera for `PhoneOptions.media`, each of which may be there, blocked by the person, or missing. */
export class FakeMedia implements MediaSource {
  microphone: "there" | "blocked" | "missing" = "there";
  camera: "there" | "blocked" | "missing" = "there";
  /** Everything that was captured, the oldest first. */
  readonly streams: MediaStream[] = [];

  /** As the browser's own: a camera that cannot be had costs the picture, not the call. */
  async capture({
    audio,
    video,
  }: {
    readonly audio: DeviceChoice;
    readonly video: DeviceChoice;
  }): Promise<MediaStream> {
    if (audio) check(this.microphone);
    else if (video) check(this.camera);
    const tracks: FakeTrack[] = audio ? [new FakeTrack("audio")] : [];
    if (video && this.camera === "there") tracks.push(new FakeTrack("video"));
    const stream = new FakeMediaStream(tracks.map(asTrack)) as unknown as MediaStream;
    this.streams.push(stream);
    return stream;
  }

  async captureScreen(): Promise<MediaStream> {
    const stream = new FakeMediaStream([asTrack(new FakeTrack("video", "screen"))]) as unknown as MediaStream;
    this.streams.push(stream);
    return stream;
  }
}

function check(device: FakeMedia["microphone"]): void {
  if (device === "blocked") throw new MediaProblem("microphone-blocked");
  if (device === "missing") throw new MediaProblem("no-device");
}

export function asTrack(track: FakeTrack): MediaStreamTrack {
  return track as unknown as MediaStreamTrack;
}

/** Gives a world without it (Node) the constructor `MediaStream`, which calls need; call the result to take it away. */
export function provideMediaStream(): () => void {
  const scope = globalThis as { MediaStream?: unknown };
  if (scope.MediaStream) return () => {};
  scope.MediaStream = FakeMediaStream;
  return () => {
    delete scope.MediaStream;
  };
}
