// XEP-0166: Jingle, version 1.1.2: all sessions of one JID
import type { Element } from "ltx";
import { find } from "./codec.js";
import { LocalError, RemoteError, unreachable } from "./errors.js";
import { bareJid, normaliseJid } from "./jid.js";
import type { Machine, Timeout } from "./machine.js";
import { step } from "./session.js";
import {
  newSession,
  type Session,
  type SessionEvent,
  type SessionInput,
  type SessionOutput,
  type SessionTimes,
} from "./session-state.js";
import { errorOf, readError, resultOf, xml } from "./stanza.js";
import { compareOctets } from "./xep/0115.js";
import { jingle as codec, type Jingle } from "./xep/0166.js";

export interface SessionManagerOptions {
  /** Makes iq ids; unpredictable and unique, since a reply is recognised by its sender and its id. */
  readonly newId: () => string;
  /**
   * Decides whether a session-initiate may become a session (0166-15, 0166-37): null to let it in, or the error that
   * refuses it. Called once the element is well-formed. Default: service-unavailable to everybody (E1).
   */
  readonly admit?: (peer: string, jingle: Jingle) => RemoteError | null;
  readonly times?: Partial<SessionTimes>;
  readonly limits?: Partial<SessionLimits>;
}

export interface SessionLimits {
  /** Live sessions in all. Default 64. */
  readonly sessions: number;
  /** Live sessions with one account. Default 4. */
  readonly sessionsPerPeer: number;
  /** Ended sessions that are remembered, so that a repeated session-initiate does not ring again. Default 64. */
  readonly remembered: number;
}

export type ManagerInput =
  /** An iq from the stream: a get or set in Jingle's namespace, or any answer, which may be to one of ours. */
  | { readonly type: "stanza"; readonly stanza: Element }
  /** What our application wants done. The session is (peer, jingle.sid); session-initiate makes it. */
  | { readonly type: "command"; readonly peer: string; readonly jingle: Jingle };

export type ManagerOutput =
  | { readonly type: "send"; readonly stanza: Element }
  | { readonly type: "event"; readonly peer: string; readonly sid: string; readonly event: SessionEvent };

const TIMES: SessionTimes = { initiate: 20_000, accept: 60_000 };
const LIMITS: SessionLimits = { sessions: 64, sessionsPerPeer: 4, remembered: 64 };

/** Keeps every session of one JID, keyed by peer and sid (0166-08), and answers every Jingle iq exactly once. */
export class SessionManager implements Machine<ManagerInput, ManagerOutput> {
  readonly #sessions = new Map<string, Session>();
  /** Which session an iq of ours belongs to. Replies are matched by sender and id. */
  readonly #outstanding = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #perPeer = new Map<string, number>();
  readonly #options: SessionManagerOptions;
  readonly #times: SessionTimes;
  readonly #limits: SessionLimits;
  #deadline: number | null = null;

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#limits = { ...LIMITS, ...options.limits };
  }

  get deadline(): number | null {
    return this.#deadline;
  }

  /** How many sessions are live. */
  get size(): number {
    return this.#sessions.size;
  }

  session(peer: string, sid: string): Session | undefined {
    return this.#sessions.get(key(peer, sid));
  }

  /** @throws LocalError when a command does not fit the session's state. */
  handle(input: ManagerInput | Timeout, now: number): readonly ManagerOutput[] {
    switch (input.type) {
      case "stanza":
        return this.#stanza(input.stanza, now);
      case "command":
        return this.#command(input.peer, input.jingle, now);
      case "timeout":
        return [...this.#sessions.values()]
          .filter(({ deadline }) => deadline !== null && deadline <= now)
          .flatMap((session) => this.#step(session, { type: "timeout" }, now));
      default:
        return unreachable(input);
    }
  }

  #stanza(iq: Element, now: number): readonly ManagerOutput[] {
    if (iq.attrs.type === "result" || iq.attrs.type === "error") return this.#response(iq, now);
    let action: Jingle | undefined;
    try {
      action = iq.attrs.type === "set" ? find(iq, codec) : undefined;
      if (!action) throw new RemoteError("bad-request", undefined, "not an iq set with a jingle element");
      const { from } = iq.attrs;
      // RFC 6120 §8.1.2.1: without an address it is from our own account, which is no device to have a session with.
      if (!from) throw new RemoteError("bad-request", undefined, "no session with the own account");
      const session = this.#sessions.get(key(from, action.sid)) ?? this.#open(from, action);
      return this.#step(session, { type: "received", id: iq.attrs.id, jingle: action }, now, iq);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      // 0166-12: a terminate that crossed ours, or came twice, is acknowledged quietly.
      if (action?.action === "session-terminate") return [{ type: "send", stanza: resultOf(iq) }];
      return [{ type: "send", stanza: errorOf(iq, error) }];
    }
  }

  /** A new session for a peer's session-initiate; throws the RemoteError that refuses it. */
  #open(peer: string, action: Jingle): Session {
    if (action.action !== "session-initiate") {
      // E7
      throw new RemoteError("item-not-found", "unknown-session", `no session ${action.sid} with this peer`);
    }
    if (this.#ended.has(key(peer, action.sid))) {
      throw new RemoteError("unexpected-request", "out-of-order", "this session has ended");
    }
    this.#tieBreak(peer, action);
    if (this.#sessions.size >= this.#limits.sessions || this.#countOf(peer) >= this.#limits.sessionsPerPeer) {
      // E4
      throw new RemoteError("resource-constraint", undefined, "too many sessions");
    }
    const refusal = this.#options.admit
      ? this.#options.admit(peer, action)
      : new RemoteError("service-unavailable", undefined, "calls are not taken here");
    if (refusal) throw refusal;
    return newSession(peer, action.sid, "responder");
  }

  /** 0166-29, E9: both sides initiate; the lower sid wins, and its owner refuses the other. */
  #tieBreak(peer: string, action: Jingle): void {
    const account = normaliseJid(bareJid(peer));
    for (const session of this.#sessions.values()) {
      const crossing = session.role === "initiator" && session.state === "pending";
      if (!crossing || normaliseJid(bareJid(session.peer)) !== account) continue;
      if (compareOctets(session.sid, action.sid) < 0)
        throw new RemoteError("conflict", "tie-break", "our sid is lower");
    }
  }

  #command(peer: string, jingle: Jingle, now: number): readonly ManagerOutput[] {
    const existing = this.#sessions.get(key(peer, jingle.sid));
    if (jingle.action === "session-initiate") {
      if (existing || this.#ended.has(key(peer, jingle.sid))) throw new LocalError("cannot call: this sid is in use");
      return this.#step(newSession(peer, jingle.sid, "initiator"), this.#asCommand(jingle), now);
    }
    if (!existing) throw new LocalError(`cannot send ${jingle.action}: the call has ended`);
    return this.#step(existing, this.#asCommand(jingle), now);
  }

  #asCommand(jingle: Jingle): SessionInput {
    return { type: "command", id: this.#options.newId(), jingle };
  }

  #response(iq: Element, now: number): readonly ManagerOutput[] {
    const reply = replyKey(iq.attrs.from ?? "", iq.attrs.id);
    const session = this.#sessions.get(this.#outstanding.get(reply) ?? "");
    this.#outstanding.delete(reply);
    if (!session) return [];
    const error = iq.attrs.type === "error" ? readError(iq) : null;
    return this.#step(session, { type: "response", id: iq.attrs.id, error }, now);
  }

  #step(session: Session, input: SessionInput, now: number, iq?: Element): readonly ManagerOutput[] {
    const [next, outputs] = step(session, input, now, this.#times);
    this.#keep(session, next);
    return outputs.map((output) => this.#perform(next, output, iq));
  }

  #perform(session: Session, output: SessionOutput, iq: Element | undefined): ManagerOutput {
    switch (output.type) {
      case "reply":
        return { type: "send", stanza: output.error ? errorOf(iq!, output.error) : resultOf(iq!) };
      case "send": {
        const id = output.id ?? this.#options.newId();
        if (session.state !== "ended")
          this.#outstanding.set(replyKey(session.peer, id), key(session.peer, session.sid));
        const stanza = xml("iq", { type: "set", to: session.peer, id }, codec.write(output.jingle));
        return { type: "send", stanza };
      }
      case "event":
        return { type: "event", peer: session.peer, sid: session.sid, event: output.event };
      default:
        return unreachable(output);
    }
  }

  /** Stores the next state; an ended session leaves nothing behind but its name. */
  #keep(before: Session, next: Session): void {
    const name = key(next.peer, next.sid);
    if (next.state === "idle") return;
    if (next.state === "ended") {
      if (this.#sessions.delete(name)) this.#count(next.peer, -1);
      for (const id of before.outstanding.keys()) this.#outstanding.delete(replyKey(next.peer, id));
      this.#remember(name);
    } else {
      if (!this.#sessions.has(name)) this.#count(next.peer, 1);
      this.#sessions.set(name, next);
    }
    if (before.deadline !== next.deadline) this.#deadline = earliest(this.#sessions.values());
  }

  #remember(name: string): void {
    this.#ended.add(name);
    if (this.#ended.size > this.#limits.remembered) this.#ended.delete(this.#ended.values().next().value!);
  }

  #countOf(peer: string): number {
    return this.#perPeer.get(normaliseJid(bareJid(peer))) ?? 0;
  }

  #count(peer: string, change: 1 | -1): void {
    const account = normaliseJid(bareJid(peer));
    const count = this.#countOf(peer) + change;
    if (count === 0) this.#perPeer.delete(account);
    else this.#perPeer.set(account, count);
  }
}

/** An empty action to fill in. */
export function actionOf(action: Jingle["action"], sid: string, parts: Partial<Jingle> = {}): Jingle {
  return { contents: [], groups: [], extra: [], ...parts, action, sid };
}

function key(peer: string, sid: string): string {
  return `${normaliseJid(peer)} ${sid}`;
}

function replyKey(peer: string, id: string): string {
  return `${normaliseJid(peer)} ${id}`;
}

function earliest(sessions: Iterable<Session>): number | null {
  let first: number | null = null;
  for (const { deadline } of sessions) if (deadline !== null && (first === null || deadline < first)) first = deadline;
  return first;
}
