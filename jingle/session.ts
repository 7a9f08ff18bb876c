// XEP-0166: Jingle, version 1.1.2: one session, as a table, a few guards and a step
import { LocalError, RemoteError, unreachable } from "./errors.js";
import { PEER_ACTIONS } from "./session-actions.js";
import { outOfOrder } from "./session-checks.js";
import {
  acknowledge,
  announced,
  ended,
  type Session,
  type SessionInput,
  type SessionOutput,
  type SessionState,
  type SessionTimes,
  type SignalledContent,
  type Step,
  terminate,
} from "./session-state.js";
import type { StanzaError } from "./stanza.js";
import type { Action, Content, Jingle, Reason, ReasonCondition } from "./xep/0166.js";

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
    "content-accept": state,
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
    const action = answersAdd(session, jingle) ? "content-accept" : jingle.action;
    const next = NEXT[session.state][action];
    if (!next) throw outOfOrder(jingle.action, session.state);
    return PEER_ACTIONS[action]({ ...session, state: next }, id, jingle, now, times);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return [session, [{ type: "reply", id, error }]];
  }
}

/** COMPAT(Movim): answers content-add with a second session-accept. */
function answersAdd(session: Session, { action }: Jingle): boolean {
  const waits = session.contents.some(({ addedBy }) => addedBy === session.role);
  return action === "session-accept" && session.state === "active" && waits;
}

function command(session: Session, id: string, jingle: Jingle, now: number, times: SessionTimes): Step {
  const next = NEXT[session.state][jingle.action];
  if (!next) throw new LocalError(`cannot send ${jingle.action}: the session is ${session.state}`);
  if (jingle.action === "session-accept" && session.role !== "responder") {
    throw new LocalError("cannot send session-accept: only the responder accepts");
  }
  const contents = jingle.contents.map(({ name }) => name);
  const outstanding = new Map(session.outstanding).set(id, { action: jingle.action, contents });
  const moved: Session = { ...session, state: next, outstanding, contents: afterCommand(session, jingle) };
  const send: SessionOutput = { type: "send", id, jingle };
  switch (jingle.action) {
    case "session-initiate":
      // 0166-09: live for us as soon as it is sent; the peer's first transport-info can outrun its ack.
      return [{ ...moved, deadline: now + times.initiate }, [send]];
    case "session-accept":
      return [{ ...moved, deadline: null }, [send]];
    case "session-terminate": {
      const reason = jingle.reason ?? { condition: "success", extra: [] };
      return [ended(moved), [send, { type: "event", event: { type: "ended", reason, by: "us" } }]];
    }
    default:
      return [moved, [send]];
  }
}

/** The contents of the session once our action is sent. */
function afterCommand(session: Session, { action, contents }: Jingle): readonly SignalledContent[] {
  const named = (name: string) => contents.find((content) => content.name === name);
  switch (action) {
    case "session-initiate":
      return contents.map((content) => announced(content));
    case "session-accept":
      // 0166-28: what is left out is not taken.
      return agreed(
        session.contents.filter(({ name }) => named(name)),
        contents,
      );
    case "content-add":
      return [...session.contents, ...contents.map((content) => announced(content, session.role))];
    case "content-accept":
      return agreed(session.contents, contents);
    case "content-modify":
      return session.contents.map((content) => ({
        ...content,
        senders: named(content.name)?.senders ?? content.senders,
      }));
    case "content-reject":
    case "content-remove":
      return session.contents.filter(({ name }) => !named(name));
    default:
      return session.contents;
  }
}

/** Contents with the senders that our action says, and nobody waiting for them any more. */
function agreed(before: readonly SignalledContent[], spoken: readonly Content[]): readonly SignalledContent[] {
  return before.map((content) => {
    const said = spoken.find(({ name }) => name === content.name);
    return said ? { ...content, senders: said.senders ?? "both", addedBy: null } : content;
  });
}

function response(session: Session, id: string, error: StanzaError | null, now: number, times: SessionTimes): Step {
  const answered = session.outstanding.get(id);
  if (!answered) return [session, []];
  const outstanding = new Map(session.outstanding);
  outstanding.delete(id);
  const next = { ...session, outstanding };
  if (session.state === "ended") return [next, []];
  if (error) return refused(next, answered.action, answered.contents, error);
  const { action, contents } = answered;
  if (action === "session-initiate" && session.state === "pending") {
    return [{ ...next, deadline: now + times.accept }, []];
  }
  if (!action.startsWith("content-")) return [next, []];
  return [next, [{ type: "event", event: { type: "acknowledged", action, contents } }]];
}

function refused(session: Session, action: Action, contents: readonly string[], error: StanzaError): Step {
  // What overtook our session-initiate meets no session there yet: whether there will be one, its own answer says.
  const initiating = [...session.outstanding.values()].some((sent) => sent.action === "session-initiate");
  // 0166-39: an error to session-initiate means the session is dead, unknown-session always does, others do not.
  if (action === "session-initiate" || (error.application === "unknown-session" && !initiating)) {
    const reason: Reason = { condition: conditionOf(error), text: error.text, extra: [] };
    return [ended(session), [{ type: "event", event: { type: "ended", reason, by: "peer" } }]];
  }
  // Refused, it leaves us in a call that the other side does not believe in. Unavailable can be said of what did arrive.
  if (action === "session-accept" && error.condition !== "recipient-unavailable") {
    return terminate(session, "connectivity-error", "peer");
  }
  const kept = session.contents.filter(({ name }) => action !== "content-add" || !contents.includes(name));
  const event = { type: "refused", action, contents, error } as const;
  return [{ ...session, contents: kept }, [{ type: "event", event }]];
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
