import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import "./avatar.js";
import { announce } from "./announce.js";
import type { Call } from "./engine.js";
import { closeOnEscape, focusedElement, isTyping, rememberFocus, typedWithin } from "./focus.js";
import * as icons from "./icons.js";
import { incomingStyles } from "./incoming.css.js";
import { Listen } from "./listen.js";
import { base, tokens } from "./tokens.css.js";
import { callWords as words } from "./words.js";

// A key pressed for something else must not answer a call: keys that come this soon (ms) after the card are not for it.
const TOO_SOON = 500;
// Somebody who typed this recently (ms) keeps the focus.
const TYPING = 1000;

/**
 * The card of a call that comes in. It takes the focus once, unless somebody is typing, and gives it back when the call
 * is answered, declined, or gone.
 */
export class IncomingCall extends LitElement {
  static override readonly properties = { call: { attribute: false }, name: {} };
  static override readonly styles = [tokens, base, incomingStyles];

  /** The call that rings, or null when none does. */
  declare call: Call | null;
  /** Who calls. */
  declare name: string;

  #shownAt = 0;
  #giveFocusBack: (() => boolean) | null = null;
  #cameFromTyping = false;
  #forgetEscape: (() => void) | null = null;

  constructor() {
    super();
    this.call = null;
    this.name = "";
    new Listen(this, () => this.call, ["statechange"]);
    this.addEventListener("keydown", this.#guardKeys);
    this.addEventListener("keyup", this.#guardKeys);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  /** Puts the focus on Accept. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>("#accept")?.focus(options);
  }

  /**
   * Where the focus was before the card took it, for a page that takes over the duty to give it back; null when the card
   * has not taken it.
   */
  handOverFocus(): (() => boolean) | null {
    const giveBack = this.#giveFocusBack;
    this.#giveFocusBack = null;
    return giveBack;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("call")) return;
    this.#leave();
    if (this.call) this.#arrive();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { call, name } = this;
    if (!call) return nothing;
    return html`<section role="alertdialog" aria-label=${words.incoming(name, call.video)}>
      <jw-avatar .address=${call.address} .name=${name}></jw-avatar>
      <div class="who">
        <p class="name">${name}</p>
        <p class="what">${words.wantsToCall(call.video)}</p>
      </div>
      <div class="answers ${call.video ? "three" : ""}">
        <button id="accept" class="accept" @click=${() => call.accept({ video: call.video })}>
          ${call.video ? icons.video : icons.phone}${words.accept}
        </button>
        ${
          call.video
            ? html`<button class="soft" @click=${() => call.accept({ video: false })}>${words.acceptWithoutVideo}</button>`
            : nothing
        }
        <button class="danger" @click=${() => call.decline()}>${icons.hangUp}${words.decline}</button>
      </div>
    </section>`;
  }

  #arrive(): void {
    this.#shownAt = performance.now();
    if (typedWithin(TYPING)) {
      announce(words.incoming(this.name, this.call?.video ?? false));
      return;
    }
    this.#cameFromTyping = isTyping(focusedElement());
    this.#giveFocusBack = rememberFocus();
    this.#forgetEscape = closeOnEscape(() => this.#returnFocus());
    this.focus();
  }

  #leave(): void {
    // Whoever has moved the focus elsewhere by now keeps it there.
    if (this.shadowRoot?.activeElement || !focusedElement()) this.#returnFocus();
    this.#forgetEscape?.();
    this.#forgetEscape = null;
    this.#giveFocusBack = null;
  }

  #returnFocus(): void {
    this.#giveFocusBack?.();
    this.#forgetEscape?.();
  }

  readonly #guardKeys = (event: KeyboardEvent): void => {
    const activates = event.key === "Enter" || event.key === " ";
    if (activates && (event.repeat || performance.now() - this.#shownAt < TOO_SOON)) {
      event.preventDefault();
      return;
    }
    // Somebody goes on with a message: the letter belongs where the focus was, and lands there.
    const writes = event.type === "keydown" && event.key.length === 1 && event.key !== " ";
    if (writes && this.#cameFromTyping && !event.ctrlKey && !event.metaKey && !event.altKey) this.#returnFocus();
  };
}

customElements.define("jingle-incoming", IncomingCall);

declare global {
  interface HTMLElementTagNameMap {
    "jingle-incoming": IncomingCall;
  }
}
