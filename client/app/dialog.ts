import { css, html, LitElement, nothing } from "lit";
import type { Roster } from "../ui/engine.js";
import { closeOnEscape, rememberFocus } from "../ui/focus.js";
import { nameOf } from "../ui/names.js";
import { base, tokens } from "../ui/tokens.css.js";
import { fullAddress, looksLikeAddress } from "./config.js";
import { pageWords as words } from "./words.js";

/** What is asked about a contact. */
export interface ContactTask {
  readonly action: "add" | "rename" | "remove";
  readonly address: string;
}

/** The task is done or was given up. */
export class DialogDoneEvent extends Event {
  static readonly type = "jw-dialog-done";
  constructor() {
    super(DialogDoneEvent.type, { bubbles: true, composed: true });
  }
}

/**
 * The small dialogs about contacts: add, rename, remove. Not modal for the browser: a modal dialog would make a call that
 * comes in meanwhile unanswerable.
 *
 * @fires jw-dialog-done
 */
export class ContactDialog extends LitElement {
  static override readonly properties = {
    task: { attribute: false },
    roster: { attribute: false },
    domain: {},
    own: {},
    error: { state: true },
  };
  static override readonly styles = [
    tokens,
    base,
    css`
      .behind {
        position: fixed;
        z-index: 15;
        inset: 0;
        background: oklch(0 0 0 / 0.35);
      }
      form {
        position: fixed;
        z-index: 16;
        top: max(16px, 18vh);
        left: 50%;
        display: grid;
        gap: 4px;
        width: min(420px, calc(100vw - 32px));
        padding: 24px;
        border-radius: var(--_radius-card);
        background: var(--_raised);
        box-shadow: var(--_shadow);
        transform: translateX(-50%);
      }
      h2 {
        margin-bottom: 8px;
        font-size: 1.25rem;
        line-height: 1.3;
        overflow-wrap: anywhere;
      }
      label {
        margin-top: 8px;
        font-size: 0.875rem;
        font-weight: 600;
      }
      .hint {
        color: var(--_quiet);
        font-size: 0.875rem;
      }
      .error {
        padding-top: 4px;
        color: var(--_danger-text);
        font-size: 0.875rem;
      }
      .buttons {
        display: flex;
        justify-content: flex-end;
        gap: 8px;
        margin-top: 16px;
      }
    `,
  ];

  declare task: ContactTask;
  declare roster: Roster | null;
  declare domain: string;
  /** Our own bare JID. */
  declare own: string;
  declare error: string;

  #giveFocusBack: (() => boolean) | null = null;
  #forgetEscape: (() => void) | null = null;

  constructor() {
    super();
    this.task = { action: "add", address: "" };
    this.roster = null;
    this.domain = "";
    this.own = "";
    this.error = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#giveFocusBack = rememberFocus();
    this.#forgetEscape = closeOnEscape(this.#done);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forgetEscape?.();
    this.#giveFocusBack?.();
  }

  protected override firstUpdated(): void {
    const first = this.renderRoot.querySelector<HTMLInputElement>("input");
    first?.select();
    (first ?? this.renderRoot.querySelector<HTMLElement>(".cancel"))?.focus();
  }

  protected override render() {
    const name = nameOf(this.task.address, this.roster);
    const parts = {
      add: { title: words.addTitle, body: this.#addFields(), button: words.add },
      rename: { title: words.renameTitle(name), body: this.#nameField(words.name, name), button: words.save },
      remove: { title: words.removeTitle(name), body: html`<p>${words.removeText(name)}</p>`, button: words.removeIt },
    }[this.task.action];
    return html`<div class="behind" @click=${this.#done}></div>
      <form role="dialog" aria-label=${parts.title} novalidate @submit=${this.#onSubmit} @keydown=${this.#keepInside}>
        <h2>${parts.title}</h2>
        ${parts.body}
        <div role="alert">${this.error ? html`<p class="error">${this.error}</p>` : nothing}</div>
        <div class="buttons">
          <button type="button" class="soft cancel" @click=${this.#done}>${words.cancel}</button>
          <button class=${this.task.action === "remove" ? "danger" : "primary"}>${parts.button}</button>
        </div>
      </form>`;
  }

  #addFields() {
    return html`<label for="address">${words.address}</label>
      <input
        id="address" type="text" inputmode="email" autocapitalize="none" autocomplete="off" spellcheck="false"
        .value=${this.task.address} aria-describedby="hint" aria-invalid=${this.error ? "true" : nothing}
      />
      <p id="hint" class="hint">${words.addHint(this.domain)}</p>
      ${this.#nameField(words.nameOptional, "")}`;
  }

  #nameField(label: string, value: string) {
    return html`<label for="name">${label}</label><input id="name" type="text" autocomplete="off" .value=${value} />`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { action, address } = this.task;
    const name = this.#value("name");
    if (action === "remove") this.roster?.remove(address);
    else if (action === "rename") this.roster?.rename(address, name);
    else if (!this.#add(fullAddress(this.#value("address"), this.domain), name)) return;
    this.#done();
  };

  #add(address: string, name: string): boolean {
    const existing = this.roster?.get(address);
    if (!looksLikeAddress(address)) this.error = words.notAnAddress;
    else if (address === this.own) this.error = words.thatIsYou;
    else if (existing && existing.subscription !== "none" && existing.subscription !== "from") {
      this.error = words.alreadyThere(nameOf(address, this.roster));
    } else {
      this.roster?.add(address, name || undefined);
      return true;
    }
    this.renderRoot.querySelector<HTMLInputElement>("#address")?.focus();
    return false;
  }

  #value(id: string): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? "";
  }

  readonly #done = (): void => {
    this.dispatchEvent(new DialogDoneEvent());
  };

  // Tab goes round inside, so that the focus does not wander off behind the dialog.
  readonly #keepInside = (event: KeyboardEvent): void => {
    if (event.key !== "Tab") return;
    const stops = [...this.renderRoot.querySelectorAll<HTMLElement>("input, button")];
    const leaving = event.shiftKey ? stops[0] : stops.at(-1);
    if (this.shadowRoot?.activeElement !== leaving) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  };
}

customElements.define("jw-contact-dialog", ContactDialog);

declare global {
  interface HTMLElementTagNameMap {
    "jw-contact-dialog": ContactDialog;
  }
}
