import type { InitiationInput } from "../jingle/initiation-words.js";
import type { ManagerInput } from "../jingle/session-manager.js";
import type { Call, CallFacts } from "./call.js";
import type { Dialect } from "./dialects.js";
import type { MediaSource } from "./media.js";

/** What a call needs of its phone. */
export interface Switchboard {
  /** Our full JID now. */
  readonly jid: string;
  readonly media: MediaSource;
  initiation(input: InitiationInput): void;
  sessions(input: ManagerInput): void;
  /** The features of a device; empty while they are unknown. */
  features(jid: string): ReadonlySet<string>;
  /** How to speak with a device. */
  dialect(jid: string): Dialect;
  /** The device of an account to call without message initiation, which none of its devices knows. */
  directDevice(account: string): string | null;
  /** A fresh connection with the ICE servers of now. @param address whom it is with. */
  connect(address: string): Promise<RTCPeerConnection>;
  /** What a connection that restarts is to use: credentials may have expired since it was made. */
  configuration(address: string): Promise<RTCConfiguration>;
  /** The person turns to this call: the others are put on hold. */
  turnedTo(id: string): void;
  /** The call goes on under another id (XEP-0353 §4.1). */
  renamed(from: string, to: string): void;
  /** The call with this id has ended. */
  over(id: string): void;
}

export interface CallPlan {
  readonly id: string;
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly video: boolean;
  /** Incoming: the device that calls. */
  readonly device: string | null;
}

/** A call as its owner has it, and the means to change what is seen of it. */
export interface CallHandle {
  readonly plan: CallPlan;
  readonly call: Call;
  readonly update: (change: Partial<CallFacts>) => void;
}
