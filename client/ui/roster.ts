import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import "./avatar.js";
import type { CallLog, Chat, Contact, Roster } from "./engine.js";
import { ContactEvent, OpenConversationEvent } from "./events.js";
import * as icons from "./icons.js";
import { Listen } from "./listen.js";
import { localPart } from "./names.js";
import { rosterStyles } from "./roster.css.js";
import { shortTime } from "./times.js";
import { base, tokens } from "./tokens.css.js";
import { presenceWords, chatWords as words } from "./words.js";

/**
 * The list of contacts: presence, unread messages, requests, and a search.
 *
 * @fires jw-open-conversation when a contact is chosen
 * @fires jw-contact when a contact is to be added
 */
export class RosterList extends LitElement {
  static override readonly properties = {
    roster: { attribute: false },
    chat: { attribute: false },
    callLog: { attribute: false },
    selected: {},
    others: { attribute: false },
    search: { state: true },
  };
  static override readonly styles = [tokens, base, rosterStyles];

  declare roster: Roster | null;
  declare chat: Chat | null;
  declare callLog: CallLog | null;
  /** The bare JID whose conversation is open. */
  declare selected: string | null;
  /** Bare JIDs that are not contacts but have a conversation. */
  declare others: readonly string[];
  declare search: string;

  constructor() {
    super();
    this.roster = null;
    this.chat = null;
    this.callLog = null;
    this.selected = null;
    this.others = [];
    this.search = "";
    new Listen(this, () => this.roster, ["change"]);
    new Listen(this, () => this.chat, ["change", "message"]);
    new Listen(this, () => this.callLog, ["change"]);
  }

  /** Puts the focus on the contact with this address, or on the search when it is not in sight. */
  focusContact(address: string | null): void {
    const rows = this.renderRoot.querySelectorAll<HTMLElement>("[data-address]");
    const row = [...rows].find((element) => element.dataset.address === address);
    (row ?? this.renderRoot.querySelector<HTMLElement>("input"))?.focus();
  }

  protected override render() {
    const rows = this.#rows();
    const text = this.search.trim();
    const found = rows.filter((contact) => matches(contact, text));
    return html`<div class="top">
        <label class="search">
          ${icons.search}
          <input
            type="text" aria-label=${words.searchContacts} placeholder=${words.searchContacts}
            autocomplete="off" spellcheck="false" enterkeyhint="search" .value=${this.search}
            @input=${(event: InputEvent) => (this.search = (event.target as HTMLInputElement).value)}
            @keydown=${(event: KeyboardEvent) => this.#onSearchKey(event, found)}
          />
        </label>
        <button class="icon" aria-label=${words.addContact} title=${words.addContact} @click=${() => this.#add("")}>
          ${icons.plus}
        </button>
      </div>
      ${this.#requests()}
      <ul role="list" aria-label=${words.contacts} class="contacts" @keydown=${this.#onListKey}>
        ${repeat(
          found,
          (contact) => contact.address,
          (contact) => this.#row(contact),
        )}
      </ul>
      ${found.length === 0 ? this.#nobody(text) : nothing}`;
  }

  #rows(): Contact[] {
    const contacts = this.roster?.contacts ?? [];
    const known = new Set(contacts.map((contact) => contact.address));
    const strangers = this.others.filter((address) => !known.has(address)).map(stranger);
    const rows = [...contacts, ...strangers];
    // Who wrote or called last comes first; the others stay in the roster's order.
    const last = new Map(rows.map(({ address }) => [address, this.#lastTime(address)]));
    return rows.sort((a, b) => last.get(b.address)! - last.get(a.address)!);
  }

  /** 0 where nothing was ever said. */
  #lastTime(address: string): number {
    const message = this.chat?.conversation(address).messages.at(-1)?.time ?? 0;
    return Math.max(message, this.callLog?.with(address).at(-1)?.at ?? 0);
  }

  #row(contact: Contact): TemplateResult {
    const { address } = contact;
    const unread = this.chat?.conversation(address).unread ?? 0;
    const missed = this.callLog?.missed(address) ?? 0;
    const news = unread + missed;
    const last = this.#lastTime(address);
    const open = () => this.dispatchEvent(new OpenConversationEvent(address));
    return html`<li>
      <button
        class="contact" data-address=${address} title=${address}
        aria-current=${address === this.selected ? "true" : nothing} @click=${open}
      >
        <jw-avatar .address=${address} .name=${shownName(contact)} .presence=${contact.presence}></jw-avatar>
        <span class="line name">${shownName(contact)}</span>
        <span class="time">${last ? shortTime(last) : nothing}</span>
        <span class="line state">${this.#state(contact)}</span>
        ${
          news
            ? html`<span class="unread"><span aria-hidden="true">${news > 99 ? "99+" : news}</span
                ><span class="only-heard">${words.news(unread, missed)}</span></span>`
            : nothing
        }
      </button>
    </li>`;
  }

  #state(contact: Contact): string {
    const presence = presenceWords[contact.presence];
    if (!this.roster?.get(contact.address)) return words.notAContact;
    const canSee = contact.subscription === "to" || contact.subscription === "both";
    const more = contact.asked && !canSee ? words.waitingForApproval : contact.status;
    return more ? `${presence} · ${more}` : presence;
  }

  #requests() {
    const requests = this.roster?.requests ?? [];
    if (requests.length === 0) return nothing;
    return html`<ul role="list" aria-label=${words.contactRequests} class="requests">
      ${repeat(
        requests,
        (address) => address,
        (address) => html`<li>
          <p><strong>${address}</strong> ${words.wantsToBeContact}</p>
          <button class="primary" aria-label=${words.acceptRequest(address)} @click=${() => this.roster?.approve(address)}>
            ${words.accept}
          </button>
          <button class="soft" aria-label=${words.refuseRequest(address)} @click=${() => this.roster?.deny(address)}>
            ${words.refuse}
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #nobody(text: string): TemplateResult {
    return html`<div class="nobody">
      <p>${text ? words.nothingFound(text) : words.noContacts}</p>
      ${text ? nothing : html`<p>${words.noContactsHint}</p>`}
      <button class="soft" @click=${() => this.#add(text)}>${icons.plus}${words.addContact}</button>
    </div>`;
  }

  #add(text: string): void {
    this.dispatchEvent(new ContactEvent("add", text));
  }

  readonly #onListKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("button.contact")];
    const next = rows.indexOf(event.target as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
    (rows[next] ?? (next < 0 ? this.renderRoot.querySelector<HTMLElement>("input") : null))?.focus();
  };

  #onSearchKey(event: KeyboardEvent, found: readonly Contact[]): void {
    if (event.key === "Escape" && this.search) {
      event.preventDefault();
      this.search = "";
    } else if (event.key === "Enter" && this.search.trim() && found[0] && !event.isComposing) {
      this.dispatchEvent(new OpenConversationEvent(found[0].address));
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      this.renderRoot.querySelector<HTMLElement>("button.contact")?.focus();
    }
  }
}

function shownName(contact: Contact): string {
  return contact.name || localPart(contact.address);
}

function matches(contact: Contact, text: string): boolean {
  const wanted = text.toLocaleLowerCase();
  return contact.name.toLocaleLowerCase().includes(wanted) || contact.address.toLocaleLowerCase().includes(wanted);
}

function stranger(address: string): Contact {
  return {
    address,
    name: localPart(address),
    subscription: "none",
    asked: false,
    presence: "offline",
    status: "",
    canCall: "unknown",
  };
}

customElements.define("jingle-roster", RosterList);

declare global {
  interface HTMLElementTagNameMap {
    "jingle-roster": RosterList;
  }
}
