// XEP-0353: what became of a call, told by the messages of its initiation alone (0313-02)
import type { Element } from "ltx";
import { RemoteError } from "../jingle/errors.js";
import { bareJid, normaliseJid, sameAccount } from "../jingle/jid.js";
import type { ReasonCondition } from "../jingle/xep/0166.js";
import { type JingleMessage, type MessageAction, readJingleMessage } from "../jingle/xep/0353.js";

export type CallOutcome =
  /** It rings still, as far as the messages tell. */
  | "pending"
  /** They talked, or do; `duration` says how long. */
  | "answered"
  /** They talked, but on another of our devices. */
  | "answered-elsewhere"
  /** Incoming, and nobody took it. */
  | "missed"
  /** By whom it was for: us, on any device, or them. */
  | "declined"
  | "busy"
  | "no-answer"
  /** Outgoing, and taken back before anybody answered. */
  | "cancelled"
  /** Answered, but no connection came of it. */
  | "failed";

export interface CallEntry {
  /** The id of message initiation, or the sid of a session without it. */
  readonly id: string;
  /** Bare JID of the other side. */
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly video: boolean;
  /** When it began. ms since the epoch */
  readonly at: number;
  /** From the answer to the end, in ms, of whole seconds; null where nobody answered or the end is not known. */
  readonly duration: number | null;
  readonly outcome: CallOutcome;
}

/** One message of a call's initiation, wherever it was found. */
export interface CallStep {
  readonly message: JingleMessage;
  readonly from: string;
  readonly to: string;
  /** ms since the epoch */
  readonly at: number;
}

/** What a record depends on beside the messages. */
export interface Reader {
  /** Our bare JID. */
  readonly account: string;
  /** Is, or was, this full JID of our account ours, and not another device's? */
  isHere(jid: string): boolean;
  /** ms since the epoch */
  readonly now: number;
}

/** How long a call rings at most: callers give up before. ms */
export const RING_TIME = 60_000;
/** Longer than it takes a call to connect, or to give that up: what lasted longer was a conversation. ms */
const CONNECT_TIME = 60_000;

/** Reasons with which a call ends that was one. */
const GOOD_ENDS: ReadonlySet<ReasonCondition | undefined> = new Set([
  undefined,
  "success",
  "gone",
  "expired",
  "alternative-session",
] as const);

/**
 * The step that a message tells; undefined for any other message.
 * @param at when it was sent. ms since the epoch
 * @param from who sends it; what leaves us does not say so itself.
 */
export function stepOf(stanza: Element, at: number, from: unknown = stanza.attrs.from): CallStep | undefined {
  const { to, type } = stanza.attrs;
  if (type === "error" || type === "groupchat" || typeof from !== "string") return undefined;
  try {
    const message = readJingleMessage(stanza);
    // What an account sends to itself has no need of a `to` (RFC 6120 §8.1.1.1).
    return message && { message, from, to: typeof to === "string" ? to : bareJid(from), at };
  } catch (error) {
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
}

/**
 * Folds the steps of one id, from any device of either side and in any order, into what the call was: the same from live
 * messages and from the archive. Null while its propose is not among them, and for an attempt that gave way to another.
 */
export function recordOf(all: readonly CallStep[], reader: Reader): CallEntry | null {
  const steps = [...all].sort((a, b) => a.at - b.at);
  const propose = steps.find(({ message }) => message.action === "propose");
  if (!propose) return null;
  const call = facts(propose, reader.account);
  const said = new Said(steps, call.address, reader.account);
  // 0353-12: crossing calls become one, and this is the other.
  if (said.any((message) => message.tieBreak === true)) return null;
  return { ...call, ...outcomeOf(call, said, reader) };
}

/**
 * 0353-13: a call that goes on under another id, on another device or after a loss, is one entry: the first, for as long
 * as all of it took.
 * @param stepsOf the steps of one id
 */
export function joined(
  records: readonly CallEntry[],
  stepsOf: (id: string) => readonly CallStep[],
): readonly CallEntry[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  // From the last on, so that what moved twice is whole before it is added to its first part.
  for (const record of [...records].sort((a, b) => b.at - a.at)) {
    const isTheirs = ({ from, to }: CallStep) => [from, to].some((jid) => sameAccount(jid, record.address));
    const moved = stepsOf(record.id).find((step) => step.message.migratedTo !== undefined && isTheirs(step));
    const next = byId.get(moved?.message.migratedTo ?? "");
    if (!next || next.id === record.id || !sameAccount(next.address, record.address)) continue;
    if (!next.outcome.startsWith("answered")) continue;
    const duration = record.duration === null || next.duration === null ? null : record.duration + next.duration;
    byId.set(record.id, { ...record, duration });
    byId.delete(next.id);
  }
  return [...byId.values()].sort((a, b) => a.at - b.at);
}

type Facts = Pick<CallEntry, "id" | "address" | "direction" | "video" | "at">;
type Verdict = Pick<CallEntry, "outcome" | "duration">;

function facts({ message: { id, media }, from, to, at }: CallStep, account: string): Facts {
  const outgoing = sameAccount(from, account);
  const address = bareJid(outgoing ? to : from);
  return { id, address, direction: outgoing ? "outgoing" : "incoming", video: media.includes("video"), at };
}

/** Who said what first; others than the two sides say nothing. */
class Said {
  readonly #steps: readonly CallStep[];
  readonly #account: string;

  constructor(steps: readonly CallStep[], peer: string, account: string) {
    this.#steps = steps.filter(({ from }) => sameAccount(from, account) || sameAccount(from, peer));
    this.#account = account;
  }

  by(side: "us" | "them", ...actions: readonly MessageAction[]): CallStep | undefined {
    return this.#steps.find(
      ({ message, from }) => actions.includes(message.action) && sameAccount(from, this.#account) === (side === "us"),
    );
  }

  any(condition: (message: JingleMessage) => boolean): boolean {
    return this.#steps.some(({ message }) => condition(message));
  }

  /** The first finish of those who were in the call: a device that answered too late ends its own attempt only. */
  finish(answer: CallStep | undefined): CallStep | undefined {
    const finishes = this.#steps.filter(({ message }) => message.action === "finish");
    if (!answer) return finishes[0];
    const device = normaliseJid(answer.from);
    return finishes.find(({ from, to }) =>
      !sameAccount(from, answer.from) ? aims(to, device) : normaliseJid(from) === device,
    );
  }
}

/** Is it for this device, or for its whole account? */
function aims(to: string, device: string): boolean {
  return normaliseJid(to) === device || normaliseJid(to) === bareJid(device);
}

function outcomeOf(call: Facts, said: Said, reader: Reader): Verdict {
  const incoming = call.direction === "incoming";
  const [caller, callee] = incoming ? (["them", "us"] as const) : (["us", "them"] as const);
  const answer = said.by(callee, "proceed") ?? said.by(callee, "accept");
  const reject = said.by(callee, "reject");
  const retract = said.by(caller, "retract");
  const end = said.finish(answer);
  if (answer && !(reject && reject.at < answer.at)) return answered(answer, end ?? retract, incoming, reader);
  if (reject) return unanswered(rejected(reject, incoming));
  const reason = (retract ?? end)?.message.reason?.condition;
  if (retract) return unanswered(incoming ? "missed" : reason === "timeout" ? "no-answer" : "cancelled");
  // Of an older device the answer can be missing; that it ended well says that there was one.
  if (end) return unanswered(GOOD_ENDS.has(reason) ? "answered" : incoming ? "missed" : "failed");
  if (reader.now - call.at < RING_TIME) return unanswered("pending");
  return unanswered(incoming ? "missed" : "no-answer");
}

function answered(answer: CallStep, end: CallStep | undefined, incoming: boolean, reader: Reader): Verdict {
  const outcome = incoming && !reader.isHere(answer.from) ? "answered-elsewhere" : "answered";
  if (!end) return { outcome, duration: null };
  const duration = Math.max(0, Math.round((end.at - answer.at) / 1000) * 1000);
  const { action, reason } = end.message;
  const went = action === "finish" && (GOOD_ENDS.has(reason?.condition) || duration >= CONNECT_TIME);
  return went ? { outcome, duration } : unanswered("failed");
}

/** A device that is in another call refuses for itself, without a word to the person: they have missed it. */
function rejected({ message: { reason } }: CallStep, incoming: boolean): CallOutcome {
  if (reason?.condition !== "busy") return "declined";
  return incoming ? "missed" : "busy";
}

function unanswered(outcome: CallOutcome): Verdict {
  return { outcome, duration: null };
}
