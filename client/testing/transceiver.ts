import { asTrack, FakeTrack } from "./media.js";
import { type Kind, sends } from "./session-description.js";

/** Stands for RTCRtpSender. */
export class FakeSender {
  track: MediaStreamTrack | null;
  readonly dtmf = null;
  readonly transport = null;
  #streams: readonly MediaStream[];
  readonly #kind: Kind;
  #parameters: RTCRtpSendParameters = {
    encodings: [{}],
    transactionId: "",
    codecs: [],
    headerExtensions: [],
    rtcp: {},
  };

  constructor(kind: Kind, track: MediaStreamTrack | null, streams: readonly MediaStream[]) {
    this.#kind = kind;
    this.track = track;
    this.#streams = streams;
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    if (track && track.kind !== this.#kind) throw new TypeError(`Cannot replace a track by one of kind ${track.kind}`);
    this.track = track;
  }

  setStreams(...streams: MediaStream[]): void {
    this.#streams = streams;
  }

  getParameters(): RTCRtpSendParameters {
    return { ...this.#parameters, transactionId: crypto.randomUUID() };
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    this.#parameters = parameters;
  }

  /** The values of a=msid. */
  get msid(): readonly string[] {
    const track = this.track?.id ?? "-";
    return this.#streams.length === 0 ? [`- ${track}`] : this.#streams.map(({ id }) => `${id} ${track}`);
  }
}

/** Stands for RTCRtpReceiver. */
export class FakeReceiver {
  readonly track: MediaStreamTrack;
  readonly transport = null;

  constructor(kind: Kind) {
    this.track = asTrack(new FakeTrack(kind, "remote"));
  }
}

/** Stands for RTCRtpTransceiver. */
export class FakeTransceiver {
  mid: string | null = null;
  currentDirection: RTCRtpTransceiverDirection | null = null;
  readonly sender: FakeSender;
  readonly receiver: FakeReceiver;
  /** The connection's own memory. */
  readonly memory: { byAddTrack: boolean; byOffer: boolean; hasSent: boolean; heard: boolean };
  readonly #changed: () => void;
  #direction: RTCRtpTransceiverDirection;

  constructor(
    readonly kind: Kind,
    direction: RTCRtpTransceiverDirection,
    sender: FakeSender,
    changed: () => void,
  ) {
    this.#direction = direction;
    this.sender = sender;
    this.receiver = new FakeReceiver(kind);
    this.memory = { byAddTrack: false, byOffer: false, hasSent: false, heard: false };
    this.#changed = changed;
  }

  get direction(): RTCRtpTransceiverDirection {
    return this.#direction;
  }

  set direction(direction: RTCRtpTransceiverDirection) {
    if (this.stopped) throw new DOMException("The transceiver is stopped", "InvalidStateError");
    this.#direction = direction;
    this.#changed();
  }

  get stopped(): boolean {
    return this.#direction === "stopped";
  }

  stop(): void {
    this.#direction = "stopped";
    this.receiver.track.stop();
    this.#changed();
  }

  /** As negotiated. */
  settle(direction: RTCRtpTransceiverDirection): void {
    this.currentDirection = direction;
    if (sends(direction)) this.memory.hasSent = true;
  }
}
