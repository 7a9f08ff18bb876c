// RFC 6121 §5: one-to-one chat, the same on every device of an account by XEP-0280
import type { Element } from "ltx";
import { bareJid, normaliseJid, sameAccount } from "../jingle/jid.js";
import { readError, xml } from "../jingle/stanza.js";
import { enableCarbons, unwrap } from "./carbons.js";
import type { Connection } from "./connection/connection.js";
import { Emitter } from "./events.js";
import { newId } from "./ids.js";

export interface ChatMessage {
  readonly id: string;
  readonly from: "me" | "them";
  readonly body: string;
  /** ms since the epoch */
  readonly time: number;
  readonly state: "sent" | "failed";
  readonly error?: string | undefined;
}

export interface Conversation {
  /** Bare JID of the other side. */
  readonly address: string;
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
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

/** Conversations with single accounts, since this login. */
export class Chat extends Emitter<{ message: ChatMessageEvent; change: Event }> {
  readonly #connection: Connection;
  readonly #conversations = new Map<string, Conversation>();

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
    enableCarbons(connection);
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "message") this.#heard(stanza);
    });
  }

  conversation(address: string): Conversation {
    const account = bareJid(address);
    return this.#conversations.get(normaliseJid(account)) ?? { address: account, messages: [], unread: 0 };
  }

  send(address: string, body: string): ChatMessage {
    const message: ChatMessage = { id: newId(), from: "me", body, time: Date.now(), state: "sent" };
    const to = bareJid(address);
    this.#connection.send(xml("message", { type: "chat", to, id: message.id }, xml("body", {}, body)));
    this.#add(to, message);
    return message;
  }

  /** The person has seen the conversation. */
  markRead(address: string): void {
    const conversation = this.conversation(address);
    if (conversation.unread > 0) this.#keep({ ...conversation, unread: 0 });
  }

  #heard(stanza: Element): void {
    const heard = unwrap(stanza, this.#connection.jid);
    if (!heard) return;
    const { from, to, id, type } = heard.stanza.attrs;
    if (type === "error") {
      if (!heard.carbon) this.#bounced(from, id, heard.stanza);
      return;
    }
    const body = heard.stanza.getChildText("body");
    if (type === "groupchat" || type === "headline" || !body || typeof from !== "string") return;
    const mine = sameAccount(from, this.#connection.jid);
    const message: ChatMessage = {
      id: typeof id === "string" ? id : newId(),
      from: mine ? "me" : "them",
      body,
      time: heard.delayedSince ?? Date.now(),
      state: "sent",
    };
    this.#add(mine ? (to ?? from) : from, message);
  }

  #add(address: string, message: ChatMessage): void {
    const conversation = this.conversation(address);
    if (conversation.messages.some(({ id, from }) => id === message.id && from === message.from)) return;
    const unread = message.from === "them" ? conversation.unread + 1 : conversation.unread;
    this.#keep({ ...conversation, messages: [...conversation.messages, message], unread });
    this.dispatchEvent(new ChatMessageEvent(conversation.address, message));
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
