// XEP-0166: Jingle, version 1.1.2: one session, as a table, a few guards and a step
import { LocalError, RemoteError, unreachable } from "./errors.js";
import { PEER_ACTIONS } from "./session-actions.js";
import { inFlight, outOfOrder, waiting } from "./session-checks.js";
import {
  alter,
  announced,
  ended,
  find,
  type Outstanding,
  type Session,
  type SessionInput,
  type SessionOutput,
  type SessionRules,
  type SessionState,
  type SignalledContent,
  type Step,
  tell,
  terminate,
  terminated,
  without,
} from "./session-state.js";
import type { StanzaError } from "./stanza.js";
import { type Action, type Content, type Jingle, otherRole, type ReasonCondition } from "./xep/0166.js";

type Next = Partial<Record<SessionState, SessionState>>;

/** §5.1. What is not here is out-of-order if the peer sent it, a LocalError if we asked for it. */
const NEXT: Partial<Record<Action, Next>> = {
  "session-initiate": { idle: "pending" },
  "session-accept": { pending: "active" },
  "session-terminate": { pending: "ended", active: "ended" },
};
/** 0166-10: all content, transport and info actions are legal in pending and active. */
const BESIDE: Next = { pending: "pending", active: "active" };

/** Moves a session on by one input. Throws LocalError when a command does not fit; never because of the peer. */
export function step(session: Session, input: SessionInput, now: number, rules: SessionRules): Step {
  switch (input.type) {
    case "received":
      return received(session, input.id, input.jingle, now, rules);
    case "command":
      return command(session, input.id, input.jingle, now, rules);
    case "response":
      return response(session, input.id, input.error, now, rules);
    case "timeout":
      if (session.deadline === null || now < session.deadline) return [session, []];
      return terminate(session, "timeout", "timeout");
    default:
      return unreachable(input);
  }
}

function received(session: Session, id: string, jingle: Jingle, now: number, rules: SessionRules): Step {
  const reply = (error: RemoteError | null): SessionOutput => ({ type: "reply", error });
  if (jingle.action === "session-initiate" && session.state !== "idle" && session.initiateId === id) {
    return [session, [reply(null)]];
  }
  try {
    const action = answersAdd(session, jingle) ? "content-accept" : jingle.action;
    const state = (NEXT[action] ?? BESIDE)[session.state];
    if (!state) throw outOfOrder();
    const [next, outputs] = PEER_ACTIONS[action]({ ...session, state }, jingle, rules, now);
    return [next, [reply(null), ...outputs]];
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return [session, [reply(error)]];
  }
}

/** COMPAT(Movim): answers content-add with a second session-accept. */
function answersAdd(session: Session, { action }: Jingle): boolean {
  const waits = session.contents.some(({ addedBy }) => addedBy === session.role);
  return action === "session-accept" && session.state === "active" && waits;
}

function command(session: Session, id: string, said: Jingle, now: number, rules: SessionRules): Step {
  const { action } = said;
  const state = (NEXT[action] ?? BESIDE)[session.state];
  // 0166-24: a content goes by the creator that the peer gives it.
  const contents = said.contents.map((content) => ({
    ...content,
    creator: find(session.contents, content)?.creator ?? content.creator,
  }));
  const jingle: Jingle = { ...said, contents };
  if (!state || !fits(session, jingle)) throw new LocalError(`cannot send ${action}: the session is ${session.state}`);
  if (action === "session-terminate") {
    // 0166-14
    return terminated(session, jingle.reason ?? { condition: "success", extra: [] }, "us", id);
  }
  const asked: Outstanding = {
    id,
    action,
    contents: contents.map(({ name, senders }) => ({ name, senders })),
    meaning: meaningOf(jingle, state),
  };
  const moved: Session = {
    ...session,
    state,
    outstanding: [...session.outstanding, asked],
    contents: afterCommand(session, jingle),
    deadline: action === "session-accept" ? null : session.deadline,
  };
  // 0166-09: live for us as soon as it is sent; the peer's first transport-info can outrun its ack.
  const live = action === "session-initiate" ? { ...moved, deadline: now + rules.initiate } : moved;
  return [live, [{ type: "send", id, jingle }]];
}

function fits(session: Session, jingle: Jingle): boolean {
  const { action, contents } = jingle;
  switch (action) {
    case "session-accept":
      return session.role === "responder" && contents.length > 0;
    case "content-accept":
    case "content-reject":
      return waiting(session, jingle, otherRole(session.role)).length === contents.length;
    case "content-add":
    case "content-modify":
    case "transport-replace":
      // 0166-40: a second one of a kind waits for the answer to the first.
      return !inFlight(session, action, contents);
    default:
      return true;
  }
}

function meaningOf({ action, contents }: Jingle, state: SessionState): Outstanding["meaning"] {
  const restart = ({ transport }: Content) =>
    transport?.ufrag !== undefined && transport.candidates.length + transport.fingerprints.length === 0;
  return action === "transport-info" && state === "active" && contents.some(restart) ? "restart" : undefined;
}

/** The contents of the session once our action is sent. */
function afterCommand(session: Session, { action, contents }: Jingle): readonly SignalledContent[] {
  const agree = (from: Session) => alter(from, contents, (_, { senders = "both" }) => ({ senders, addedBy: null }));
  switch (action) {
    case "session-initiate":
      return contents.map((content) => announced(content));
    case "session-accept":
      // 0166-28: what is left out is not taken.
      return agree({
        ...session,
        contents: session.contents.filter((content) => content.addedBy !== null || find(contents, content)),
      });
    case "content-add":
      return [...session.contents, ...contents.map((content) => announced(content, session.role))];
    case "content-accept":
      return agree(session);
    case "content-reject":
    case "content-remove":
      return without(session, contents);
    case "transport-replace":
      return alter(session, contents, () => ({ replacing: true }));
    default:
      return session.contents;
  }
}

function response(session: Session, id: string, error: StanzaError | null, now: number, rules: SessionRules): Step {
  const asked = session.outstanding.find((one) => one.id === id);
  if (!asked) return [session, []];
  const next = { ...session, outstanding: session.outstanding.filter((one) => one !== asked) };
  if (error) return refused(next, asked, error);
  const { action } = asked;
  if (action === "session-initiate" && session.state === "pending") {
    return [{ ...next, deadline: now + rules.accept }, []];
  }
  if (!action.startsWith("content-") && asked.meaning !== "restart") return [next, []];
  // Taken note of, it is so; until then a content-modify that the peer refuses has changed nothing (0166-32).
  const modified = action === "content-modify" ? asked.contents : [];
  const contents = alter(next, modified, (before, { senders = before.senders }) => ({ senders }));
  return [{ ...next, contents }, [tell({ type: "acknowledged", action, contents: namesOf(asked) })]];
}

function refused(session: Session, asked: Outstanding, error: StanzaError): Step {
  const { action } = asked;
  const { condition, application } = error;
  // What overtook our session-initiate meets no session there yet: whether there will be one, its own answer says.
  const initiating = session.outstanding.some((one) => one.action === "session-initiate");
  // 0166-39: an error to session-initiate means the session is dead, unknown-session always does, others do not.
  // 0166-36: not so service-unavailable to a ping. A server says it while the peer is on its way back as well; whether
  // there is still a call, the media know.
  const gone = application === "unknown-session" && !initiating;
  if (action === "session-initiate" || gone) {
    const why = gone ? "connectivity-error" : (MEANING.get(application ?? "") ?? MEANING.get(condition));
    return ended(session, { condition: why ?? "general-error", text: error.text, extra: [] }, "peer");
  }
  // Refused, it leaves us in a call that the other side does not believe in. Unavailable can be said of what did arrive.
  if (action === "session-accept" && condition !== "recipient-unavailable") {
    return terminate(session, "connectivity-error", "peer");
  }
  // Unavailable: whether the accept arrived nobody knows, and media may flow by it.
  const unmade = action === "content-add" || (action === "content-accept" && condition !== "recipient-unavailable");
  // 0166-31: of contents that cross, theirs may have the same name, and stays.
  const ours = session.contents.filter(({ addedBy }) => action !== "content-add" || addedBy === session.role);
  const refusedOnes = ours.filter((content) => find(asked.contents, content));
  const kept = unmade
    ? session.contents.filter((content) => !refusedOnes.includes(content))
    : alter(session, action === "transport-replace" ? asked.contents : [], () => ({ replacing: false }));
  const event = { type: "refused", action, contents: namesOf(asked), error } as const;
  return [{ ...session, contents: kept }, [tell(event)]];
}

function namesOf({ contents }: Outstanding): readonly string[] {
  return contents.map(({ name }) => name);
}

/** What a refused session-initiate means to a person. */
const MEANING: ReadonlyMap<string, ReasonCondition> = new Map([
  ["tie-break", "alternative-session"],
  ["service-unavailable", "unsupported-applications"],
  ["feature-not-implemented", "unsupported-applications"],
  ["resource-constraint", "busy"],
  ["item-not-found", "connectivity-error"],
  ["recipient-unavailable", "connectivity-error"],
  ["remote-server-not-found", "connectivity-error"],
  ["remote-server-timeout", "connectivity-error"],
]);
