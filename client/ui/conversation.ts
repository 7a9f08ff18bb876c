import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import "./avatar.js";
import "./call-button.js";
import "./menu.js";
import "./message-log.js";
import { announce } from "./announce.js";
import { conversationStyles } from "./conversation.css.js";
import type { CallEntry, CallLog, Chat, ChatMessage, Roster } from "./engine.js";
import { ContactEvent, LeaveConversationEvent } from "./events.js";
import * as icons from "./icons.js";
import { Listen } from "./listen.js";
import type { MenuItem } from "./menu.js";
import { nameOf } from "./names.js";
import { base, tokens } from "./tokens.css.js";
import { presenceWords, chatWords as words } from "./words.js";

/**
 * One conversation: who, the call buttons, the messages and calls, and the box to write in.
 *
 * @fires jw-start-call, jw-leave-conversation, jw-contact
 */
export class ConversationView extends LitElement {
  static override readonly properties = {
    address: {},
    chat: { attribute: false },
    callLog: { attribute: false },
    roster: { attribute: false },
    draft: { state: true },
  };
  static override readonly styles = [tokens, base, conversationStyles];

  /** The bare JID of the other side. */
  declare address: string;
  declare chat: Chat | null;
  /** The calls to show among the messages; without one there are none. */
  declare callLog: CallLog | null;
  declare roster: Roster | null;
  declare draft: string;

  readonly #drafts = new Map<string, string>();

  constructor() {
    super();
    this.address = "";
    this.chat = null;
    this.callLog = null;
    this.roster = null;
    this.draft = "";
    new Listen(this, () => this.chat, ["change", "message"]);
    new Listen(this, () => this.callLog, ["change"]);
    new Listen(this, () => this.roster, ["change"]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("focus", this.#read);
    document.addEventListener("visibilitychange", this.#read);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("focus", this.#read);
    document.removeEventListener("visibilitychange", this.#read);
  }

  /** Puts the focus into the message box; on a touch screen only near it, or the keyboard would come up unasked. */
  override focus(options?: FocusOptions): void {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    this.renderRoot.querySelector<HTMLElement>(touch ? "section" : "textarea")?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("address");
    if (!changed.has("address")) return;
    if (before) this.#drafts.set(before, this.draft);
    this.draft = this.#drafts.get(this.address) ?? "";
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("draft")) this.#fit();
    if (changed.has("address") || changed.has("chat")) void this.#older();
    this.#read();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.address || !this.chat) return nothing;
    const { address, chat } = this;
    const name = nameOf(address, this.roster);
    const { messages, complete } = chat.conversation(address);
    return html`<section aria-label=${words.conversationWith(name)} tabindex="-1">
      ${this.#header(name)}
      ${keyed(
        address,
        html`<jw-message-log
          .messages=${[...messages]} .calls=${this.#calls(address)} .name=${name} .again=${this.#sendAgain}
          .older=${complete ? null : this.#older}
        ></jw-message-log>`,
      )}
      <form @submit=${this.#onSubmit}>
        <textarea
          rows="1" aria-label=${words.message} placeholder=${words.messageTo(name)} dir="auto" enterkeyhint="send"
          .value=${this.draft} @input=${this.#onInput} @keydown=${this.#onKey}
        ></textarea>
        <button
          class="primary icon" aria-label=${words.send} title=${words.send}
          aria-disabled=${this.draft.trim() ? nothing : "true"}
        >
          ${icons.send}
        </button>
      </form>
    </section>`;
  }

  /** One that rings is shown where it can be answered. */
  #calls(address: string): readonly CallEntry[] {
    return this.callLog?.with(address).filter(({ outcome }) => outcome !== "pending") ?? [];
  }

  #header(name: string) {
    const { address, roster } = this;
    const contact = roster?.get(address);
    return html`<header>
      <button class="icon back" aria-label=${words.back} title=${words.back} @click=${this.#leave}>${icons.back}</button>
      <jw-avatar .address=${address} .name=${name} .presence=${contact?.presence ?? null}></jw-avatar>
      <div class="who" title=${address}>
        <h2>${name}</h2>
        <p>${contact ? presenceWords[contact.presence] : words.notAContact}</p>
      </div>
      <jingle-call-button .address=${address} .roster=${roster}></jingle-call-button>
      <jingle-call-button .address=${address} .roster=${roster} video></jingle-call-button>
      <jw-menu .label=${words.contactOptions} .items=${this.#options(contact !== undefined)}></jw-menu>
    </header>`;
  }

  #options(known: boolean): MenuItem[] {
    const ask = (action: ContactEvent["action"]) => () => this.dispatchEvent(new ContactEvent(action, this.address));
    if (!known) return [{ label: words.addContact, icon: icons.plus, act: ask("add") }];
    return [
      { label: words.rename, icon: icons.pencil, act: ask("rename") },
      { label: words.remove, icon: icons.trash, act: ask("remove"), dangerous: true },
    ];
  }

  readonly #sendAgain = (message: ChatMessage): void => {
    this.chat?.send(this.address, message.body);
  };

  /** Reads older messages until there is something more to see: a call is many messages, and one entry. */
  readonly #older = async (): Promise<void> => {
    const { address, chat, callLog } = this;
    if (!address || !chat) return;
    const count = () => chat.conversation(address).messages.length + (callLog?.with(address).length ?? 0);
    const before = count();
    try {
      while (this.address === address && count() === before && !chat.conversation(address).complete) {
        await chat.older(address);
      }
    } catch {
      // Asked for again by "Earlier messages".
      if (this.address === address) announce(words.archiveSilent);
    }
  };

  readonly #leave = (): void => {
    this.dispatchEvent(new LeaveConversationEvent());
  };

  readonly #onInput = (event: InputEvent): void => {
    this.draft = (event.target as HTMLTextAreaElement).value;
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#send();
    this.renderRoot.querySelector("textarea")?.focus();
  };

  #send(): void {
    if (!this.draft.trim()) return;
    this.chat?.send(this.address, this.draft);
    this.draft = "";
  }

  /** The box grows with its text, up to what the style sheet allows. */
  #fit(): void {
    const box = this.renderRoot.querySelector("textarea");
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }

  // What somebody has on the screen in a window that they look at is read.
  readonly #read = (): void => {
    const { address, chat, callLog } = this;
    if (!chat || !address || document.visibilityState !== "visible" || !document.hasFocus()) return;
    if (!this.checkVisibility()) return;
    if (chat.conversation(address).unread > 0) chat.markRead(address);
    callLog?.markSeen(address);
  };
}

customElements.define("jingle-conversation", ConversationView);

declare global {
  interface HTMLElementTagNameMap {
    "jingle-conversation": ConversationView;
  }
}
