import { Emitter } from "./events.js";

/** An incoming call that nobody has answered yet is "ringing". */
export type CallState = "calling" | "ringing" | "connecting" | "connected" | "held" | "reconnecting" | "ended";

export type EndReason =
  | "hung-up"
  | "declined"
  | "busy"
  | "no-answer"
  | "cancelled"
  | "answered-elsewhere"
  | "declined-elsewhere"
  | "connection-lost"
  | "unsupported"
  | "security-error"
  | "microphone-blocked"
  | "no-device"
  | "insecure-page"
  | "not-loaded"
  | "unreachable"
  | "failed";

/** A device that cannot be had. "microphone-blocked" is said of cameras, too. */
export interface DeviceProblem {
  readonly kind: "audio" | "video";
  readonly reason: Extract<EndReason, "insecure-page" | "microphone-blocked" | "no-device">;
}

export interface CallEnd {
  readonly reason: EndReason;
  readonly by: "us" | "them" | "network";
  /** For a details view only: it can hold what others sent. */
  readonly text?: string | undefined;
}

/** What is to be seen of a call. */
export interface CallFacts {
  readonly id: string;
  /** Bare JID of the other side. */
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  /** Is it a video call, as it was asked for? */
  readonly video: boolean;
  readonly state: CallState;
  /** ms since the epoch; null until media flows. */
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
  readonly end: CallEnd | null;
  readonly localStream: MediaStream | null;
  readonly remoteStream: MediaStream | null;
  readonly muted: boolean;
  readonly cameraOn: boolean;
  /** Does the call have a section in which our camera can be sent? */
  readonly canCamera: boolean;
  /** The camera or microphone that was asked for last while the call ran, when it could not be had; null when it could. */
  readonly deviceProblem: DeviceProblem | null;
  /** Is there a picture of the other side to show? */
  readonly remoteVideo: boolean;
  readonly remoteMuted: boolean;
  /** Have we put the call on hold, and has the other side? */
  readonly onHold: boolean;
  readonly heldByPeer: boolean;
  /** Can our screen be shown to the other side? */
  readonly canShare: boolean;
  /** The screen that we show, and the other side's. */
  readonly localScreen: MediaStream | null;
  readonly remoteScreen: MediaStream | null;
}

/** What a call's owner can do with it. */
export interface CallControls {
  accept(options: { readonly video: boolean }): void;
  decline(): void;
  hangUp(): void;
  mute(on: boolean): void;
  turnCamera(on: boolean): void;
  useDevice(kind: "audio" | "video", deviceId: string): void;
  shareScreen(on: boolean): void;
  hold(on: boolean): void;
  sendTones(tones: string): void;
  getStats(): Promise<RTCStatsReport | null>;
}

/** The inside of a call, which may still be on its way. */
export interface Reach {
  now(): CallControls | undefined;
  soon(task: (inside: CallControls) => void): void;
}

/** One call: `state` to read, "statechange" to hear, `await ended` to wait. Made by Phone. */
export class Call extends Emitter<{ statechange: Event; mediachange: Event }> implements CallFacts, CallControls {
  /** Resolves, never rejects, when the call is over. */
  readonly ended: Promise<CallEnd>;
  readonly #reach: Reach;
  #facts: CallFacts;

  /** @param bind receives the one function that changes what is seen of this call. */
  constructor(facts: CallFacts, reach: Reach, bind: (update: (change: Partial<CallFacts>) => void) => void) {
    super();
    this.#facts = facts;
    this.#reach = reach;
    this.ended = new Promise((resolve) => {
      bind((change) => {
        const before = this.#facts;
        this.#facts = { ...before, ...change };
        if (change.end) resolve(change.end);
        if (this.#facts.state !== before.state) this.dispatchEvent(new Event("statechange"));
        else this.dispatchEvent(new Event("mediachange"));
      });
    });
  }

  get id(): string {
    return this.#facts.id;
  }
  get address(): string {
    return this.#facts.address;
  }
  get direction(): CallFacts["direction"] {
    return this.#facts.direction;
  }
  get video(): boolean {
    return this.#facts.video;
  }
  get state(): CallState {
    return this.#facts.state;
  }
  get connectedAt(): number | null {
    return this.#facts.connectedAt;
  }
  get endedAt(): number | null {
    return this.#facts.endedAt;
  }
  get end(): CallEnd | null {
    return this.#facts.end;
  }
  get localStream(): MediaStream | null {
    return this.#facts.localStream;
  }
  get remoteStream(): MediaStream | null {
    return this.#facts.remoteStream;
  }
  get muted(): boolean {
    return this.#facts.muted;
  }
  get cameraOn(): boolean {
    return this.#facts.cameraOn;
  }
  get canCamera(): boolean {
    return this.#facts.canCamera;
  }
  get deviceProblem(): DeviceProblem | null {
    return this.#facts.deviceProblem;
  }
  get remoteVideo(): boolean {
    return this.#facts.remoteVideo;
  }
  get remoteMuted(): boolean {
    return this.#facts.remoteMuted;
  }
  get onHold(): boolean {
    return this.#facts.onHold;
  }
  get heldByPeer(): boolean {
    return this.#facts.heldByPeer;
  }
  get canShare(): boolean {
    return this.#facts.canShare;
  }
  get localScreen(): MediaStream | null {
    return this.#facts.localScreen;
  }
  get remoteScreen(): MediaStream | null {
    return this.#facts.remoteScreen;
  }

  /**
   * Answers an incoming call.
   * @param options.video false: see the other side without being seen. Default: as the caller asked.
   * @throws LocalError when there is nothing to answer.
   */
  accept(options: { readonly video?: boolean } = {}): void {
    this.#reach.soon((inside) => inside.accept({ video: options.video ?? this.video }));
  }

  /** Refuses an incoming call; on a call that is not ringing here it does nothing. */
  decline(): void {
    this.#reach.soon((inside) => inside.decline());
  }

  /** Ends the call, whatever its state; an incoming one that rings is declined. */
  hangUp(): void {
    this.#reach.soon((inside) => inside.hangUp());
  }

  /** Stops or starts sending our voice, and tells the other side (XEP-0167 §8.3). */
  mute(on = true): void {
    this.#reach.soon((inside) => inside.mute(on));
  }

  /** Switches our camera off (its light too) or on, where `canCamera`: an audio call becomes a video call. */
  turnCamera(on: boolean): void {
    this.#reach.soon((inside) => inside.turnCamera(on));
  }

  /**
   * Takes another microphone or camera; nothing changes when it cannot be had, or while the camera is off.
   * @param deviceId MediaDeviceInfo.deviceId
   */
  useDevice(kind: "audio" | "video", deviceId: string): void {
    this.#reach.soon((inside) => inside.useDevice(kind, deviceId));
  }

  /** Shows a screen or a window that the person chooses, where `canShare`, until it is called with false. */
  shareScreen(on = true): void {
    this.#reach.soon((inside) => inside.shareScreen(on));
  }

  /** Puts the call on hold, or takes it up again: nothing is sent or heard, and the other side is told (XEP-0167 §8.2). */
  hold(on = true): void {
    this.#reach.soon((inside) => inside.hold(on));
  }

  /** Plays DTMF tones into our voice. @param tones of 0-9, *, #, A-D, and "," for a pause of two seconds. */
  sendTones(tones: string): void {
    this.#reach.soon((inside) => inside.sendTones(tones));
  }

  /** WebRTC statistics; null while there is no media connection. */
  getStats(): Promise<RTCStatsReport | null> {
    return this.#reach.now()?.getStats() ?? Promise.resolve(null);
  }
}
