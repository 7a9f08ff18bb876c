// XEP-0353: Jingle Message Initiation, version 0.8.0: what goes in and out of its machine
import type { Element } from "ltx";
import type { StanzaError } from "./stanza.js";
import type { ReasonCondition } from "./xep/0166.js";

export interface MessageInitiationOptions {
  /** Our full JID now; it changes when the server binds another resource. */
  readonly jid: () => string;
  /** Makes message ids, unique and unpredictable. */
  readonly newId: () => string;
  /** How long our propose may stay unanswered. Default 45 s. ms */
  readonly ringTimeout?: number;
  /** How long a peer's propose may ring here. Default 60 s, a little longer than what callers do. ms */
  readonly incomingTimeout?: number;
  /** How long after our proceed the session-initiate may take. Default 20 s. ms */
  readonly proceedTimeout?: number;
  /** How many attempts there may be in all before a propose is not listened to (0166-37). Default 64. */
  readonly attempts?: number;
  /** The same with one account. Default 4. */
  readonly attemptsPerPeer?: number;
}

/** One attempt to call, in either direction. */
export interface Attempt {
  readonly id: string;
  /** Bare JID of the other side. */
  readonly peer: string;
  readonly direction: "outgoing" | "incoming";
  readonly media: readonly string[];
  readonly state: "proposed" | "ringing" | "proceeded" | "active";
  /** The device on the other side: who proposed, or who answered proceed (0353-10). */
  readonly device: string | null;
  readonly deadline: number | null;
  /** The id of a propose that asks for a receipt (0353-21). */
  readonly receipt?: string;
  /** Another of our devices has answered it as well. */
  readonly contested?: true;
}

export type InitiationInput =
  /**
   * A message from the stream. `carbon` says how a copy of it reached us (XEP-0280), after the caller has checked that
   * the copy came from our own account (0280-02); `age`: for how long it waited for us at the server (XEP-0203), in ms.
   */
  | {
      readonly type: "message";
      readonly stanza: Element;
      readonly carbon?: "sent" | "received";
      readonly age?: number;
    }
  /** The server never took the message with this id, and the stream that carried it is lost for good (XEP-0198). */
  | { readonly type: "unacknowledged"; readonly id: string }
  /**
   * From here until `done` messages tell what we missed (0353-15): what was taken back meanwhile is "missed", and
   * what was not is "incoming" at the end.
   */
  | { readonly type: "catch-up"; readonly done: boolean }
  | { readonly type: "propose"; readonly id: string; readonly peer: string; readonly media: readonly string[] }
  /** Tells the caller that it rings here. Not for strangers: it shows that we are there (0353-17). */
  | { readonly type: "ring"; readonly id: string }
  | { readonly type: "proceed"; readonly id: string }
  | { readonly type: "reject"; readonly id: string; readonly reason: ReasonCondition }
  | { readonly type: "retract"; readonly id: string; readonly reason: ReasonCondition }
  /** Forgets an incoming attempt without a word: another own device may still take it. */
  | { readonly type: "ignore"; readonly id: string }
  /** The session-initiate that a proceed promised has come. */
  | { readonly type: "joined"; readonly id: string }
  /** The session is accepted: from now on a propose of the same account goes on with this call (0353-13). */
  | { readonly type: "active"; readonly id: string }
  /** The session is over, or will never be. */
  | { readonly type: "finish"; readonly id: string; readonly reason: ReasonCondition };

export type InitiationOutput =
  | { readonly type: "send"; readonly stanza: Element }
  | { readonly type: "event"; readonly id: string; readonly event: InitiationEvent };

export type InitiationEvent =
  | { readonly type: "incoming"; readonly from: string; readonly media: readonly string[] }
  /** A propose that waited at the server for longer than anybody lets it ring, or was taken back while we were away. */
  | { readonly type: "missed"; readonly from: string; readonly media: readonly string[]; readonly stanza?: Element }
  | { readonly type: "ringing" }
  | { readonly type: "proceeded"; readonly device: string }
  /** Glare: the other side's propose takes the place of ours, and is to be answered without asking (0353-12). */
  | { readonly type: "superseded"; readonly by: string; readonly device: string }
  /** The other side goes on with this call under another id, maybe on another device; it is answered (0353-13). */
  | { readonly type: "migrated"; readonly to: string; readonly device: string }
  | { readonly type: "ended"; readonly why: InitiationEnd };

export type InitiationEnd =
  | { readonly type: "rejected" | "retracted" | "finished"; readonly reason: ReasonCondition }
  | { readonly type: "answered-elsewhere" | "declined-elsewhere" | "ended-elsewhere" | "no-answer" | "no-session" }
  /** Another device of ours goes on with it (0353-13). */
  | { readonly type: "migrated"; readonly to: string }
  | { readonly type: "bounced"; readonly error: StanzaError };
