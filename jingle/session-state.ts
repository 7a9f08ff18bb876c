// XEP-0166: Jingle, version 1.1.2: what a session is, as a value, and what goes in and out of it
import type { Element } from "ltx";
import { fingerprintKey } from "./description.js";
import type { RemoteError } from "./errors.js";
import { own } from "./register.js";
import { type StanzaError, xml } from "./stanza.js";
import type { Action, Content, Jingle, Reason, ReasonCondition, Role, Senders } from "./xep/0166.js";
import { NS_RTP_ERRORS, type SessionInfo } from "./xep/0167.js";
import type { Transfer } from "./xep/0251.js";

export type SessionState = "idle" | "pending" | "active" | "ended";

/** One session as a value. Nothing in it grows with the size of an SDP. */
export interface Session {
  readonly peer: string;
  readonly sid: string;
  /** Our role. */
  readonly role: Role;
  readonly state: SessionState;
  readonly contents: readonly SignalledContent[];
  /** Our actions that are not answered yet. */
  readonly outstanding: readonly Outstanding[];
  /** The id of the peer's session-initiate: after a resumption it can come again (0198-03). */
  readonly initiateId: string | null;
  readonly deadline: number | null;
}

export interface SignalledContent {
  /** As the peer writes it, once it has spoken of the content (0166-24). */
  readonly creator: Role;
  readonly name: string;
  readonly senders: Senders;
  /** Who has added it and waits for content-accept; null once both sides have it. */
  readonly addedBy: Role | null;
  /** Our transport-replace waits for its answer. */
  readonly replacing: boolean;
  /** What the peer's DTLS must prove; it never changes in a session (0320-07). */
  readonly peerFingerprint: string | undefined;
  /** A new one means ICE restart (0176-09). */
  readonly peerUfrag: string | undefined;
  /** How many candidates of the peer there were since its last restart. */
  readonly candidates: number;
}

export interface Outstanding {
  readonly id: string;
  readonly action: Action;
  readonly contents: readonly { readonly name: string; readonly senders?: Senders | undefined }[];
  /** New ICE credentials without a candidate (G10). */
  readonly meaning?: "restart" | undefined;
}

export interface SessionTimes {
  /** How long a session-initiate may stay unanswered: a hibernating server session swallows it silently. ms */
  readonly initiate: number;
  /** How long the peer may take from there to session-accept. ms */
  readonly accept: number;
}

export interface SessionLimits {
  /** Live sessions in all. Default 64. */
  readonly sessions: number;
  /** Live sessions with one account. Default 4. */
  readonly sessionsPerPeer: number;
  /** Ended sessions that are remembered, so that a repeated session-initiate does not ring again. Default 64. */
  readonly remembered: number;
  /** Contents of one session. Default 32. */
  readonly contents: number;
  /** Candidates of one content, from one ICE restart to the next. Default 256. */
  readonly candidates: number;
}

/** What is the same for all sessions of a manager. */
export interface SessionRules extends SessionTimes, SessionLimits {
  /** Reads XEP-0251's payload; without it a transfer is answered with unsupported-info (E14). */
  readonly transfer?: ((payload: Element) => Transfer | undefined) | undefined;
}

export type SessionInput =
  | { readonly type: "received"; readonly id: string; readonly jingle: Jingle }
  | { readonly type: "command"; readonly id: string; readonly jingle: Jingle }
  | { readonly type: "response"; readonly id: string; readonly error: StanzaError | null }
  | { readonly type: "timeout" };

export type SessionOutput =
  | { readonly type: "reply"; readonly error: RemoteError | null }
  | { readonly type: "send"; readonly id?: string; readonly jingle: Jingle }
  | { readonly type: "event"; readonly event: SessionEvent };

export type SessionEvent =
  /** The peer's action, checked and acknowledged. */
  | { readonly type: "received"; readonly jingle: Jingle }
  | { readonly type: "info"; readonly info: SessionInfo }
  /** The peer asks us to call somebody else in its place (XEP-0251). */
  | { readonly type: "transfer"; readonly transfer: Transfer }
  /** Our content action or ICE restart was taken note of; for content-modify that is all the answer there is (map a-5). */
  | { readonly type: "acknowledged"; readonly action: Action; readonly contents: readonly string[] }
  /** Our action was refused, and the session goes on without it; tie-break: the peer's of the same kind counts. */
  | {
      readonly type: "refused";
      readonly action: Action;
      readonly contents: readonly string[];
      readonly error: StanzaError;
    }
  | { readonly type: "ended"; readonly reason: Reason; readonly by: "us" | "peer" | "timeout" };

const NONE: readonly never[] = [];

export type Step = readonly [Session, readonly SessionOutput[]];

/** @param initiateId of the iq, where the peer begins; we are the responder then. */
export function newSession(peer: string, sid: string, initiateId: string | null): Session {
  const role = initiateId === null ? "initiator" : "responder";
  return {
    peer: own(peer),
    sid: own(sid),
    role,
    state: "idle",
    contents: NONE,
    outstanding: NONE,
    initiateId: own(initiateId),
    deadline: null,
  };
}

/** Contents that the peer describes. */
export function described(contents: readonly Content[], addedBy: Role | null = null): readonly SignalledContent[] {
  let last: string | undefined;
  return contents.map((content) => {
    const { transport } = content;
    const key = fingerprintKey(content);
    // Most often it is one for all, and then one text.
    if (key !== last) last = own(key);
    return {
      ...announced(content, addedBy),
      peerFingerprint: last,
      peerUfrag: own(transport?.ufrag),
      candidates: transport?.candidates.length ?? 0,
    };
  });
}

/** A content that we describe; what the peer will prove is not known yet. */
export function announced({ creator, name, senders }: Content, addedBy: Role | null = null): SignalledContent {
  return {
    creator,
    name: own(name),
    senders: senders ?? "both",
    addedBy,
    replacing: false,
    peerFingerprint: undefined,
    peerUfrag: undefined,
    candidates: 0,
  };
}

/** Ends the session from our side: says so to the peer and to the application. */
export function terminate(session: Session, condition: ReasonCondition, by: "us" | "peer" | "timeout"): Step {
  const extra = condition === "security-error" ? [xml("crypto-required", { xmlns: NS_RTP_ERRORS })] : [];
  return terminated(session, { condition, extra }, by);
}

export function terminated(session: Session, reason: Reason, by: "us" | "peer" | "timeout", id?: string): Step {
  const jingle: Jingle = { action: "session-terminate", sid: session.sid, contents: [], groups: [], reason, extra: [] };
  const [next, outputs] = ended(session, reason, by);
  return [next, [{ type: "send", jingle, ...(id && { id }) }, ...outputs]];
}

/** The session is over; the application is told, the peer knows. */
export function ended(session: Session, reason: Reason, by: "us" | "peer" | "timeout"): Step {
  return [
    { ...session, state: "ended", contents: [], outstanding: [], deadline: null },
    [tell({ type: "ended", reason, by })],
  ];
}

export function tell(event: SessionEvent): SessionOutput {
  return { type: "event", event };
}

/** What goes by a name alone. */
export interface Named {
  readonly name: string;
}

/** 0166-25: names are unique in a session, over both creators. */
export function find<T extends Named>(among: readonly T[], { name }: Named): T | undefined {
  return among.find((one) => one.name === name);
}

/** The contents of the session, those that are spoken of with a change. */
export function alter<T extends Named>(
  { contents }: Session,
  spoken: readonly T[],
  change: (before: SignalledContent, said: T) => Partial<SignalledContent>,
): readonly SignalledContent[] {
  return contents.map((before) => {
    const said = find(spoken, before);
    return said ? { ...before, ...change(before, said) } : before;
  });
}

/** The contents of the session but these. */
export function without({ contents }: Session, gone: readonly Named[]): readonly SignalledContent[] {
  return contents.filter((content) => !find(gone, content));
}
