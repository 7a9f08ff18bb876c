// XEP-0353: Jingle Message Initiation, version 0.8.0: one account's calls before (and beside) their sessions
import type { Element } from "ltx";
import { LocalError, RemoteError, unreachable } from "./errors.js";
import { bareJid, normaliseJid, resourceOf, sameAccount } from "./jid.js";
import type { Machine, Timeout } from "./machine.js";
import type {
  Attempt,
  InitiationEnd,
  InitiationEvent,
  InitiationInput,
  InitiationOutput,
} from "./message-initiation-state.js";
import { readError, xml } from "./stanza.js";
import { compareOctets } from "./xep/0115.js";
import type { ReasonCondition } from "./xep/0166.js";
import { store } from "./xep/0334.js";
import { type JingleMessage, type MessageAction, readJingleMessage, writeJingleMessage } from "./xep/0353.js";

export interface MessageInitiationOptions {
  /** Our full JID now; it changes when the server binds another resource. */
  readonly jid: () => string;
  /** Makes message ids, unique and unpredictable. */
  readonly newId: () => string;
  /** How long our propose may stay unanswered. Default 45 s. ms */
  readonly ringTimeout?: number;
  /** How long a peer's propose may ring here. Default 60 s, a little longer than what callers do. ms */
  readonly incomingTimeout?: number;
  /** How long after our proceed the session-initiate may take. Default 20 s. ms */
  readonly proceedTimeout?: number;
}

const REMEMBERED = 256;
const ENDS: ReadonlySet<MessageAction> = new Set(["retract", "finish", "accept", "proceed", "reject"]);

/** All attempts of one account: propose to every device of a contact, first proceed wins, the others stop ringing. */
export class MessageInitiation implements Machine<InitiationInput, InitiationOutput> {
  readonly #attempts = new Map<string, Attempt>();
  /** (sender, action, id) of what was heard: servers copy and archive, so most things come twice (servers.md). */
  readonly #heard = new Set<string>();
  /** Calls that were over before their propose came, by who said so. */
  readonly #early = new Set<string>();
  /** By message id, the attempts whose call cannot go on when that message bounces; a bounce carries no payload. */
  readonly #sent = new Map<string, string>();
  readonly #options: Required<MessageInitiationOptions>;

  constructor(options: MessageInitiationOptions) {
    this.#options = { ringTimeout: 45_000, incomingTimeout: 60_000, proceedTimeout: 20_000, ...options };
  }

  get deadline(): number | null {
    let first: number | null = null;
    for (const { deadline } of this.#attempts.values()) {
      if (deadline !== null && (first === null || deadline < first)) first = deadline;
    }
    return first;
  }

  attempt(id: string): Attempt | undefined {
    return this.#attempts.get(id);
  }

  /** @throws LocalError when a command names an attempt that is not there or not so far. */
  handle(input: InitiationInput | Timeout, now: number): readonly InitiationOutput[] {
    switch (input.type) {
      case "message":
        return this.#message(input.stanza, input.carbon, input.age ?? 0, now);
      case "propose":
        return this.#propose(input.id, input.peer, input.media, now);
      case "ring":
        return this.#toDevice(this.#incoming(input.id), "ringing");
      case "proceed":
        return this.#proceed(this.#incoming(input.id), now);
      case "reject":
        return this.#reject(this.#incoming(input.id), input.reason);
      case "retract":
        return this.#retract(this.#existing(input.id), input.reason);
      case "ignore":
        this.#attempts.delete(input.id);
        return [];
      case "joined":
        return this.#joined(input.id);
      case "finish":
        return this.#finish(input.id, input.reason);
      case "timeout":
        return [...this.#attempts.values()]
          .filter(({ deadline }) => deadline !== null && deadline <= now)
          .flatMap((attempt) => this.#timeout(attempt));
      default:
        return unreachable(input);
    }
  }

  // Commands

  #propose(id: string, peer: string, media: readonly string[], now: number): readonly InitiationOutput[] {
    if (this.#attempts.has(id)) throw new LocalError("cannot call: this id is in use");
    const attempt: Attempt = {
      id,
      peer: bareJid(peer),
      direction: "outgoing",
      media,
      state: "proposed",
      device: null,
      deadline: now + this.#options.ringTimeout,
    };
    this.#attempts.set(id, attempt);
    // 0353-04: to the bare JID, so that every device rings.
    return [this.#send(attempt, attempt.peer, { action: "propose", media })];
  }

  #proceed(attempt: Attempt, now: number): readonly InitiationOutput[] {
    this.#attempts.set(attempt.id, { ...attempt, state: "proceeded", deadline: now + this.#options.proceedTimeout });
    // 0353-18: older siblings (Dino, Conversations, Movim) know `accept` to the own account, newer the carbon of proceed.
    return [...this.#toDevice(attempt, "proceed"), this.#toOwnAccount(attempt, "accept")];
  }

  #reject(attempt: Attempt, reason: ReasonCondition): readonly InitiationOutput[] {
    this.#attempts.delete(attempt.id);
    return this.#toDevice(attempt, "reject", reason);
  }

  #retract(attempt: Attempt, reason: ReasonCondition): readonly InitiationOutput[] {
    if (attempt.direction !== "outgoing") throw new LocalError("cannot retract: the other side calls");
    this.#attempts.delete(attempt.id);
    return [this.#send(attempt, attempt.peer, { action: "retract", reason: { condition: reason, extra: [] } })];
  }

  /** 0353-08: by both sides, to the other's full JID. */
  #finish(id: string, reason: ReasonCondition): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    if (!attempt) return [];
    this.#attempts.delete(id);
    return attempt.device ? this.#toDevice(attempt, "finish", reason) : [];
  }

  #timeout(attempt: Attempt): readonly InitiationOutput[] {
    this.#attempts.delete(attempt.id);
    if (attempt.direction === "outgoing") {
      const retract = this.#send(attempt, attempt.peer, {
        action: "retract",
        reason: { condition: "timeout", extra: [] },
      });
      return [retract, over(attempt, { type: "no-answer" })];
    }
    if (attempt.state !== "proceeded") return [over(attempt, { type: "no-answer" })];
    return [...this.#toDevice(attempt, "finish", "connectivity-error"), over(attempt, { type: "no-session" })];
  }

  /** A session without message initiation before it has no attempt here. */
  #joined(id: string): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    if (attempt) this.#attempts.set(id, { ...attempt, deadline: null });
    return [];
  }

  // What is heard

  #message(stanza: Element, carbon: "sent" | "received" | undefined, age: number, now: number) {
    if (stanza.attrs.type === "error") return carbon ? [] : this.#bounce(stanza);
    // 0353-19
    if (stanza.attrs.type === "groupchat") return [];
    const message = readQuietly(stanza);
    const from: unknown = stanza.attrs.from;
    if (!message || typeof from !== "string") return [];
    if (this.#repeated(`${normaliseJid(from)} ${message.action} ${message.id}`)) return [];
    if (sameAccount(from, this.#options.jid())) return this.#fromSibling(from, message);
    // A received carbon was for a sibling: what it says is the sibling's business.
    if (carbon || !this.#meant(stanza)) return [];
    if (message.action === "propose") return this.#heardPropose(stanza, from, message, age, now);
    // However old, an answer counts as long as its attempt lives: it waited while our connection was away.
    const attempt = this.#attempts.get(message.id);
    if (!attempt) this.#endsEarly(from, message);
    if (!attempt || !sameAccount(attempt.peer, from)) return [];
    return attempt.direction === "outgoing" ? this.#answered(attempt, from, message) : this.#called(attempt, message);
  }

  /** Servers hand what was for a resource that is gone to its siblings: `to` tells (servers.md 1.1). */
  #meant(stanza: Element): boolean {
    const to: unknown = stanza.attrs.to;
    if (typeof to !== "string" || resourceOf(to) === "") return true;
    return normaliseJid(to) === normaliseJid(this.#options.jid());
  }

  #heardPropose(stanza: Element, from: string, message: JingleMessage, age: number, now: number) {
    const { id, media } = message;
    if (this.#attempts.has(id)) return [];
    if (this.#early.has(callOf(this.#options.jid(), id))) return [];
    if (this.#early.has(callOf(from, id))) return [happened(id, { type: "missed", from, media, stanza })];
    // 0353-15, -16: one that waited only while our connection was away is live still; an old one is a missed call.
    const left = this.#options.incomingTimeout - Math.max(0, age);
    if (age >= this.#options.ringTimeout) return [happened(id, { type: "missed", from, media, stanza })];
    const crossing = [...this.#attempts.values()].find(
      ({ direction, state, peer }) => direction === "outgoing" && state !== "proceeded" && sameAccount(peer, from),
    );
    const incoming: Attempt = {
      id,
      peer: bareJid(from),
      direction: "incoming",
      media,
      state: "proposed",
      device: from,
      deadline: now + left,
    };
    if (crossing) return this.#glare(crossing, incoming, now);
    this.#attempts.set(id, incoming);
    return [happened(id, { type: "incoming", from, media })];
  }

  /** 0353-12: the lower id wins; its receiver gives up its own and answers, the other refuses. */
  #glare(own: Attempt, theirs: Attempt, now: number): readonly InitiationOutput[] {
    const order = compareOctets(own.id, theirs.id) || compareOctets(bareJid(this.#options.jid()), theirs.peer);
    const tieBreak = { reason: { condition: "expired", extra: [] }, tieBreak: true } as const;
    if (order < 0) return [this.#send(theirs, theirs.device!, { action: "reject", ...tieBreak })];
    this.#attempts.delete(own.id);
    this.#attempts.set(theirs.id, theirs);
    return [
      this.#send(own, own.peer, { action: "retract", ...tieBreak }),
      happened(own.id, { type: "superseded", by: theirs.id, device: theirs.device! }),
      ...this.#proceed(theirs, now),
    ];
  }

  /** The other side speaks of a call of ours. */
  #answered(attempt: Attempt, from: string, message: JingleMessage): readonly InitiationOutput[] {
    switch (message.action) {
      case "ringing":
        if (attempt.state !== "proposed") return [];
        this.#attempts.set(attempt.id, { ...attempt, state: "ringing" });
        return [happened(attempt.id, { type: "ringing" })];
      case "proceed":
        // 0353-10: the first one gets the session; a second proceed is ignored.
        if (attempt.state === "proceeded") return [];
        this.#attempts.set(attempt.id, { ...attempt, state: "proceeded", device: from, deadline: null });
        return [happened(attempt.id, { type: "proceeded", device: from })];
      case "reject":
        // Glare that the other side lost sight of: its own propose rings here already, or comes.
        if (attempt.state === "proceeded") return [];
        this.#attempts.delete(attempt.id);
        return [over(attempt, { type: "rejected", reason: message.reason?.condition ?? "decline" })];
      case "finish":
        return this.#finished(attempt, message);
      default:
        return [];
    }
  }

  /** The caller speaks of a call to us. */
  #called(attempt: Attempt, message: JingleMessage): readonly InitiationOutput[] {
    switch (message.action) {
      case "retract":
        // It may cross our proceed; once the session is there, only that ends the call.
        if (attempt.state === "proceeded" && attempt.deadline === null) return [];
        this.#attempts.delete(attempt.id);
        return [over(attempt, { type: "retracted", reason: message.reason?.condition ?? "cancel" })];
      case "finish":
        return this.#finished(attempt, message);
      default:
        return [];
    }
  }

  #finished(attempt: Attempt, message: JingleMessage): readonly InitiationOutput[] {
    this.#attempts.delete(attempt.id);
    return [over(attempt, { type: "finished", reason: message.reason?.condition ?? "success" })];
  }

  /** 0353-09: another device of our account took the call, declined it or ended it. */
  #fromSibling(from: string, { id, action, tieBreak }: JingleMessage): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    const own = normaliseJid(from) === normaliseJid(this.#options.jid());
    if (!attempt && !own && !tieBreak) this.#endsEarly(from, { id, action });
    if (!attempt || own || attempt.direction !== "incoming" || attempt.state === "proceeded") return [];
    const ends = { accept: "answered-elsewhere", proceed: "answered-elsewhere", finish: "ended-elsewhere" } as const;
    const declined = action === "reject" && !tieBreak ? "declined-elsewhere" : undefined;
    const type = declined ?? (action in ends ? ends[action as keyof typeof ends] : undefined);
    if (!type) return [];
    this.#attempts.delete(id);
    return [over(attempt, { type })];
  }

  /** An error without payload, with the id of what we sent. */
  #bounce(stanza: Element): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(this.#sent.get(stanza.attrs.id) ?? "");
    if (!attempt || !sameAccount(attempt.peer, stanza.attrs.from ?? "")) return [];
    // One device may refuse while the others ring: only an error from the account itself ends the call.
    if (attempt.direction === "outgoing" && attempt.state === "proceeded") return [];
    this.#attempts.delete(attempt.id);
    return [over(attempt, { type: "bounced", error: readError(stanza) })];
  }

  /** After a resumption what ends a call may come before what begins it. */
  #endsEarly(from: string, { id, action }: Pick<JingleMessage, "id" | "action">): void {
    if (ENDS.has(action)) remember(this.#early, callOf(from, id));
  }

  #repeated(name: string): boolean {
    if (this.#heard.has(name)) return true;
    remember(this.#heard, name);
    return false;
  }

  // Sending

  #toDevice(attempt: Attempt, action: MessageAction, reason?: ReasonCondition): readonly InitiationOutput[] {
    if (!attempt.device) return [];
    // 0353-06: full JID since 0.8.0; Conversations and Dino obey nothing else.
    return [
      this.#send(attempt, attempt.device, { action, ...(reason && { reason: { condition: reason, extra: [] } }) }),
    ];
  }

  #toOwnAccount(attempt: Attempt, action: MessageAction): InitiationOutput {
    return this.#send(attempt, bareJid(this.#options.jid()), { action });
  }

  #send(
    attempt: Attempt,
    to: string,
    message: Partial<JingleMessage> & { readonly action: MessageAction },
  ): InitiationOutput {
    const id = this.#options.newId();
    if (message.action === "propose" || message.action === "proceed") this.#sent.set(id, attempt.id);
    if (this.#sent.size > REMEMBERED) this.#sent.delete(this.#sent.keys().next().value!);
    // 0353-02: chat, so that carbons copy it, and a hint, so that servers which know no JMI archive it.
    const payload = writeJingleMessage({ media: [], ...message, id: attempt.id });
    return { type: "send", stanza: xml("message", { type: "chat", to, id }, payload, store.write(true)) };
  }

  #existing(id: string): Attempt {
    const attempt = this.#attempts.get(id);
    if (!attempt) throw new LocalError("the call has ended");
    return attempt;
  }

  #incoming(id: string): Attempt {
    const attempt = this.#existing(id);
    if (attempt.direction !== "incoming" || attempt.state === "proceeded") {
      throw new LocalError("there is no call to answer");
    }
    return attempt;
  }
}

function readQuietly(stanza: Element): JingleMessage | undefined {
  try {
    return readJingleMessage(stanza);
  } catch (error) {
    // A malformed message has no reply that anybody reads; it is as if it had not come.
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
}

/** A call, and the account that spoke of it. */
function callOf(speaker: string, id: string): string {
  return `${normaliseJid(bareJid(speaker))} ${id}`;
}

function remember(names: Set<string>, name: string): void {
  names.add(name);
  if (names.size > REMEMBERED) names.delete(names.values().next().value!);
}

function happened(id: string, event: InitiationEvent): InitiationOutput {
  return { type: "event", id, event };
}

function over(attempt: Attempt, why: InitiationEnd): InitiationOutput {
  return happened(attempt.id, { type: "ended", why });
}
