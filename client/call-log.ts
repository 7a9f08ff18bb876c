// 0313-02: one list of calls, from what happens and from the archive
import type { Element } from "ltx";
import { bareJid, normaliseJid, sameAccount } from "../jingle/jid.js";
import { Archive, type ArchivePage } from "./archive.js";
import type { Call, EndReason } from "./call.js";
import {
  type CallEntry,
  type CallOutcome,
  type CallStep,
  joined,
  type Reader,
  RING_TIME,
  recordOf,
  stepOf,
} from "./call-record.js";
import { unwrap } from "./carbons.js";
import type { Connection } from "./connection/connection.js";
import { Emitter } from "./events.js";
import { keep, type Memory, recall, Seen } from "./memory.js";
import type { Phone } from "./phone.js";

export interface CallLogOptions {
  /**
   * Keeps over reloads which missed calls were seen, and which addresses of our account were this device's: the archive
   * knows neither. `localStorage` fits. Default: nothing is kept.
   */
  readonly memory?: Memory | undefined;
}

/** A call of this phone, or what is left of it when it is over. */
interface Live {
  readonly call: Pick<Call, "id" | "address" | "direction" | "video" | "connectedAt" | "endedAt" | "end">;
  /** When it began. ms since the epoch */
  readonly at: number;
}

// How many messages of the archive are looked through at each login.
const CATCH_UP = 100;
const REMEMBERED_CALLS = 1000;
const REMEMBERED_STEPS = 32;
const REMEMBERED_DEVICES = 50;

/**
 * The calls of an account, on all its devices: made of the messages of their initiation (XEP-0353), live ones and those
 * of the archive alike, so that a reload changes nothing. Calls without message initiation are here until then.
 */
export class CallLog extends Emitter<{ change: Event }> {
  readonly #connection: Connection;
  readonly #archive: Archive;
  readonly #memory: Memory | undefined;
  readonly #seen: Seen;
  /** By call id, and by sender and action: what came twice counts once. */
  readonly #steps = new Map<string, Map<string, CallStep>>();
  readonly #live = new Set<Live>();
  readonly #watched = new WeakSet<Call>();
  readonly #devices: Set<string>;
  #entries: readonly CallEntry[] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, phone: Phone, { memory }: CallLogOptions = {}) {
    super();
    this.#connection = connection;
    this.#archive = Archive.of(connection);
    this.#memory = memory;
    this.#seen = new Seen(memory, this.#named("calls-seen"));
    const devices = recall(memory, this.#named("devices"));
    this.#devices = new Set(Array.isArray(devices) ? devices.filter((one) => typeof one === "string") : []);
    this.#listen(phone);
    this.#signedIn();
  }

  /** All that is known, the oldest first. */
  get entries(): readonly CallEntry[] {
    this.#entries ??= this.#fold();
    return this.#entries;
  }

  /** The calls with one account, the oldest first. */
  with(address: string): readonly CallEntry[] {
    return this.entries.filter((entry) => sameAccount(entry.address, address));
  }

  /** How many calls of an account were missed and not seen since. */
  missed(address: string): number {
    const seen = this.#seen.until(accountOf(address));
    return this.with(address).filter(({ outcome, at }) => outcome === "missed" && at > seen).length;
  }

  /** The person has seen the calls with this account. */
  markSeen(address: string): void {
    const unseen = this.missed(address);
    const newest = this.with(address).at(-1);
    if (unseen === 0 || !newest) return;
    this.#seen.mark(accountOf(address), newest.at);
    this.#changed();
  }

  #listen(phone: Phone): void {
    const connection = this.#connection;
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name !== "message") return;
      const heard = unwrap(stanza, connection.jid);
      // Who sends a delay writes it as they like, but not into the future.
      if (heard) this.#hear(heard.stanza, Math.min(heard.delayedSince ?? Date.now(), Date.now()));
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#signedIn();
    });
    connection.addEventListener("closed", () => clearTimeout(this.#timer));
    phone.addEventListener("sent", ({ stanza }) => this.#hear(stanza, Date.now(), connection.jid));
    phone.addEventListener("callschange", () => {
      for (const call of phone.calls) this.#watch(call);
    });
    this.#archive.addEventListener("page", ({ page }) => this.#read(page));
  }

  /** This device has an address, maybe a new one, and may have missed what happened before. */
  #signedIn(): void {
    this.#devices.add(normaliseJid(this.#connection.jid));
    keep(this.#memory, this.#named("devices"), [...this.#devices].slice(-REMEMBERED_DEVICES));
    // Without an answer the list begins now; the next login asks again.
    this.#catchUp().catch(() => {});
  }

  /** Servers give fewer at once than they are asked for: Prosody 50. */
  async #catchUp(): Promise<void> {
    let count = 0;
    let before: string | undefined;
    do {
      const page = await this.#archive.page({ before, max: CATCH_UP - count });
      count += page.messages.length;
      before = page.before;
    } while (before !== undefined && count < CATCH_UP);
  }

  #hear(stanza: Element, at: number, from?: string): void {
    const step = stepOf(stanza, at, from);
    if (step && this.#take(step, false)) this.#changed();
  }

  #read({ messages }: ArchivePage): void {
    const steps = messages.map(({ stanza, time }) => stepOf(stanza, time)).filter((step) => step !== undefined);
    if (steps.map((step) => this.#take(step, true)).includes(true)) this.#changed();
  }

  /** The archive's clock is the same for all devices, so its times take the place of ours. */
  #take(step: CallStep, archived: boolean): boolean {
    const { id, action } = step.message;
    const steps = this.#steps.get(id) ?? new Map<string, CallStep>();
    const key = `${normaliseJid(step.from)} ${action}`;
    if (steps.has(key) ? !archived : steps.size >= REMEMBERED_STEPS) return false;
    this.#steps.set(id, steps.set(key, step));
    // What is not said by the archive could go on for ever.
    if (this.#steps.size > REMEMBERED_CALLS) this.#steps.delete(this.#steps.keys().next().value!);
    return true;
  }

  #watch(call: Call): void {
    if (this.#watched.has(call)) return;
    this.#watched.add(call);
    const live: Live = { call, at: Date.now() };
    this.#live.add(live);
    call.addEventListener("statechange", () => this.#changed());
    void call.ended.then(() => {
      const { id, address, direction, video, connectedAt, endedAt, end } = call;
      this.#live.delete(live);
      this.#live.add({ ...live, call: { id, address, direction, video, connectedAt, endedAt, end } });
      this.#changed();
    });
    this.#changed();
  }

  #fold(): readonly CallEntry[] {
    const reader: Reader = {
      account: bareJid(this.#connection.jid),
      isHere: (jid) => this.#devices.has(normaliseJid(jid)),
      now: Date.now(),
    };
    const records = new Map<string, CallEntry>();
    for (const [id, steps] of this.#steps) {
      const record = recordOf([...steps.values()], reader);
      if (record) records.set(id, record);
    }
    for (const live of this.#live) {
      const { id } = live.call;
      const entry = withLive(records.get(id), live, this.#steps.has(id));
      if (entry) records.set(id, entry);
    }
    const entries = joined([...records.values()], (id) => [...(this.#steps.get(id)?.values() ?? [])]);
    this.#wake(entries, reader.now);
    return entries;
  }

  /** Who proposes and vanishes takes nothing back: the end of its ringing is heard from nobody. */
  #wake(entries: readonly CallEntry[], now: number): void {
    clearTimeout(this.#timer);
    const pending = entries.filter(({ outcome }) => outcome === "pending").map(({ at }) => at);
    if (pending.length === 0 || this.#connection.status === "closed") return;
    this.#timer = setTimeout(() => this.#changed(), Math.min(...pending) + RING_TIME - now + 1);
  }

  #changed(): void {
    this.#entries = null;
    this.dispatchEvent(new Event("change"));
    // Asked for by nobody, it would not notice when a call has rung for long enough.
    void this.entries;
  }

  #named(what: string): string {
    return `jinglewire ${what} ${accountOf(this.#connection.jid)}`;
  }
}

function accountOf(jid: string): string {
  return normaliseJid(bareJid(jid));
}

/** What the phone knows of a call and its messages do not tell: of peers that say no end, and of calls without messages. */
function withLive(record: CallEntry | undefined, live: Live, hasSteps: boolean): CallEntry | undefined {
  const { id, address, direction, video, connectedAt, endedAt, end } = live.call;
  const talked = connectedAt !== null && endedAt !== null ? Math.round((endedAt - connectedAt) / 1000) * 1000 : null;
  if (record) return { ...record, duration: record.duration ?? (record.outcome === "failed" ? null : talked) };
  const outcome = connectedAt !== null ? "answered" : end && OUTCOMES[direction][end.reason];
  if (hasSteps || !outcome) return undefined;
  return { id, address, direction, video, at: live.at, duration: talked, outcome };
}

/** Of a call without messages. What may have ended before anybody was told of it has no entry. */
const OUTCOMES: Readonly<Record<Call["direction"], Partial<Record<EndReason, CallOutcome>>>> = {
  incoming: {
    "hung-up": "missed",
    cancelled: "missed",
    "no-answer": "missed",
    busy: "missed",
    declined: "declined",
    "connection-lost": "failed",
    unsupported: "failed",
    "security-error": "failed",
    "microphone-blocked": "failed",
    "no-device": "failed",
    failed: "failed",
  },
  outgoing: {
    "no-answer": "no-answer",
    unreachable: "no-answer",
    busy: "busy",
    declined: "declined",
    "connection-lost": "failed",
    unsupported: "failed",
    "security-error": "failed",
    failed: "failed",
  },
};
