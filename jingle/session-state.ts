// XEP-0166: Jingle, version 1.1.2: what a session is, as a value, and what goes in and out of it
import { fingerprintKey } from "./description.js";
import type { RemoteError } from "./errors.js";
import type { StanzaError } from "./stanza.js";
import { xml } from "./stanza.js";
import type { Action, Content, Jingle, Reason, ReasonCondition, Role, Senders } from "./xep/0166.js";
import { NS_RTP_ERRORS, type SessionInfo } from "./xep/0167.js";

export type SessionState = "idle" | "pending" | "active" | "ended";

/** One session as a value. Nothing in it grows with the size of an SDP. */
export interface Session {
  readonly peer: string;
  readonly sid: string;
  /** Our role. */
  readonly role: Role;
  readonly state: SessionState;
  readonly contents: readonly SignalledContent[];
  /** Our actions that are not answered yet, by iq id. */
  readonly outstanding: ReadonlyMap<string, Outstanding>;
  /** The id of the peer's session-initiate: after a resumption it can come again (0198-03). */
  readonly initiateId: string | null;
  readonly deadline: number | null;
}

export interface SignalledContent {
  readonly creator: Role;
  readonly name: string;
  readonly senders: Senders;
  /** Who has added it and waits for content-accept; null once both sides have it. */
  readonly addedBy: Role | null;
  /** What the peer's DTLS must prove; it never changes in a session (0320-07). */
  readonly peerFingerprint: string | undefined;
}

export interface Outstanding {
  readonly action: Action;
  readonly contents: readonly string[];
}

export interface SessionTimes {
  /** How long a session-initiate may stay unanswered: a hibernating server session swallows it silently. ms */
  readonly initiate: number;
  /** How long the peer may take from there to session-accept. ms */
  readonly accept: number;
}

export type SessionInput =
  | { readonly type: "received"; readonly id: string; readonly jingle: Jingle }
  | { readonly type: "command"; readonly id: string; readonly jingle: Jingle }
  | { readonly type: "response"; readonly id: string; readonly error: StanzaError | null }
  | { readonly type: "timeout" };

export type SessionOutput =
  | { readonly type: "reply"; readonly id: string; readonly error: RemoteError | null }
  | { readonly type: "send"; readonly id?: string; readonly jingle: Jingle }
  | { readonly type: "event"; readonly event: SessionEvent };

export type SessionEvent =
  /** The peer's action, checked and acknowledged. */
  | { readonly type: "received"; readonly jingle: Jingle }
  | { readonly type: "info"; readonly info: SessionInfo }
  /** Our action was taken note of; for content-modify that is all the answer there is (map a-5). */
  | { readonly type: "acknowledged"; readonly action: Action; readonly contents: readonly string[] }
  /** Our action was refused, and the session goes on without it; tie-break: the peer's of the same kind counts. */
  | {
      readonly type: "refused";
      readonly action: Action;
      readonly contents: readonly string[];
      readonly error: StanzaError;
    }
  | { readonly type: "ended"; readonly reason: Reason; readonly by: "us" | "peer" | "timeout" };

export type Step = readonly [Session, readonly SessionOutput[]];

export function newSession(peer: string, sid: string, role: Role): Session {
  const nothing = { contents: [], outstanding: new Map(), initiateId: null, deadline: null };
  return { peer, sid, role, state: "idle", ...nothing };
}

/** A content that the peer describes. */
export function described(content: Content, addedBy: Role | null = null): SignalledContent {
  return { ...announced(content, addedBy), peerFingerprint: fingerprintKey(content) };
}

/** A content that we describe; what the peer will prove is not known yet. */
export function announced({ creator, name, senders }: Content, addedBy: Role | null = null): SignalledContent {
  return { creator, name, senders: senders ?? "both", addedBy, peerFingerprint: undefined };
}

/** Ends the session from our side: says so to the peer and to the application. */
export function terminate(session: Session, condition: ReasonCondition, by: "us" | "peer" | "timeout"): Step {
  const extra = condition === "security-error" ? [xml("crypto-required", { xmlns: NS_RTP_ERRORS })] : [];
  const reason: Reason = { condition, extra };
  const jingle: Jingle = { action: "session-terminate", sid: session.sid, contents: [], groups: [], reason, extra: [] };
  return [
    ended(session),
    [
      { type: "send", jingle },
      { type: "event", event: { type: "ended", reason, by } },
    ],
  ];
}

export function ended(session: Session): Session {
  return { ...session, state: "ended", contents: [], deadline: null };
}

/** A step that says something else first. */
export function after(first: SessionOutput, [session, outputs]: Step): Step {
  return [session, [first, ...outputs]];
}

export function acknowledge(id: string): SessionOutput {
  return { type: "reply", id, error: null };
}

export function heard(jingle: Jingle): SessionOutput {
  return { type: "event", event: { type: "received", jingle } };
}
