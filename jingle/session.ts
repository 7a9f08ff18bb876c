// XEP-0166: Jingle, version 1.1.2: one session, as a table, a few guards and a step
import { fingerprintKey } from "./description.js";
import { LocalError, RemoteError, unreachable } from "./errors.js";
import type { StanzaError } from "./stanza.js";
import { xml } from "./stanza.js";
import type { Action, Content, Jingle, Reason, ReasonCondition, Role, Senders } from "./xep/0166.js";
import { NS_RTP_ERRORS, readSessionInfo, type SessionInfo } from "./xep/0167.js";

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
  readonly outstanding: ReadonlyMap<string, Action>;
  /** The id of the peer's session-initiate: after a resumption it can come again (0198-03). */
  readonly initiateId: string | null;
  readonly deadline: number | null;
}

export interface SignalledContent {
  readonly creator: Role;
  readonly name: string;
  readonly senders: Senders;
  /** What the peer's DTLS must prove; it never changes in a session (0320-07). */
  readonly peerFingerprint: string | undefined;
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
  | { readonly type: "ended"; readonly reason: Reason; readonly by: "us" | "peer" | "timeout" };

/** §5.1. What is not here is out-of-order if the peer sent it, a LocalError if we asked for it. */
const NEXT: Record<SessionState, Partial<Record<Action, SessionState>>> = {
  idle: { "session-initiate": "pending" },
  pending: { "session-accept": "active", "session-terminate": "ended", ...during("pending") },
  active: { "session-terminate": "ended", ...during("active") },
  ended: {},
};

/** 0166-10: all content, transport and info actions are legal in pending and active. */
function during(state: SessionState): Partial<Record<Action, SessionState>> {
  return {
    "content-add": state,
    "content-modify": state,
    "content-reject": state,
    "content-remove": state,
    "description-info": state,
    "security-info": state,
    "session-info": state,
    "transport-info": state,
    "transport-reject": state,
    "transport-replace": state,
  };
}

export function newSession(peer: string, sid: string, role: Role): Session {
  const nothing = { contents: [], outstanding: new Map(), initiateId: null, deadline: null };
  return { peer, sid, role, state: "idle", ...nothing };
}

type Step = readonly [Session, readonly SessionOutput[]];

/** Moves a session on by one input. Throws LocalError when a command does not fit; never because of the peer. */
export function step(session: Session, input: SessionInput, now: number, times: SessionTimes): Step {
  switch (input.type) {
    case "received":
      return received(session, input.id, input.jingle, now, times);
    case "command":
      return command(session, input.id, input.jingle, now, times);
    case "response":
      return response(session, input.id, input.error, now, times);
    case "timeout":
      if (session.deadline === null || now < session.deadline) return [session, []];
      return terminate(session, "timeout", "timeout");
    default:
      return unreachable(input);
  }
}

function received(session: Session, id: string, jingle: Jingle, now: number, times: SessionTimes): Step {
  if (jingle.action === "session-initiate" && session.initiateId === id) return [session, [acknowledge(id)]];
  try {
    const next = NEXT[session.state][jingle.action];
    if (!next) throw outOfOrder(jingle.action, session.state);
    return PEER_ACTIONS[jingle.action]({ ...session, state: next }, id, jingle, now, times);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return [session, [{ type: "reply", id, error }]];
  }
}

type PeerAction = (session: Session, id: string, jingle: Jingle, now: number, times: SessionTimes) => Step;

/** What each action of the peer does; the session comes with its next state. Throws RemoteError to refuse. */
const PEER_ACTIONS: Record<Action, PeerAction> = {
  "session-initiate": (session, id, jingle, now, times) => {
    if (session.role !== "responder") throw outOfOrder(jingle.action, session.state);
    checkOffer(jingle.contents);
    const problem = unsupported(jingle.contents);
    const live = { ...session, initiateId: id, deadline: now + times.accept };
    if (problem) return after(acknowledge(id), terminate(live, problem, "us"));
    return [{ ...live, contents: jingle.contents.map(signalled) }, [acknowledge(id), heard(jingle)]];
  },
  "session-accept": (session, id, jingle) => {
    if (session.role !== "initiator") throw outOfOrder(jingle.action, session.state);
    if (jingle.contents.length === 0) throw badRequest("session-accept: no content");
    for (const content of jingle.contents) known(session, content);
    const problem = unsupported(jingle.contents);
    if (problem) return after(acknowledge(id), terminate(session, problem, "us"));
    const changed = jingle.contents.some((content) => fingerprintChanged(session, content));
    if (changed) return after(acknowledge(id), terminate(session, "security-error", "us"));
    const accepted = jingle.contents.map((content) => ({
      ...content,
      // 0166-27 says absent is both; a content-modify before the accept (Dino without a camera) has said otherwise.
      senders: content.senders ?? known(session, content).senders,
    }));
    const next = { ...session, contents: accepted.map(signalled), deadline: null };
    return [next, [acknowledge(id), heard({ ...jingle, contents: accepted })]];
  },
  "session-terminate": (session, id, jingle) => {
    const reason = jingle.reason ?? { condition: "general-error", extra: [] };
    return [ended(session), [acknowledge(id), { type: "event", event: { type: "ended", reason, by: "peer" } }]];
  },
  "session-info": (session, id, jingle) => {
    // 0166-33: without a payload it is a ping.
    if (jingle.extra.length === 0) return [session, [acknowledge(id)]];
    const infos = jingle.extra.map(readSessionInfo);
    const understood = infos.filter((info) => info !== undefined);
    if (understood.length === 0) throw unsupportedInfo(jingle.action);
    return [session, [acknowledge(id), ...understood.map(inform)]];
  },
  "transport-info": (session, id, jingle) => {
    for (const content of jingle.contents) known(session, content);
    if (jingle.contents.some((content) => fingerprintChanged(session, content))) {
      return after(acknowledge(id), terminate(session, "security-error", "us"));
    }
    return [{ ...session, contents: withFingerprints(session, jingle) }, [acknowledge(id), heard(jingle)]];
  },
  "content-modify": (session, id, jingle) => {
    for (const content of jingle.contents) {
      known(session, content);
      // 0166-22: the one action where senders is required.
      if (!content.senders) throw badRequest("content@senders: missing");
    }
    const contents = session.contents.map((content) => ({
      ...content,
      senders: jingle.contents.find(({ name }) => name === content.name)?.senders ?? content.senders,
    }));
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  "content-add": (session, id, jingle) => {
    // 0166-19: the answer is content-accept or content-reject; what we do not take is refused by name.
    const contents = jingle.contents.map(({ creator, name }) => ({ creator, name, extra: [] }));
    return [session, [acknowledge(id), answer(session, "content-reject", contents, "failed-application")]];
  },
  "content-remove": (session, id, jingle) => {
    for (const content of jingle.contents) known(session, content);
    const contents = session.contents.filter(({ name }) => !jingle.contents.some((gone) => gone.name === name));
    // 0166-21: nothing is left to talk about.
    if (contents.length === 0) return after(acknowledge(id), terminate(session, "success", "peer"));
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  "transport-replace": (session, id, jingle) => {
    // 0166-23
    const contents = jingle.contents.map(({ creator, name }) => ({ creator, name, extra: [] }));
    return [session, [acknowledge(id), answer(session, "transport-reject", contents, "unsupported-transports")]];
  },
  // 0167-15: purely advisory.
  "description-info": (session, id) => [session, [acknowledge(id)]],
  "security-info": (_session, _id, jingle) => {
    throw unsupportedInfo(jingle.action);
  },
  "content-accept": refuse,
  "content-reject": refuse,
  "transport-accept": refuse,
  "transport-reject": refuse,
};

/** Answers to what we never asked. */
function refuse(session: Session, _id: string, jingle: Jingle): Step {
  throw outOfOrder(jingle.action, session.state);
}

function command(session: Session, id: string, jingle: Jingle, now: number, times: SessionTimes): Step {
  const next = NEXT[session.state][jingle.action];
  if (!next) throw new LocalError(`cannot send ${jingle.action}: the session is ${session.state}`);
  if (jingle.action === "session-accept" && session.role !== "responder") {
    throw new LocalError("cannot send session-accept: only the responder accepts");
  }
  const outstanding = new Map(session.outstanding).set(id, jingle.action);
  const moved: Session = { ...session, state: next, outstanding };
  const send: SessionOutput = { type: "send", id, jingle };
  switch (jingle.action) {
    case "session-initiate":
      // 0166-09: live for us as soon as it is sent; the peer's first transport-info can outrun its ack.
      return [{ ...moved, contents: jingle.contents.map(ours), deadline: now + times.initiate }, [send]];
    case "session-accept":
      return [{ ...moved, contents: agreed(session, jingle.contents), deadline: null }, [send]];
    case "session-terminate": {
      const reason = jingle.reason ?? { condition: "success", extra: [] };
      return [ended(moved), [send, { type: "event", event: { type: "ended", reason, by: "us" } }]];
    }
    default:
      return [moved, [send]];
  }
}

function response(session: Session, id: string, error: StanzaError | null, now: number, times: SessionTimes): Step {
  const action = session.outstanding.get(id);
  if (!action) return [session, []];
  const outstanding = new Map(session.outstanding);
  outstanding.delete(id);
  const next = { ...session, outstanding };
  if (session.state === "ended") return [next, []];
  // 0166-39: an error to session-initiate means the session is dead, unknown-session always does, others do not.
  if (error && (action === "session-initiate" || error.application === "unknown-session")) {
    const reason: Reason = { condition: conditionOf(error), text: error.text, extra: [] };
    return [ended(next), [{ type: "event", event: { type: "ended", reason, by: "peer" } }]];
  }
  // Refused, it leaves us in a call that the other side does not believe in. Unavailable can be said of what did arrive.
  if (error && action === "session-accept" && error.condition !== "recipient-unavailable") {
    return terminate(next, "connectivity-error", "peer");
  }
  if (action === "session-initiate" && session.state === "pending") {
    return [{ ...next, deadline: now + times.accept }, []];
  }
  return [next, []];
}

/** What a refused session-initiate means to a person. */
function conditionOf(error: StanzaError): ReasonCondition {
  if (error.application === "tie-break") return "alternative-session";
  if (error.application === "unknown-session") return "connectivity-error";
  switch (error.condition) {
    case "service-unavailable":
    case "feature-not-implemented":
      return "unsupported-applications";
    case "resource-constraint":
      return "busy";
    case "item-not-found":
    case "recipient-unavailable":
    case "remote-server-not-found":
    case "remote-server-timeout":
      return "connectivity-error";
    default:
      return "general-error";
  }
}

/** E5: malformed offers. */
function checkOffer(contents: readonly Content[]): void {
  const names = new Set<string>();
  for (const { name, description, transport, extra } of contents) {
    // 0166-26: two of one name would be alternatives, which nobody offers.
    if (names.has(name)) throw badRequest(`content ${name}: twice`);
    names.add(name);
    if (!transport && !extra.some((node) => node.getName() === "transport"))
      throw badRequest(`content ${name}: no transport`);
    if (!description && !transport?.sctpMap && !extra.some((node) => node.getName() === "description")) {
      throw badRequest(`content ${name}: no description`);
    }
  }
  // 0166-18
  if (!contents.some(({ disposition }) => (disposition ?? "session") === "session")) {
    throw badRequest("no content with disposition session");
  }
}

/** Why contents cannot be taken at all: acknowledged first, then terminated (§6.3.1). */
function unsupported(contents: readonly Content[]): ReasonCondition | null {
  if (contents.every(({ description }) => !description)) return "unsupported-applications";
  if (contents.some(({ transport }) => !transport)) return "unsupported-transports";
  // 0167-10, 0320: media is DTLS-SRTP or it is not at all.
  if (contents.some((content) => fingerprintKey(content) === undefined)) return "security-error";
  return null;
}

/** The content of the session that the peer speaks of. E16: never unknown-session, on which peers end the call. */
function known(session: Session, content: Content): SignalledContent {
  const found = session.contents.find(({ name }) => name === content.name);
  if (!found) throw new RemoteError("item-not-found", undefined, `content ${content.name}: not in this session`);
  return found;
}

function fingerprintChanged(session: Session, content: Content): boolean {
  const key = fingerprintKey(content);
  const before = known(session, content).peerFingerprint;
  return key !== undefined && before !== undefined && key !== before;
}

/** 0320-04: a fingerprint may come early, in a transport-info; from then on it is the one. */
function withFingerprints(session: Session, jingle: Jingle): readonly SignalledContent[] {
  return session.contents.map((content) => {
    const spoken = jingle.contents.find(({ name }) => name === content.name);
    return { ...content, peerFingerprint: content.peerFingerprint ?? (spoken && fingerprintKey(spoken)) };
  });
}

function signalled(content: Content): SignalledContent {
  return { ...ours(content), peerFingerprint: fingerprintKey(content) };
}

function ours({ creator, name, senders }: Content): SignalledContent {
  return { creator, name, senders: senders ?? "both", peerFingerprint: undefined };
}

/** Of the peer's offer, what our accept takes (0166-28), with our senders. */
function agreed(session: Session, accepted: readonly Content[]): readonly SignalledContent[] {
  return session.contents.flatMap((content) => {
    const taken = accepted.find(({ name }) => name === content.name);
    return taken ? [{ ...content, senders: taken.senders ?? "both" }] : [];
  });
}

/** Ends the session from our side: says so to the peer and to the application. */
function terminate(session: Session, condition: ReasonCondition, by: "us" | "peer" | "timeout"): Step {
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

function answer(
  session: Session,
  action: Action,
  contents: readonly Content[],
  condition: ReasonCondition,
): SessionOutput {
  const reason: Reason = { condition, extra: [] };
  return { type: "send", jingle: { action, sid: session.sid, contents, groups: [], reason, extra: [] } };
}

function ended(session: Session): Session {
  return { ...session, state: "ended", contents: [], deadline: null };
}

function after(first: SessionOutput, [session, outputs]: Step): Step {
  return [session, [first, ...outputs]];
}

function acknowledge(id: string): SessionOutput {
  return { type: "reply", id, error: null };
}

function heard(jingle: Jingle): SessionOutput {
  return { type: "event", event: { type: "received", jingle } };
}

function inform(info: SessionInfo): SessionOutput {
  return { type: "event", event: { type: "info", info } };
}

function badRequest(message: string): RemoteError {
  return new RemoteError("bad-request", undefined, message);
}

/** E8 */
function outOfOrder(action: Action, state: SessionState): RemoteError {
  return new RemoteError("unexpected-request", "out-of-order", `${action} while ${state}`);
}

/** E12 */
function unsupportedInfo(action: Action): RemoteError {
  return new RemoteError("feature-not-implemented", "unsupported-info", `${action}: payload not understood`);
}
