// XEP-0353: Jingle Message Initiation, version 0.8.0: one account's calls before (and beside) their sessions
import type { Element } from "ltx";
import { LocalError, RemoteError, unreachable } from "./errors.js";
import type {
  Attempt,
  InitiationEnd,
  InitiationEvent,
  InitiationInput,
  InitiationOutput,
  MessageInitiationOptions,
} from "./initiation-words.js";
import { bareJid, normaliseJid, resourceOf, sameAccount } from "./jid.js";
import type { Machine, Timeout } from "./machine.js";
import { own, Register } from "./register.js";
import { readError, type StanzaError, xml } from "./stanza.js";
import { compareOctets } from "./xep/0115.js";
import type { ReasonCondition } from "./xep/0166.js";
import { store } from "./xep/0334.js";
import { type JingleMessage, type MessageAction, readJingleMessage, writeJingleMessage } from "./xep/0353.js";

export type * from "./initiation-words.js";

const REMEMBERED = 256;
const NS_RECEIPTS = "urn:xmpp:receipts";

/** 0353-09: what another device of our account says of a call that rings here too. */
const ELSEWHERE: Partial<Record<MessageAction, "answered-elsewhere" | "declined-elsewhere" | "ended-elsewhere">> = {
  accept: "answered-elsewhere",
  proceed: "answered-elsewhere",
  reject: "declined-elsewhere",
  finish: "ended-elsewhere",
};

/** All attempts of one account: propose to every device of a contact, first proceed wins, the others stop ringing. */
export class MessageInitiation implements Machine<InitiationInput, InitiationOutput> {
  readonly #attempts = new Register<Attempt>();
  /** (sender, action, id) of what was heard: servers copy and archive, so most things come twice (servers.md). */
  readonly #heard = new Map<string, unknown>();
  /** By message id, the attempts whose call cannot go on when that message bounces; a bounce carries no payload. */
  readonly #sent = new Map<string, string>();
  /** While we catch up with what we missed (0353-15): what would ring, if nobody takes it back. */
  #held: Map<string, InitiationOutput> | null = null;
  readonly #options: Required<MessageInitiationOptions>;

  constructor(options: MessageInitiationOptions) {
    this.#options = {
      ringTimeout: 45_000,
      incomingTimeout: 60_000,
      proceedTimeout: 20_000,
      attempts: 64,
      attemptsPerPeer: 4,
      ...options,
    };
  }

  get deadline(): number | null {
    return this.#attempts.deadline;
  }

  /** How many attempts there are; one that became a call stays until it is finished. */
  get size(): number {
    return this.#attempts.size;
  }

  attempt(id: string): Attempt | undefined {
    return this.#attempts.get(id);
  }

  /** @throws LocalError when a command names an attempt that is not there or not so far. */
  handle(input: InitiationInput | Timeout, now: number): readonly InitiationOutput[] {
    switch (input.type) {
      case "message":
        return this.#message(input.stanza, input.carbon, input.age ?? 0, now);
      case "unacknowledged":
        return this.#undelivered(input.id, "", { condition: "remote-server-timeout" });
      case "catch-up":
        return this.#catchUp(input.done);
      case "propose":
        return this.#propose(input.id, input.peer, input.media, now);
      case "ring":
        return this.#ring(this.#incoming(input.id));
      case "proceed":
        return this.#proceed(this.#incoming(input.id), now);
      case "reject":
        return [this.#over(this.#incoming(input.id), "reject", input.reason)];
      case "retract":
        return this.#retract(input.id, input.reason);
      case "ignore":
        this.#attempts.delete(input.id);
        return [];
      case "joined":
      case "active":
        return this.#joined(input.id, input.type);
      case "finish":
        return this.#finish(input.id, input.reason);
      case "timeout":
        return this.#attempts.due(now).flatMap((attempt) => this.#timeout(attempt));
      default:
        return unreachable(input);
    }
  }

  // Commands

  #propose(id: string, peer: string, media: readonly string[], now: number): readonly InitiationOutput[] {
    if (this.#attempts.get(id)) throw new LocalError("cannot call: this id is in use");
    const attempt = this.#set({
      id,
      peer: bareJid(peer),
      direction: "outgoing",
      media,
      state: "proposed",
      device: null,
      deadline: now + this.#options.ringTimeout,
    });
    // 0353-04: to the bare JID, so that every device rings.
    return [this.#send(id, attempt.peer, { action: "propose", media })];
  }

  #ring(attempt: Attempt): readonly InitiationOutput[] {
    const { id, device, receipt } = attempt;
    const ringing = this.#send(id, device!, { action: "ringing" });
    if (receipt === undefined) return [ringing];
    // 0353-21: Conversations shows that it rings by either.
    const received = xml("received", { xmlns: NS_RECEIPTS, id: receipt });
    const to = { type: "chat", to: device!, id: this.#options.newId() };
    return [ringing, { type: "send", stanza: xml("message", to, received, store.write(true)) }];
  }

  #proceed(attempt: Attempt, now: number): readonly InitiationOutput[] {
    const { id, device } = attempt;
    this.#set({ ...attempt, state: "proceeded", deadline: now + this.#options.proceedTimeout });
    // 0353-06: full JID since 0.8.0; Conversations and Dino obey nothing else.
    return [
      this.#send(id, device!, { action: "proceed" }),
      // 0353-18: older siblings (Dino, Conversations, Movim) know `accept` to the own account, newer the carbon of proceed.
      this.#send(id, bareJid(this.#options.jid()), { action: "accept" }),
    ];
  }

  #retract(id: string, reason: ReasonCondition): readonly InitiationOutput[] {
    const attempt = this.#existing(id);
    if (attempt.direction !== "outgoing") throw new LocalError("cannot retract: the other side calls");
    return [this.#over(attempt, "retract", reason)];
  }

  /** 0353-08: by both sides, to the other's full JID. */
  #finish(id: string, reason: ReasonCondition): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    this.#attempts.delete(id);
    return attempt?.device ? [this.#over(attempt, "finish", reason)] : [];
  }

  #timeout(attempt: Attempt): readonly InitiationOutput[] {
    if (attempt.direction === "outgoing") {
      return [this.#over(attempt, "retract", "timeout"), this.#end(attempt, { type: "no-answer" })];
    }
    if (attempt.state !== "proceeded") return [this.#end(attempt, { type: "no-answer" })];
    // The caller has taken the other of our devices, which answered at the same moment.
    if (attempt.contested) return [this.#end(attempt, { type: "answered-elsewhere" })];
    return [this.#over(attempt, "finish", "connectivity-error"), this.#end(attempt, { type: "no-session" })];
  }

  /** A session without message initiation before it has no attempt here. */
  #joined(id: string, input: "joined" | "active"): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    if (attempt) this.#set({ ...attempt, state: input === "active" ? input : attempt.state, deadline: null });
    return [];
  }

  #catchUp(done: boolean): readonly InitiationOutput[] {
    const held = this.#held;
    if (done) this.#held = null;
    else this.#held ??= new Map();
    return done && held ? [...held.values()] : [];
  }

  // What is heard

  #message(stanza: Element, carbon: "sent" | "received" | undefined, age: number, now: number) {
    const { from, id, type } = stanza.attrs;
    if (type === "error") return carbon ? [] : this.#undelivered(id, from ?? "", readError(stanza));
    // 0353-19
    if (type === "groupchat") return [];
    const message = readQuietly(stanza);
    if (!message || typeof from !== "string") return [];
    const step = `${normaliseJid(from)} ${message.action} ${message.id}`;
    if (this.#heard.has(step)) return [];
    remember(this.#heard, step, true);
    // After a resumption what ends a call may come before its propose.
    const ends = (message.action === "retract" || message.action in ELSEWHERE) && !message.tieBreak;
    if (ends && !this.#attempts.get(message.id)) remember(this.#heard, endOf(message.id, from), true);
    const own = this.#options.jid();
    // 0280-03: what we or our siblings have sent is never answered.
    if (sameAccount(from, own)) return normaliseJid(from) === normaliseJid(own) ? [] : this.#fromSibling(message);
    if (!this.#meant(stanza)) return [];
    if (message.action === "propose") return this.#heardPropose(stanza, from, message, age, now);
    // However old, an answer counts as long as its attempt lives: it waited while our connection was away.
    const attempt = this.#attempts.get(message.id);
    if (!attempt || !sameAccount(attempt.peer, from)) return [];
    return this.#spokenOf(attempt, from, message);
  }

  /**
   * What was for a sibling is its business, by a carbon or handed on since it is gone. What was for the account is for
   * us, also as a carbon: RFC 6121 §8.5.2.1 lets servers deliver it to the most available resources alone.
   */
  #meant({ attrs: { to = "" } }: Element): boolean {
    return resourceOf(to) === "" || normaliseJid(to) === normaliseJid(this.#options.jid());
  }

  #heardPropose(stanza: Element, from: string, message: JingleMessage, age: number, now: number) {
    const { id, media } = message;
    const { ringTimeout, incomingTimeout, attempts, attemptsPerPeer } = this.#options;
    if (this.#attempts.get(id) || this.#heard.has(endOf(id, this.#options.jid()))) return [];
    // 0353-15, -16: one that waited only while our connection was away is live still; an old one is a missed call.
    const late = age >= ringTimeout || this.#heard.has(endOf(id, from));
    if (late) return [happened(id, { type: "missed", from, media, stanza })];
    const others = this.#attempts.with(from);
    // 0166-37: who calls so often is not listened to.
    if (this.#attempts.size >= attempts || others.length >= attemptsPerPeer) return [];
    const receipt: unknown = stanza.getChild("request", NS_RECEIPTS) && stanza.attrs.id;
    const incoming: Attempt = {
      id,
      peer: bareJid(from),
      direction: "incoming",
      media,
      state: "proposed",
      device: from,
      deadline: now + incomingTimeout - Math.max(0, age),
      ...(typeof receipt === "string" && { receipt }),
    };
    const running = others.find(({ state }) => state === "active");
    if (running) return this.#migrate(running, incoming, now);
    const crossing = others.find(({ direction, state }) => direction === "outgoing" && state !== "proceeded");
    if (crossing) return this.#glare(crossing, incoming, now);
    this.#set(incoming);
    const rings = happened(id, { type: "incoming", from, media });
    this.#held?.set(id, rings);
    return this.#held ? [] : [rings];
  }

  /** 0353-12: the lower id wins; its receiver gives up its own and answers, the other refuses. */
  #glare(own: Attempt, theirs: Attempt, now: number): readonly InitiationOutput[] {
    const order = compareOctets(own.id, theirs.id) || compareOctets(bareJid(this.#options.jid()), theirs.peer);
    const device = theirs.device!;
    if (order < 0) return [this.#over(theirs, "reject", "expired", { tieBreak: true })];
    return [
      this.#over(own, "retract", "expired", { tieBreak: true }),
      happened(own.id, { type: "superseded", by: theirs.id, device }),
      ...this.#proceed(theirs, now),
    ];
  }

  /** 0353-13: the other side goes on with the call on another device, or on the same after it was away. */
  #migrate(running: Attempt, next: Attempt, now: number): readonly InitiationOutput[] {
    return [
      this.#over(running, "finish", "expired", { migratedTo: next.id }),
      happened(running.id, { type: "migrated", to: next.id, device: next.device! }),
      ...this.#proceed(next, now),
    ];
  }

  /** The other side speaks of a call between us. */
  #spokenOf(attempt: Attempt, from: string, message: JingleMessage): readonly InitiationOutput[] {
    const { id, direction, state, device } = attempt;
    const outgoing = direction === "outgoing";
    const early = state === "proposed" || state === "ringing";
    const reason = message.reason?.condition;
    switch (message.action) {
      case "ringing":
        if (!outgoing || state !== "proposed") return [];
        this.#set({ ...attempt, state: "ringing" });
        return [happened(id, { type: "ringing" })];
      case "proceed":
        // 0353-10: the first one gets the session; a second proceed is ignored.
        if (!outgoing || !early) return [];
        this.#set({ ...attempt, state: "proceeded", device: from, deadline: null });
        return [happened(id, { type: "proceeded", device: from })];
      case "reject":
        // Glare that the other side lost sight of: its own propose rings here already, or comes.
        return outgoing && early ? [this.#end(attempt, { type: "rejected", reason: reason ?? "decline" })] : [];
      case "retract":
        // It may cross our proceed; once the session is there, only that ends the call.
        if (outgoing || attempt.deadline === null) return [];
        return [this.#end(attempt, { type: "retracted", reason: reason ?? "cancel" })];
      case "finish":
        // A device that answered too late says that no session came; the call is with another.
        if (outgoing && !early && normaliseJid(from) !== normaliseJid(device!)) return [];
        return [this.#end(attempt, finished(message))];
      default:
        return [];
    }
  }

  /** 0353-09: another device of our account took the call, declined it or ended it. */
  #fromSibling({ id, action, tieBreak }: JingleMessage): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(id);
    const type = ELSEWHERE[action];
    if (attempt?.direction !== "incoming" || !type || tieBreak) return [];
    if (attempt.state === "proposed") return [this.#end(attempt, { type })];
    if (type === "answered-elsewhere" && attempt.deadline !== null) this.#set({ ...attempt, contested: true });
    return [];
  }

  /** An error without payload, with the id of what we sent; or what the server never took (XEP-0198). */
  #undelivered(id: string, from: string, error: StanzaError): readonly InitiationOutput[] {
    const attempt = this.#attempts.get(this.#sent.get(id) ?? "");
    if (!attempt || (from && !sameAccount(attempt.peer, from))) return [];
    // One device may refuse while the others ring: only an error from the account itself ends the call.
    if (attempt.direction === "outgoing" && (resourceOf(from) || attempt.device)) return [];
    return [this.#end(attempt, { type: "bounced", error })];
  }

  // Sending

  /** The attempt ends with a word to the other side: to all its devices while it rings, or to the one that speaks to us. */
  #over(
    attempt: Attempt,
    action: "finish" | "reject" | "retract",
    condition: ReasonCondition,
    more: Partial<JingleMessage> = {},
  ): InitiationOutput {
    this.#attempts.delete(attempt.id);
    const to = action === "retract" ? attempt.peer : attempt.device!;
    return this.#send(attempt.id, to, { action, reason: { condition, extra: [] }, ...more });
  }

  #end(attempt: Attempt, why: InitiationEnd): InitiationOutput {
    const { id, media, device } = attempt;
    this.#attempts.delete(id);
    // It began and ended while we were away.
    const missed = this.#held?.delete(id) && !why.type.endsWith("elsewhere");
    return happened(id, missed ? { type: "missed", from: device!, media } : { type: "ended", why });
  }

  #send(
    id: string,
    to: string,
    message: Partial<JingleMessage> & { readonly action: MessageAction },
  ): InitiationOutput {
    const messageId = this.#options.newId();
    if (/^pro/.test(message.action)) remember(this.#sent, messageId, id);
    // 0353-02: chat, so that carbons copy it, and a hint, so that servers which know no JMI archive it.
    const payload = writeJingleMessage({ media: [], ...message, id });
    return { type: "send", stanza: xml("message", { type: "chat", to, id: messageId }, payload, store.write(true)) };
  }

  #set(attempt: Attempt): Attempt {
    const { id, peer, device } = attempt;
    this.#attempts.set(own(id), { ...attempt, id: own(id), peer: own(peer), device: own(device) });
    return attempt;
  }

  #existing(id: string): Attempt {
    const attempt = this.#attempts.get(id);
    if (!attempt) throw new LocalError("the call has ended");
    return attempt;
  }

  #incoming(id: string): Attempt {
    const attempt = this.#existing(id);
    if (attempt.direction !== "incoming" || attempt.state !== "proposed") {
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

function finished({ reason, migratedTo }: JingleMessage): InitiationEnd {
  if (migratedTo !== undefined) return { type: "migrated", to: migratedTo };
  return { type: "finished", reason: reason?.condition ?? "success" };
}

const endOf = (id: string, speaker: string) => `${id} ${normaliseJid(bareJid(speaker))}`;

function happened(id: string, event: InitiationEvent): InitiationOutput {
  return { type: "event", id, event };
}

function remember<V>(among: Map<string, V>, name: string, value: V): void {
  among.set(name, value);
  if (among.size > REMEMBERED) among.delete(among.keys().next().value!);
}
