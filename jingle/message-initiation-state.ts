// XEP-0353: Jingle Message Initiation, version 0.8.0: an attempt, what is told to its machine, and what it tells
import type { Element } from "ltx";
import type { StanzaError } from "./stanza.js";
import type { ReasonCondition } from "./xep/0166.js";

/** One attempt to call, in either direction. */
export interface Attempt {
  readonly id: string;
  /** Bare JID of the other side. */
  readonly peer: string;
  readonly direction: "outgoing" | "incoming";
  readonly media: readonly string[];
  readonly state: "proposed" | "ringing" | "proceeded";
  /** The device on the other side: who proposed, or who answered proceed (0353-10). */
  readonly device: string | null;
  readonly deadline: number | null;
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
  /** The session is over, or will never be. */
  | { readonly type: "finish"; readonly id: string; readonly reason: ReasonCondition };

export type InitiationOutput =
  | { readonly type: "send"; readonly stanza: Element }
  | { readonly type: "event"; readonly id: string; readonly event: InitiationEvent };

export type InitiationEvent =
  | { readonly type: "incoming"; readonly from: string; readonly media: readonly string[] }
  /** A propose that waited at the server for longer than anybody lets it ring. */
  | { readonly type: "missed"; readonly from: string; readonly media: readonly string[]; readonly stanza: Element }
  | { readonly type: "ringing" }
  | { readonly type: "proceeded"; readonly device: string }
  /** Glare: the other side's propose takes the place of ours, and is to be answered without asking (0353-12). */
  | { readonly type: "superseded"; readonly by: string; readonly device: string }
  | { readonly type: "ended"; readonly why: InitiationEnd };

export type InitiationEnd =
  | { readonly type: "rejected" | "retracted" | "finished"; readonly reason: ReasonCondition }
  | { readonly type: "answered-elsewhere" | "declined-elsewhere" | "ended-elsewhere" | "no-answer" | "no-session" }
  | { readonly type: "bounced"; readonly error: StanzaError };
