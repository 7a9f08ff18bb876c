import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ChatMessage } from "./engine.js";
import * as icons from "./icons.js";
import { messageLogStyles } from "./message-log.css.js";
import { messageText } from "./message-text.js";
import { daysBetween, dayWords, fullTime, timeOfDay } from "./times.js";
import { base, tokens } from "./tokens.css.js";
import { chatWords as words } from "./words.js";

// Rows that are rendered at first, and that each press of "Earlier messages" adds.
const PAGE = 60;
// Messages of one person within this time (ms) stand together.
const TOGETHER = 5 * 60_000;
// This near to the end (px) the log follows new messages.
const NEAR = 48;

/** The messages of one conversation, newest at the end, which it stays at unless somebody scrolls away. */
export class MessageLog extends LitElement {
  static override readonly properties = {
    messages: { attribute: false },
    name: {},
    again: { attribute: false },
    shown: { state: true },
    atEnd: { state: true },
  };
  static override readonly styles = [tokens, base, messageLogStyles];

  declare messages: readonly ChatMessage[];
  /** Who the messages of the other side are from. */
  declare name: string;
  /** Sends a message that failed once more. */
  declare again: ((message: ChatMessage) => void) | null;
  declare shown: number;
  declare atEnd: boolean;

  #newest: string | undefined;
  readonly #resizes = new ResizeObserver(() => this.#follow());

  constructor() {
    super();
    this.messages = [];
    this.name = "";
    this.again = null;
    this.shown = PAGE;
    this.atEnd = true;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  protected override firstUpdated(): void {
    this.#resizes.observe(this);
  }

  protected override updated(): void {
    const newest = this.messages.at(-1);
    // Whoever sends wants to see it there; what others send does not pull anybody away from what they read.
    if (newest?.from === "me" && newest.id !== this.#newest) this.atEnd = true;
    this.#newest = newest?.id;
    this.#follow();
  }

  protected override render() {
    const { messages, name } = this;
    const rows = messages.slice(-this.shown);
    return html`<div role="log" aria-label=${words.messages} tabindex="0" @scroll=${this.#onScroll}>
        <div class="filler"></div>
        ${
          messages.length > rows.length
            ? html`<button class="soft earlier" @click=${this.#showEarlier}>${words.earlierMessages}</button>`
            : nothing
        }
        ${messages.length === 0 ? html`<p class="empty">${words.noMessages(name)}</p>` : nothing}
        ${repeat(
          rows,
          (message) => message.from + message.id,
          (message, index) => this.#row(message, rows[index - 1], rows[index + 1]),
        )}
      </div>
      ${
        this.atEnd
          ? nothing
          : html`<button class="newest" aria-label=${words.newestMessages} title=${words.newestMessages} @click=${this.#toEnd}>
              ${icons.down}
            </button>`
      }`;
  }

  #row(message: ChatMessage, before: ChatMessage | undefined, after: ChatMessage | undefined): TemplateResult {
    const first = !before || !together(before, message);
    const last = !after || !together(message, after);
    const newDay = !before || daysBetween(before.time, message.time) !== 0;
    return html`<div class="row">
      ${newDay ? html`<p class="day"><span>${dayWords(message.time)}</span></p>` : nothing}
      <div class="message ${message.from} ${first ? "first" : ""} ${last ? "last" : ""}">
        <span class="only-heard">${message.from === "me" ? words.youSaid : words.theySaid(this.name)}</span>
        <p class="body" dir="auto">${messageText(message.body)}</p>
        ${this.#footer(message, last)}
      </div>
    </div>`;
  }

  #footer(message: ChatMessage, last: boolean) {
    if (message.state === "failed") {
      return html`<p class="failed">
        ${icons.warning}<span title=${message.error ?? nothing}>${words.notSent}</span>
        ${this.again ? html`<button @click=${() => this.again?.(message)}>${words.sendAgain}</button>` : nothing}
      </p>`;
    }
    if (!last) return nothing;
    const time = new Date(message.time);
    return html`<time datetime=${time.toISOString()} title=${fullTime(message.time)}>${timeOfDay(message.time)}</time>`;
  }

  get #log(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>("[role=log]");
  }

  #follow(): void {
    const log = this.#log;
    if (log && this.atEnd) log.scrollTop = log.scrollHeight;
  }

  readonly #toEnd = (): void => {
    this.atEnd = true;
    this.#log?.focus({ preventScroll: true });
    this.#follow();
  };

  readonly #onScroll = (): void => {
    const log = this.#log;
    if (log) this.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  };

  readonly #showEarlier = async (): Promise<void> => {
    const log = this.#log;
    if (!log) return;
    const fromEnd = log.scrollHeight - log.scrollTop;
    this.shown += PAGE;
    await this.updateComplete;
    log.scrollTop = log.scrollHeight - fromEnd;
    log.focus({ preventScroll: true });
  };
}

function together(a: ChatMessage, b: ChatMessage): boolean {
  return a.from === b.from && b.time - a.time < TOGETHER && daysBetween(a.time, b.time) === 0;
}

customElements.define("jw-message-log", MessageLog);

declare global {
  interface HTMLElementTagNameMap {
    "jw-message-log": MessageLog;
  }
}
