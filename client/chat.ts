// RFC 6121 §5: one-to-one chat, the same on every device of an account by XEP-0280
import type { Element } from "ltx";
import { bareJid, normaliseJid, sameAccount } from "../jingle/jid.js";
import { readError, xml } from "../jingle/stanza.js";
import { Archive, type ArchivePage } from "./archive.js";
import { enableCarbons, unwrap } from "./carbons.js";
import type { Connection } from "./connection/connection.js";
import { Emitter } from "./events.js";
import { newId } from "./ids.js";
import { type Memory, Seen } from "./memory.js";

const NS_STANZA_ID = "urn:xmpp:sid:0";

export interface ChatMessage {
  readonly id: string;
  readonly from: "me" | "them";
  readonly body: string;
  /** ms since the epoch */
  readonly time: number;
  readonly state: "sent" | "failed";
  readonly error?: string | undefined;
  /** Its id in our server's archive, where it is known. */
  readonly archiveId?: string | undefined;
}

export interface Conversation {
  /** Bare JID of the other side. */
  readonly address: string;
  /** The oldest first. */
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
  /** Nothing older is in the archive; until then `older()` reads on. */
  readonly complete: boolean;
}

export interface ChatOptions {
  /**
   * Keeps over reloads what was read, so that what the archive received meanwhile counts as unread. `localStorage` fits.
   * Default: only what comes live is unread.
   */
  readonly memory?: Memory | undefined;
}

/** A message came, or was sent from another of our devices. */
export class ChatMessageEvent extends Event {
  constructor(
    readonly address: string,
    readonly message: ChatMessage,
  ) {
    super("message");
  }
}

/** Conversations with single accounts: what comes, and what the archive holds (XEP-0313). */
export class Chat extends Emitter<{ message: ChatMessageEvent; change: Event }> {
  readonly #connection: Connection;
  readonly #archive: Archive;
  readonly #seen: Seen | null;
  readonly #conversations = new Map<string, Conversation>();
  /** By account, where its next older page begins. */
  readonly #before = new Map<string, string | undefined>();
  readonly #reading = new Map<string, Promise<void>>();
  /** From the archive, and never counted as unread: they may still come as what waited for us. */
  readonly #uncounted = new WeakSet<ChatMessage>();

  constructor(connection: Connection, { memory }: ChatOptions = {}) {
    super();
    this.#connection = connection;
    this.#archive = Archive.of(connection);
    this.#seen = memory ? new Seen(memory, `jinglewire chat-seen ${normaliseJid(bareJid(connection.jid))}`) : null;
    enableCarbons(connection);
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "message") this.#heard(stanza);
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#startAgain();
    });
    this.#archive.addEventListener("page", ({ page }) => this.#read(page));
  }

  /** Those with messages that we know of. */
  get conversations(): readonly Conversation[] {
    return [...this.#conversations.values()].filter(({ messages }) => messages.length > 0);
  }

  conversation(address: string): Conversation {
    const account = bareJid(address);
    const found = this.#conversations.get(normaliseJid(account));
    return found ?? { address: account, messages: [], unread: 0, complete: false };
  }

  /**
   * Reads the next older messages of a conversation from the archive, the newest first time; they are in `messages` when
   * it resolves, and `complete` says whether there are more.
   * @throws RequestError when the server does not answer
   */
  older(address: string): Promise<void> {
    const key = normaliseJid(bareJid(address));
    const reading = this.#reading.get(key) ?? this.#older(address, key).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  send(address: string, body: string): ChatMessage {
    const to = bareJid(address);
    const message: ChatMessage = { id: newId(), from: "me", body, time: this.#now(to), state: "sent" };
    this.#connection.send(xml("message", { type: "chat", to, id: message.id }, xml("body", {}, body)));
    this.#add(to, message);
    return message;
  }

  /** The person has seen the conversation. */
  markRead(address: string): void {
    const conversation = this.conversation(address);
    const newest = conversation.messages.at(-1);
    if (newest) this.#seen?.mark(normaliseJid(conversation.address), newest.time);
    if (conversation.unread > 0) this.#keep({ ...conversation, unread: 0 });
  }

  #heard(stanza: Element): void {
    const heard = unwrap(stanza, this.#connection.jid);
    if (!heard) return;
    const { from, id, type } = heard.stanza.attrs;
    if (type === "error") {
      if (!heard.carbon) this.#bounced(from, id, heard.stanza);
      return;
    }
    const said = this.#said(heard.stanza, this.#archiveId(heard.stanza));
    if (!said) return;
    const now = this.#now(said.address);
    // Who sends a delay writes it as they like, but not into the future.
    this.#add(said.address, { ...said.message, time: Math.min(heard.delayedSince ?? now, now) });
  }

  /** Not before what is there: the server's clock, by which the archive goes, may be ahead of ours. */
  #now(address: string): number {
    return Math.max(Date.now(), this.conversation(address).messages.at(-1)?.time ?? 0);
  }

  /** What a message says, and in which conversation; undefined when it says nothing. */
  #said(stanza: Element, archiveId: string | undefined, time = 0) {
    const { from, to, id, type } = stanza.attrs;
    const body = stanza.getChildText("body");
    if (type === "groupchat" || type === "headline" || type === "error") return undefined;
    if (!body || typeof from !== "string") return undefined;
    const mine = sameAccount(from, this.#connection.jid);
    const named: unknown = id ?? stanza.getChild("origin-id", NS_STANZA_ID)?.attrs.id ?? archiveId;
    const message: ChatMessage = {
      id: typeof named === "string" ? named : newId(),
      from: mine ? "me" : "them",
      body,
      time,
      state: "sent",
      archiveId,
    };
    return { address: bareJid(mine ? (to ?? from) : from), message };
  }

  /** 0313-03: only a server that has an archive takes away the stanza-ids that others forge in its name. */
  #archiveId(stanza: Element): string | undefined {
    if (!this.#archive.exists) return undefined;
    const own = normaliseJid(bareJid(this.#connection.jid));
    const found = stanza
      .getChildren("stanza-id", NS_STANZA_ID)
      .find(({ attrs }) => normaliseJid(attrs.by ?? "") === own);
    return found?.attrs.id;
  }

  #add(address: string, message: ChatMessage): void {
    const conversation = this.conversation(address);
    const known = conversation.messages.find((one) => isSame(one, message));
    const counts = message.from === "them" && (!known || this.#uncounted.delete(known));
    const unread = conversation.unread + (counts ? 1 : 0);
    if (known) {
      if (counts) this.#keep({ ...conversation, unread });
      return;
    }
    this.#keep({ ...conversation, messages: [...conversation.messages, message].sort(byTime), unread });
    this.dispatchEvent(new ChatMessageEvent(conversation.address, message));
  }

  async #older(address: string, key: string): Promise<void> {
    if (this.conversation(address).complete) return;
    const page = await this.#archive.page({ with: bareJid(address), before: this.#before.get(key) });
    this.#before.set(key, page.before);
    if (page.complete) this.#keep({ ...this.conversation(address), complete: true });
  }

  #read(page: ArchivePage): void {
    const byAddress = new Map<string, ChatMessage[]>();
    for (const { id, stanza, time } of page.messages) {
      const said = this.#said(stanza, id, time);
      if (!said) continue;
      const key = normaliseJid(said.address);
      byAddress.set(key, [...(byAddress.get(key) ?? []), said.message]);
      if (!this.#conversations.has(key)) this.#conversations.set(key, this.conversation(said.address));
    }
    for (const [key, messages] of byAddress) this.#merge(this.#conversations.get(key)!, messages);
  }

  #merge(conversation: Conversation, archived: readonly ChatMessage[]): void {
    const fresh = archived.filter(
      (message, at) =>
        !conversation.messages.some((one) => isSame(one, message)) &&
        !archived.slice(0, at).some((one) => isSame(one, message)),
    );
    if (fresh.length === 0) return;
    // Stamps may be of whole seconds: among equals the archive's order holds, and what it holds came first.
    const messages = [...fresh, ...conversation.messages].sort(byTime);
    const since = this.#seen && Math.max(this.#seen.until(normaliseJid(conversation.address)), lastOwn(messages));
    const theirs = fresh.filter(({ from }) => from === "them");
    if (since === null) for (const message of theirs) this.#uncounted.add(message);
    const unread = conversation.unread + (since === null ? 0 : theirs.filter(({ time }) => time > since).length);
    this.#keep({ ...conversation, messages, unread });
  }

  /** What happened in between is unknown: reading begins at the newest page, and what is known is not doubled. */
  #startAgain(): void {
    this.#before.clear();
    for (const [key, conversation] of this.#conversations)
      this.#conversations.set(key, { ...conversation, complete: false });
    this.dispatchEvent(new Event("change"));
  }

  #bounced(from: string | undefined, id: string | undefined, stanza: Element): void {
    const conversation = this.conversation(from ?? "");
    const { condition, text } = readError(stanza);
    const messages = conversation.messages.map((message) =>
      message.id === id && message.from === "me"
        ? { ...message, state: "failed" as const, error: text ?? condition }
        : message,
    );
    if (messages.some((message, i) => message !== conversation.messages[i])) this.#keep({ ...conversation, messages });
  }

  #keep(conversation: Conversation): void {
    this.#conversations.set(normaliseJid(conversation.address), conversation);
    this.dispatchEvent(new Event("change"));
  }
}

function isSame(a: ChatMessage, b: ChatMessage): boolean {
  return (a.id === b.id && a.from === b.from) || (a.archiveId !== undefined && a.archiveId === b.archiveId);
}

function byTime(a: ChatMessage, b: ChatMessage): number {
  return a.time - b.time;
}

/** Who has answered has read. */
function lastOwn(messages: readonly ChatMessage[]): number {
  return messages.findLast(({ from }) => from === "me")?.time ?? 0;
}
