// XEP-0166: Jingle, version 1.1.2: what each action of a peer does to a session
import { fingerprintKey } from "./description.js";
import { RemoteError } from "./errors.js";
import { own } from "./register.js";
import {
  badRequest,
  checkCount,
  checkWhole,
  crossing,
  fingerprintChanged,
  isForSession,
  outOfOrder,
  spokenOf,
  tieBreak,
  unsupported,
  unsupportedInfo,
  waiting,
} from "./session-checks.js";
import {
  alter,
  described,
  ended,
  find,
  type Session,
  type SessionOutput,
  type SessionRules,
  type SignalledContent,
  type Step,
  tell,
  terminate,
  without,
} from "./session-state.js";
import { type Action, type Content, type Jingle, otherRole, type ReasonCondition } from "./xep/0166.js";
import { readSessionInfo } from "./xep/0167.js";

/**
 * Takes a session that is in its next state already; what it returns follows the result that answers the iq. Throws
 * RemoteError to answer with an error instead.
 */
export type PeerAction = (session: Session, jingle: Jingle, rules: SessionRules, now: number) => Step;

export const PEER_ACTIONS: Record<Action, PeerAction> = {
  "session-initiate": (session, jingle, rules, now) => {
    // 0166-18
    const offered = jingle.contents.filter(isForSession);
    checkWhole(offered);
    const contents = described(offered);
    checkCount(contents, rules);
    const problem = unsupported(offered);
    const live = { ...session, contents, deadline: now + rules.accept };
    return problem ? terminate(live, problem, "us") : say(live, jingle, offered);
  },
  "session-accept": (session, jingle, rules) => {
    if (session.role !== "initiator") throw outOfOrder();
    return accepted(session, jingle, rules);
  },
  "session-terminate": (session, jingle) =>
    ended(session, jingle.reason ?? { condition: "general-error", extra: [] }, "peer"),
  "session-info": (session, { extra }, rules) => {
    const events = extra.flatMap((payload): SessionOutput[] => {
      const info = readSessionInfo(payload);
      if (info) return [tell({ type: "info", info })];
      const transfer = rules.transfer?.(payload);
      if (transfer) return [tell({ type: "transfer", transfer })];
      // E17, 0167-17: keys travel as RTP.
      if (payload.getName() === "dtmf") throw new RemoteError("not-acceptable");
      return [];
    });
    // 0166-33: without a payload it is a ping.
    if (extra.length > 0 && events.length === 0) throw unsupportedInfo();
    return [session, events];
  },
  "transport-info": (session, jingle, rules) => {
    const spoken = spokenOf(session, jingle);
    if (spoken.some((content) => fingerprintChanged(session, content)))
      return terminate(session, "security-error", "us");
    const active = session.state === "active";
    const contents = alter(session, spoken, (before, said) => moreOf(before, said, active));
    checkCount(contents, rules);
    if (session.outstanding.some(({ meaning }) => meaning === "restart")) {
      // 0371-03: of the time before our restart.
      if (!spoken.some((content) => restarts(content, find(session.contents, content)))) return [session, []];
      // 0371-04, E11
      if (session.role === "initiator") throw crossing();
    }
    return say({ ...session, contents }, jingle, spoken);
  },
  "content-modify": (session, jingle) => {
    const spoken = spokenOf(session, jingle);
    // 0166-22: the one action where senders is required.
    if (!spoken.every(({ senders }) => senders)) throw badRequest("no senders");
    tieBreak(session, jingle);
    const contents = alter(session, spoken, (_, { creator, senders }) => ({ creator, senders: senders! }));
    return say({ ...session, contents }, jingle, spoken);
  },
  "content-add": (session, jingle, rules) => {
    checkWhole(jingle.contents);
    tieBreak(session, jingle);
    // 0166-25: names are unique in the session, over both creators; of those that cross one is refused (0166-31).
    const settled = session.contents.filter(({ addedBy }) => addedBy !== session.role);
    if (jingle.contents.some((content) => find(settled, content))) throw badRequest("name in use");
    const problem = unsupported(jingle.contents, session.contents);
    // 0166-19, 0167-05
    if (problem) return reject(session, "content-reject", jingle.contents, problem);
    const peer = otherRole(session.role);
    const contents = [...session.contents, ...described(jingle.contents, peer)];
    checkCount(contents, rules);
    return say({ ...session, contents }, jingle);
  },
  // COMPAT(Movim): what it takes beside is none of ours.
  "content-accept": (session, jingle, rules) => {
    const contents = answered(session, jingle);
    return accepted(session, { ...jingle, action: "content-accept", contents }, rules);
  },
  "content-reject": (session, jingle) => removed(session, jingle, answered(session, jingle)),
  "content-remove": (session, jingle) => {
    tieBreak(session, jingle);
    return removed(session, jingle, spokenOf(session, jingle));
  },
  // 0166-23
  "transport-replace": (session, jingle) => {
    tieBreak(session, jingle);
    return reject(session, "transport-reject", spokenOf(session, jingle), "unsupported-transports");
  },
  "transport-accept": replaced,
  "transport-reject": replaced,
  // 0167-15: purely advisory, so nothing in it is an error.
  "description-info": (session, jingle) =>
    say(
      session,
      jingle,
      jingle.contents.filter((content) => find(session.contents, content)),
    ),
  "security-info": () => {
    throw unsupportedInfo();
  },
};

/** The peer takes contents of ours: from now on its fingerprints bind it. */
function accepted(session: Session, jingle: Jingle, rules: SessionRules): Step {
  const spoken = spokenOf(session, jingle);
  checkWhole(spoken);
  const changed = spoken.some((content) => fingerprintChanged(session, content));
  const problem = unsupported(spoken, session.contents) ?? (changed ? "security-error" : null);
  if (problem) return terminate(session, problem, "us");
  // 0166-27 says absent is both; a content-modify before the accept (Dino without a camera) has said otherwise.
  const taken = spoken.map((content) => ({
    ...content,
    senders: content.senders ?? find(session.contents, content)!.senders,
  }));
  const initial = jingle.action === "session-accept";
  // 0166-28: what is left out is not taken; what was added since waits for an answer of its own.
  const rest = without(session, taken).filter(({ addedBy }) => !initial || addedBy !== null);
  const contents = [...rest, ...described(taken)];
  checkCount(contents, rules);
  return say({ ...session, contents, deadline: null }, jingle, taken);
}

/** Of the contents that this answers, those that we have added and that wait. */
function answered(session: Session, jingle: Jingle): readonly Content[] {
  // COMPAT(stanza): refuses without saying what.
  const spoken = jingle.contents.length > 0 ? jingle.contents : namedOnly(session.contents);
  const found = waiting(session, { ...jingle, contents: spoken }, session.role);
  if (found.length === 0) throw outOfOrder();
  return found;
}

/** 0166-20: they are gone, and nobody answers to that but by the result. */
function removed(session: Session, jingle: Jingle, gone: readonly Content[]): Step {
  const contents = without(session, gone);
  // 0166-21: nothing is left to talk about.
  if (contents.length === 0) return terminate(session, jingle.reason?.condition ?? "success", "peer");
  return say({ ...session, contents }, jingle, gone);
}

function replaced(session: Session, jingle: Jingle): Step {
  const spoken = spokenOf(session, jingle).filter((content) => find(session.contents, content)!.replacing);
  if (spoken.length === 0) throw outOfOrder();
  return say({ ...session, contents: alter(session, spoken, () => ({ replacing: false })) }, jingle, spoken);
}

/** What a transport-info adds. 0320-04: a fingerprint may come early; from then on it is the one. */
function moreOf(before: SignalledContent, said: Content, active: boolean): Partial<SignalledContent> {
  if (!said.transport) return {};
  const { ufrag, candidates } = said.transport;
  // 0176-09. Before the answer candidates are kept, so a peer cannot begin to count anew then.
  const anew = active && ufrag !== undefined && ufrag !== before.peerUfrag;
  return {
    peerFingerprint: before.peerFingerprint ?? own(fingerprintKey(said)),
    peerUfrag: own(ufrag) ?? before.peerUfrag,
    candidates: (anew ? 0 : before.candidates) + candidates.length,
  };
}

/** G10: new credentials without a candidate offer an ICE restart; with one they answer it. */
function restarts({ transport }: Content, before: SignalledContent | undefined): boolean {
  return !!transport?.ufrag && transport.ufrag !== before?.peerUfrag && transport.candidates.length === 0;
}

function reject(session: Session, action: Action, contents: readonly Content[], condition: ReasonCondition): Step {
  const reason = { condition, extra: [] };
  const jingle = { action, sid: session.sid, contents: namedOnly(contents), groups: [], reason, extra: [] };
  return [session, [{ type: "send", jingle }]];
}

function namedOnly(contents: readonly Pick<Content, "creator" | "name">[]): readonly Content[] {
  return contents.map(({ creator, name }) => ({ creator, name, extra: [] }));
}

/** Tells the application; what speaks of nothing that is still there is not worth telling. */
function say(session: Session, jingle: Jingle, contents = jingle.contents): Step {
  return [session, contents.length > 0 ? [tell({ type: "received", jingle: { ...jingle, contents } })] : []];
}
