// The public shape of the engine that the page is written against. It emits no code.
import type { Connection } from "./connection/connection.js";
import type { Emitter } from "./events.js";

export type { Connection } from "./connection/connection.js";
export type { Emitter } from "./events.js";

export interface ConnectOptions {
  readonly service: string;
  readonly address: string;
  readonly password: string;
  readonly resource?: string;
  readonly signal?: AbortSignal;
}

/** Rejects with a ConnectionError. */
export declare function connect(options: ConnectOptions): Promise<Connection>;

export type Presence = "online" | "away" | "busy" | "offline";

export interface Contact {
  readonly address: string;
  readonly name: string;
  readonly subscription: "none" | "to" | "from" | "both";
  /** We asked to see their presence and they have not answered. */
  readonly asked: boolean;
  readonly presence: Presence;
  readonly status: string;
  /** "no" only when every resource known by caps cannot take calls. */
  readonly canCall: "yes" | "no" | "unknown";
}

export declare class Roster {
  constructor(connection: Connection);
  readonly ready: Promise<void>;
  readonly contacts: readonly Contact[];
  /** Bare JIDs asking to subscribe. */
  readonly requests: readonly string[];
  get(address: string): Contact | undefined;
  add(address: string, name?: string): void;
  remove(address: string): void;
  rename(address: string, name: string): void;
  approve(address: string): void;
  deny(address: string): void;
}
export interface Roster extends Emitter<{ change: Event }> {}

export interface ChatMessage {
  readonly id: string;
  readonly from: "me" | "them";
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly state: "sent" | "failed";
  readonly error?: string;
}

export interface Conversation {
  readonly address: string;
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
}

export interface ChatMessageEvent extends Event {
  readonly address: string;
  readonly message: ChatMessage;
}

export declare class Chat {
  constructor(connection: Connection);
  conversation(address: string): Conversation;
  send(address: string, body: string): ChatMessage;
  markRead(address: string): void;
}
export interface Chat extends Emitter<{ message: ChatMessageEvent; change: Event }> {}

export interface IncomingEvent extends Event {
  readonly call: Call;
}

export declare class Phone {
  constructor(connection: Connection, options?: object);
  /** Calls that have not ended. */
  readonly calls: readonly Call[];
  call(address: string, options: { audio?: boolean; video?: boolean; signal?: AbortSignal }): Call;
}
export interface Phone extends Emitter<{ incoming: IncomingEvent; callschange: Event }> {}

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
  | "unreachable"
  | "failed";

export interface CallEnd {
  readonly reason: EndReason;
  readonly by: "us" | "them" | "network";
  /** Detail for the curious; plain text, never HTML. */
  readonly text?: string;
}

export interface Call extends Emitter<{ statechange: Event; mediachange: Event }> {
  readonly id: string;
  /** The bare JID of the other side. */
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  /** Was it asked for as a video call? */
  readonly video: boolean;
  /** Incoming and unanswered: "ringing". */
  readonly state: CallState;
  /** Milliseconds since the epoch, like `endedAt`. */
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
  readonly end: CallEnd | null;
  readonly ended: Promise<CallEnd>;
  readonly localStream: MediaStream | null;
  readonly remoteStream: MediaStream | null;
  readonly muted: boolean;
  readonly cameraOn: boolean;
  /** The call has a video section of ours. */
  readonly canCamera: boolean;
  /** The other side's video is to be shown. */
  readonly remoteVideo: boolean;
  readonly remoteMuted: boolean;
  accept(options?: { video?: boolean }): void;
  decline(): void;
  hangUp(): void;
  mute(on: boolean): void;
  turnCamera(on: boolean): void;
  getStats(): Promise<RTCStatsReport | null>;
}
