// XEP-0166: Jingle, version 1.1.2: all sessions of one JID
import type { Element } from "ltx";
import { find } from "./codec.js";
import { LocalError, RemoteError, unreachable } from "./errors.js";
import { normaliseJid } from "./jid.js";
import type { Machine, Timeout } from "./machine.js";
import { Register } from "./register.js";
import { step } from "./session.js";
import {
  ended,
  newSession,
  type Session,
  type SessionEvent,
  type SessionInput,
  type SessionLimits,
  type SessionOutput,
  type SessionRules,
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
  /**
   * Is this a peer that ends the call on any error? What it says of contents that are not there, and infos that nobody
   * understands, are then acknowledged and dropped (E12, E16). Default: no.
   */
  readonly forgives?: (peer: string) => boolean;
  /** `readTransfer`, by those who can be transferred (XEP-0251). Default: unsupported-info (E14). */
  readonly transfer?: SessionRules["transfer"];
  readonly times?: Partial<SessionTimes>;
  readonly limits?: Partial<SessionLimits>;
}

export type ManagerInput =
  /** An iq from the stream: a get or set in Jingle's namespace, or any answer, which may be to one of ours. */
  | { readonly type: "stanza"; readonly stanza: Element }
  /** What our application wants done. The session is (peer, jingle.sid); session-initiate makes it. */
  | { readonly type: "command"; readonly peer: string; readonly jingle: Jingle };

export type ManagerOutput =
  | { readonly type: "send"; readonly stanza: Element }
  | { readonly type: "event"; readonly peer: string; readonly sid: string; readonly event: SessionEvent };

const RULES: SessionRules = {
  initiate: 20_000,
  accept: 60_000,
  sessions: 64,
  sessionsPerPeer: 4,
  remembered: 64,
  contents: 32,
  candidates: 256,
};

/** Keeps every session of one JID, keyed by peer and sid (0166-08), and answers every Jingle iq exactly once. */
export class SessionManager implements Machine<ManagerInput, ManagerOutput> {
  readonly #sessions = new Register<Session>();
  /** Which session an iq of ours belongs to; ids are unique, and its peer must be who replies. */
  readonly #outstanding = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #options: SessionManagerOptions;
  readonly #rules: SessionRules;

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.#rules = { ...RULES, ...options.times, ...options.limits, transfer: options.transfer };
  }

  get deadline(): number | null {
    return this.#sessions.deadline;
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
        return /^(result|error)$/.test(input.stanza.attrs.type)
          ? this.#response(input.stanza, now)
          : this.#request(input.stanza, now);
      case "command":
        return this.#command(input.peer, input.jingle, now);
      case "timeout":
        return this.#sessions.due(now).flatMap((session) => this.#step(session, input, now));
      default:
        return unreachable(input);
    }
  }

  #request(iq: Element, now: number): readonly ManagerOutput[] {
    const { from = "", id, type } = iq.attrs;
    let jingle: Jingle | undefined;
    try {
      jingle = type === "set" ? find(iq, codec) : undefined;
      if (!jingle) throw new RemoteError("bad-request");
      const known = this.session(from, jingle.sid);
      const crosses = jingle.action === "session-initiate" && known && isOurs(known);
      const session = known && !crosses ? known : this.#open(iq, jingle);
      const outputs = this.#step(session, { type: "received", id, jingle }, now, iq);
      if (!crosses) return outputs;
      const [, over] = ended(known, { condition: "alternative-session", extra: [] }, "peer");
      return [...over.map((output) => this.#perform(known, output, iq)), ...outputs];
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      // 0166-12: a terminate that crossed ours, or came twice, is acknowledged quietly.
      return [reply(iq, jingle?.action === "session-terminate" ? null : error)];
    }
  }

  /** A new session for a peer's session-initiate; throws the RemoteError that refuses it. */
  #open(iq: Element, jingle: Jingle): Session {
    const { from = "", id } = iq.attrs;
    const { action, sid } = jingle;
    // E7
    if (action !== "session-initiate") throw new RemoteError("item-not-found", "unknown-session");
    if (this.#ended.has(key(from, sid))) throw new RemoteError("unexpected-request", "out-of-order");
    const others = this.#sessions.with(from);
    // 0166-29, E9: both sides initiate; the lower sid wins, then the lower JID, and its owner refuses the other.
    const loses = (own: Session) => (compareOctets(own.sid, sid) || compareOctets(iq.attrs.to ?? "", from)) < 0;
    // 0166-30: calls, not what else a session can be about.
    const isCall = jingle.contents.some(({ description }) => description);
    if (isCall && others.some((own) => isOurs(own) && loses(own))) {
      throw new RemoteError("conflict", "tie-break");
    }
    if (this.size >= this.#rules.sessions || others.length >= this.#rules.sessionsPerPeer) {
      // E4
      throw new RemoteError("resource-constraint");
    }
    const { admit = refuseAll } = this.#options;
    const refusal = admit(from, jingle);
    if (refusal) throw refusal;
    // 0166-05, -06: whoever `initiator` names, the session is with who has sent this.
    return newSession(from, sid, id ?? "");
  }

  #command(peer: string, jingle: Jingle, now: number): readonly ManagerOutput[] {
    const name = key(peer, jingle.sid);
    const known = this.#sessions.get(name);
    const isFirst = jingle.action === "session-initiate";
    if (isFirst ? known || this.#ended.has(name) : !known) throw new LocalError(`cannot send ${jingle.action}`);
    const session = known ?? newSession(peer, jingle.sid, null);
    return this.#step(session, { type: "command", id: this.#options.newId(), jingle }, now);
  }

  #response(iq: Element, now: number): readonly ManagerOutput[] {
    const { from = "", id, type } = iq.attrs;
    const session = this.#sessions.get(this.#outstanding.get(id) ?? "");
    if (!session || normaliseJid(session.peer) !== normaliseJid(from)) return [];
    this.#outstanding.delete(id);
    return this.#step(session, { type: "response", id, error: type === "error" ? readError(iq) : null }, now);
  }

  #step(session: Session, input: SessionInput, now: number, iq?: Element): readonly ManagerOutput[] {
    const [next, outputs] = step(session, input, now, this.#rules);
    this.#keep(session, next);
    return outputs.map((output) => this.#perform(next, output, iq));
  }

  #perform(session: Session, output: SessionOutput, iq: Element | undefined): ManagerOutput {
    const { peer, sid } = session;
    switch (output.type) {
      case "reply":
        return reply(iq!, this.#forgiven(peer, output.error));
      case "send": {
        const id = output.id ?? this.#options.newId();
        // What a session says by itself (a rejection, its end) waits for nothing.
        if (output.id && session.state !== "ended") this.#outstanding.set(id, key(peer, sid));
        return { type: "send", stanza: xml("iq", { type: "set", to: peer, id }, codec.write(output.jingle)) };
      }
      case "event":
        return { type: "event", peer, sid, event: output.event };
      default:
        return unreachable(output);
    }
  }

  #forgiven(peer: string, error: RemoteError | null): RemoteError | null {
    const small = error?.condition === "item-not-found" || error?.condition === "feature-not-implemented";
    return small && this.#options.forgives?.(peer) ? null : error;
  }

  /** Stores the next state; an ended session leaves nothing behind but its name. */
  #keep(before: Session, next: Session): void {
    const name = key(next.peer, next.sid);
    if (next.state === "idle") return;
    if (next.state !== "ended") {
      this.#sessions.set(name, next);
      return;
    }
    this.#sessions.delete(name);
    for (const { id } of before.outstanding) this.#outstanding.delete(id);
    this.#ended.add(name);
    if (this.#ended.size > this.#rules.remembered) this.#ended.delete(this.#ended.values().next().value!);
  }
}

/** An empty action to fill in. */
export function actionOf(action: Jingle["action"], sid: string, parts: Partial<Jingle> = {}): Jingle {
  return { contents: [], groups: [], extra: [], ...parts, action, sid };
}

/** E1 */
function refuseAll(): RemoteError {
  return new RemoteError("service-unavailable");
}

/** Have we offered it, and nobody accepted? */
function isOurs({ role, state }: Session): boolean {
  return role === "initiator" && state === "pending";
}

function reply(iq: Element, error: RemoteError | null): ManagerOutput {
  return { type: "send", stanza: error ? errorOf(iq, error) : resultOf(iq) };
}

function key(peer: string, sid: string): string {
  return `${normaliseJid(peer)} ${sid}`;
}
