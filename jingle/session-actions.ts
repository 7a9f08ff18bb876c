// XEP-0166: Jingle, version 1.1.2: what each action of a peer does to a session
import { fingerprintKey } from "./description.js";
import {
  badRequest,
  checkOffer,
  checkWhole,
  fingerprintChanged,
  known,
  outOfOrder,
  tieBreak,
  unsupported,
  unsupportedInfo,
} from "./session-checks.js";
import {
  acknowledge,
  after,
  described,
  ended,
  heard,
  type Session,
  type SessionOutput,
  type SessionTimes,
  type SignalledContent,
  type Step,
  terminate,
} from "./session-state.js";
import { type Action, type Content, type Jingle, otherRole, type Reason, type ReasonCondition } from "./xep/0166.js";
import { readSessionInfo, type SessionInfo } from "./xep/0167.js";

/** Takes a session that is in its next state already. Throws RemoteError to refuse. */
export type PeerAction = (session: Session, id: string, jingle: Jingle, now: number, times: SessionTimes) => Step;

export const PEER_ACTIONS: Record<Action, PeerAction> = {
  "session-initiate": (session, id, jingle, now, times) => {
    if (session.role !== "responder") throw outOfOrder(jingle.action, session.state);
    checkOffer(jingle.contents);
    const problem = unsupported(jingle.contents);
    const live = { ...session, initiateId: id, deadline: now + times.accept };
    if (problem) return after(acknowledge(id), terminate(live, problem, "us"));
    return [
      { ...live, contents: jingle.contents.map((content) => described(content)) },
      [acknowledge(id), heard(jingle)],
    ];
  },
  "session-accept": (session, id, jingle) => {
    if (session.role !== "initiator") throw outOfOrder(jingle.action, session.state);
    if (jingle.contents.length === 0) throw badRequest("session-accept: no content");
    return accepted(session, id, jingle, jingle.contents);
  },
  "session-terminate": (session, id, jingle) => {
    const reason = jingle.reason ?? { condition: "general-error", extra: [] };
    return [ended(session), [acknowledge(id), { type: "event", event: { type: "ended", reason, by: "peer" } }]];
  },
  "session-info": (session, id, jingle) => {
    // 0166-33: without a payload it is a ping.
    if (jingle.extra.length === 0) return [session, [acknowledge(id)]];
    const understood = jingle.extra.map(readSessionInfo).filter((info) => info !== undefined);
    if (understood.length === 0) throw unsupportedInfo(jingle.action);
    return [session, [acknowledge(id), ...understood.map(inform)]];
  },
  "transport-info": (session, id, jingle) => {
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
    tieBreak(session, jingle);
    const contents = session.contents.map((content) => ({
      ...content,
      senders: jingle.contents.find(({ name }) => name === content.name)?.senders ?? content.senders,
    }));
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  "content-add": (session, id, jingle) => {
    if (jingle.contents.length === 0) throw badRequest("content-add: no content");
    checkWhole(jingle.contents);
    for (const { name } of jingle.contents) {
      // 0166-25: names are unique in the session, over both creators.
      if (session.contents.some((content) => content.name === name)) throw badRequest(`content ${name}: there already`);
    }
    tieBreak(session, jingle);
    const problem = unsupported(jingle.contents, session.contents);
    // 0166-19, 0167-05
    if (problem) return [session, [acknowledge(id), answer(session, "content-reject", jingle.contents, problem)]];
    const peer = otherRole(session.role);
    const contents = [...session.contents, ...jingle.contents.map((content) => described(content, peer))];
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  "content-accept": (session, id, jingle) => {
    const offered = waiting(session, jingle);
    // COMPAT(Movim): what it takes beside is none of ours.
    return accepted(session, id, { ...jingle, action: "content-accept", contents: offered }, offered);
  },
  "content-reject": (session, id, jingle) => {
    const names = waiting(session, jingle).map(({ name }) => name);
    const contents = session.contents.filter(({ name }) => !names.includes(name));
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  "content-remove": (session, id, jingle) => {
    for (const content of jingle.contents) known(session, content);
    const contents = session.contents.filter(({ name }) => !jingle.contents.some((gone) => gone.name === name));
    // 0166-21: nothing is left to talk about.
    if (contents.length === 0) return after(acknowledge(id), terminate(session, "success", "peer"));
    return [{ ...session, contents }, [acknowledge(id), heard(jingle)]];
  },
  // 0166-23
  "transport-replace": (session, id, jingle) => {
    for (const content of jingle.contents) known(session, content);
    const reject = answer(session, "transport-reject", jingle.contents, "unsupported-transports");
    return [session, [acknowledge(id), reject]];
  },
  // 0167-15: purely advisory.
  "description-info": (session, id) => [session, [acknowledge(id)]],
  "security-info": (_session, _id, jingle) => {
    throw unsupportedInfo(jingle.action);
  },
  "transport-accept": refuse,
  "transport-reject": refuse,
};

/** Answers to what we never asked. */
function refuse(session: Session, _id: string, jingle: Jingle): Step {
  throw outOfOrder(jingle.action, session.state);
}

/** Of the contents that this answers, those that we have added and that wait; none: out of order. */
function waiting(session: Session, jingle: Jingle): readonly Content[] {
  const found = jingle.contents.filter((content) =>
    session.contents.some(({ name, addedBy }) => name === content.name && addedBy === session.role),
  );
  if (found.length === 0) throw outOfOrder(jingle.action, session.state);
  return found;
}

/** The peer takes contents of ours: from now on its fingerprints bind it. */
function accepted(session: Session, id: string, jingle: Jingle, contents: readonly Content[]): Step {
  const pairs = contents.map((content) => ({ content, before: known(session, content) }));
  const problem = unsupported(contents, session.contents);
  const changed = contents.some((content) => fingerprintChanged(session, content));
  if (problem || changed) return after(acknowledge(id), terminate(session, problem ?? "security-error", "us"));
  // 0166-27 says absent is both; a content-modify before the accept (Dino without a camera) has said otherwise.
  const taken = pairs.map(({ content, before }) => ({ ...content, senders: content.senders ?? before.senders }));
  const fresh = taken.map((content) => described(content));
  const initial = jingle.action === "session-accept";
  const rest = initial ? [] : session.contents.filter(({ name }) => !fresh.some((content) => content.name === name));
  const next = { ...session, contents: [...rest, ...fresh], deadline: null };
  return [next, [acknowledge(id), heard({ ...jingle, contents: taken })]];
}

/** 0320-04: a fingerprint may come early, in a transport-info; from then on it is the one. */
function withFingerprints(session: Session, jingle: Jingle): readonly SignalledContent[] {
  return session.contents.map((content) => {
    const spoken = jingle.contents.find(({ name }) => name === content.name);
    return { ...content, peerFingerprint: content.peerFingerprint ?? (spoken && fingerprintKey(spoken)) };
  });
}

function answer(
  session: Session,
  action: Action,
  contents: readonly Content[],
  condition: ReasonCondition,
): SessionOutput {
  const reason: Reason = { condition, extra: [] };
  const named = contents.map(({ creator, name }) => ({ creator, name, extra: [] }));
  return { type: "send", jingle: { action, sid: session.sid, contents: named, groups: [], reason, extra: [] } };
}

function inform(info: SessionInfo): SessionOutput {
  return { type: "event", event: { type: "info", info } };
}
