import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CallEntry, ChatMessage } from "./engine.js";
import { StartCallEvent } from "./events.js";
import * as icons from "./icons.js";
import { messageLogStyles } from "./message-log.css.js";
import { messageText } from "./message-text.js";
import { daysBetween, dayWords, fullTime, timeOfDay } from "./times.js";
import { base, tokens } from "./tokens.css.js";
import { entryWords, chatWords as words } from "./words.js";

// Rows that are rendered at first, and that each press of "Earlier messages" adds.
const PAGE = 60;
// Messages of one person within this time (ms) stand together.
const TOGETHER = 5 * 60_000;
// This near to the end (px) the log follows new messages.
const NEAR = 48;

/** What a line of the log is: something said, or a call. */
interface Row {
  readonly key: string;
  readonly from: "me" | "them";
  readonly time: number;
  readonly message?: ChatMessage;
  readonly call?: CallEntry;
}

/**
 * The messages and calls of one conversation, newest at the end, which it stays at unless somebody scrolls away; at its
 * beginning it asks for what is older.
 *
 * @fires jw-start-call when "Call back" is pressed
 */
export class MessageLog extends LitElement {
  static override readonly properties = {
    messages: { attribute: false },
    calls: { attribute: false },
    name: {},
    again: { attribute: false },
    older: { attribute: false },
    shown: { state: true },
    atEnd: { state: true },
  };
  static override readonly styles = [tokens, base, messageLogStyles];

  declare messages: readonly ChatMessage[];
  declare calls: readonly CallEntry[];
  /** Who the messages of the other side are from. */
  declare name: string;
  /** Sends a message that failed once more. */
  declare again: ((message: ChatMessage) => void) | null;
  /** Reads what is older than all there is; null when nothing is. */
  declare older: (() => Promise<void>) | null;
  declare shown: number;
  declare atEnd: boolean;

  #rows: readonly Row[] = [];
  #newest: string | undefined;
  /** The oldest row on the screen, and how far the view is from the end, before more come in front of it. */
  #oldest: string | undefined;
  #fromEnd = 0;
  #reading = false;
  readonly #resizes = new ResizeObserver(() => this.#follow());

  constructor() {
    super();
    this.messages = [];
    this.calls = [];
    this.name = "";
    this.again = null;
    this.older = null;
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("messages") || changed.has("calls")) this.#rows = rowsOf(this.messages, this.calls);
    const log = this.#log;
    this.#fromEnd = log ? log.scrollHeight - log.scrollTop : 0;
  }

  protected override updated(): void {
    const newest = this.#rows.at(-1);
    // Whoever sends wants to see it there; what others send does not pull anybody away from what they read.
    if (newest?.from === "me" && newest.key !== this.#newest) this.atEnd = true;
    this.#newest = newest?.key;
    const oldest = this.#rows.at(-this.shown)?.key ?? this.#rows[0]?.key;
    if (oldest !== this.#oldest && !this.atEnd && this.#log)
      this.#log.scrollTop = this.#log.scrollHeight - this.#fromEnd;
    this.#oldest = oldest;
    this.#follow();
  }

  protected override render() {
    const rows = this.#rows.slice(-this.shown);
    return html`<div role="log" aria-label=${words.messages} tabindex="0" @scroll=${this.#onScroll}>
        <div class="filler"></div>
        ${
          this.#hasEarlier
            ? html`<button class="soft earlier" @click=${this.#showEarlier}>${words.earlierMessages}</button>`
            : nothing
        }
        ${rows.length === 0 && !this.older ? html`<p class="empty">${words.noMessages(this.name)}</p>` : nothing}
        ${repeat(
          rows,
          ({ key }) => key,
          (row, index) => this.#row(row, rows[index - 1], rows[index + 1]),
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

  #row(row: Row, before: Row | undefined, after: Row | undefined): TemplateResult {
    const newDay = !before || daysBetween(before.time, row.time) !== 0;
    return html`<div class="row">
      ${newDay ? html`<p class="day"><span>${dayWords(row.time)}</span></p>` : nothing}
      ${row.call ? this.#call(row.call) : this.#message(row.message!, !together(before, row), !together(row, after))}
    </div>`;
  }

  #call(call: CallEntry): TemplateResult {
    const incoming = call.direction === "incoming";
    const time = new Date(call.at);
    return html`<div class="call ${incoming ? "them" : "me"} ${call.outcome}">
      ${call.video ? icons.video : icons.phone}
      <p>
        ${call.outcome === "missed" ? nothing : html`<span class="only-heard">${incoming ? words.incomingCall : words.outgoingCall}</span>`}
        <span>${entryWords(call)}</span>
        <time datetime=${time.toISOString()} title=${fullTime(call.at)}>${timeOfDay(call.at)}</time>
      </p>
      <button class="soft" @click=${() => this.dispatchEvent(new StartCallEvent(call.address, call.video))}>
        ${incoming ? words.callBack : words.callAgain}
      </button>
    </div>`;
  }

  #message(message: ChatMessage, first: boolean, last: boolean): TemplateResult {
    return html`<div class="message ${message.from} ${first ? "first" : ""} ${last ? "last" : ""}">
        <span class="only-heard">${message.from === "me" ? words.youSaid : words.theySaid(this.name)}</span>
        <p class="body" dir="auto">${messageText(message.body)}</p>
        ${this.#footer(message, last)}
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

  #isAtEnd(): boolean {
    const log = this.#log;
    return !log || log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
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
    if (!log) return;
    this.atEnd = this.#isAtEnd();
    if (log.scrollTop < NEAR && this.#rows.length <= this.shown && this.older) void this.#earlier();
  };

  readonly #showEarlier = async (): Promise<void> => {
    // The person looks for what is above, though they may have seen the end all the time.
    this.atEnd = false;
    await this.#earlier();
    this.atEnd = this.#isAtEnd();
    this.#log?.focus({ preventScroll: true });
  };

  get #hasEarlier(): boolean {
    return this.#rows.length > this.shown || this.older !== null;
  }

  async #earlier(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    if (this.#rows.length <= this.shown) await this.older?.();
    this.#reading = false;
    this.shown += PAGE;
    await this.updateComplete;
  }
}

function rowsOf(messages: readonly ChatMessage[], calls: readonly CallEntry[]): readonly Row[] {
  const said = messages.map(
    (message): Row => ({ key: message.from + message.id, from: message.from, time: message.time, message }),
  );
  const called = calls.map(
    (call): Row => ({
      key: `call${call.id}`,
      from: call.direction === "incoming" ? "them" : "me",
      time: call.at,
      call,
    }),
  );
  return called.length === 0 ? said : [...said, ...called].sort((a, b) => a.time - b.time);
}

function together(a: Row | undefined, b: Row | undefined): boolean {
  if (!a?.message || !b?.message) return false;
  return a.from === b.from && b.time - a.time < TOGETHER && daysBetween(a.time, b.time) === 0;
}

customElements.define("jw-message-log", MessageLog);

declare global {
  interface HTMLElementTagNameMap {
    "jw-message-log": MessageLog;
  }
}
