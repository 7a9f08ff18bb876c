import { css, html, LitElement, nothing } from "lit";
import { announce } from "./announce.js";
import type { Call } from "./engine.js";
import { isTyping } from "./focus.js";
import { inCallWords as words } from "./in-call-words.js";
import { base, tokens } from "./tokens.css.js";

const KEYS: readonly (readonly [tone: string, letters: string])[] = [
  ["1", "\u00a0"],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", ""],
  ["#", ""],
];
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 };
// As many as fit the line.
const SHOWN = 16;

/** Twelve keys that play DTMF tones into a call. While it is there, digits that are typed anywhere but in a text count. */
export class Keypad extends LitElement {
  static override readonly properties = { call: { attribute: false }, tones: { state: true } };
  static override readonly styles = [
    tokens,
    base,
    css`
      :host {
        display: block;
      }
      .tones {
        overflow: hidden;
        min-height: 1.5em;
        margin-bottom: 8px;
        font-size: 1.375rem;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.06em;
        text-align: center;
        white-space: nowrap;
      }
      .keys {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
        direction: ltr;
      }
      button {
        flex-direction: column;
        gap: 0;
        min-height: 56px;
        padding: 4px;
        border-radius: 14px;
        background: oklch(1 0 0 / 0.08);
        font-size: 1.375rem;
        line-height: 1.15;
      }
      button:active {
        background: oklch(1 0 0 / 0.24);
      }
      small {
        color: var(--_quiet);
        font-size: 0.6875rem;
        letter-spacing: 0.1em;
      }
      @media (hover: hover) {
        button:hover {
          background: oklch(1 0 0 / 0.14);
        }
      }
      @media (max-height: 500px) {
        .tones {
          margin-bottom: 4px;
          font-size: 1.125rem;
        }
        .keys {
          gap: 4px;
        }
        button {
          min-height: 48px;
        }
      }
    `,
  ];

  declare call: Call | null;
  /** What was sent since the keypad was opened. */
  declare tones: string;

  constructor() {
    super();
    this.call = null;
    this.tones = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.#onType);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("keydown", this.#onType);
  }

  /** Puts the focus on the first key. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector("button")?.focus(options);
  }

  protected override render() {
    return html`<p class="tones" dir="ltr" aria-label=${words.tones}>${this.tones.slice(-SHOWN)}</p>
      <div class="keys" @keydown=${this.#onArrow}>
        ${KEYS.map(
          ([tone, letters]) => html`<button aria-label=${tone} @click=${() => this.#send(tone)}>
            ${tone}${letters ? html`<small aria-hidden="true">${letters}</small>` : nothing}
          </button>`,
        )}
      </div>`;
  }

  #send(tone: string): void {
    this.call?.sendTones(tone);
    this.tones += tone;
  }

  readonly #onType = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.composedPath()[0])) return;
    if (!KEYS.some(([tone]) => tone === event.key)) return;
    event.preventDefault();
    this.#send(event.key);
    announce(event.key);
  };

  readonly #onArrow = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll("button")];
    buttons[buttons.indexOf(event.target as HTMLButtonElement) + step]?.focus();
  };
}

customElements.define("jw-keypad", Keypad);

declare global {
  interface HTMLElementTagNameMap {
    "jw-keypad": Keypad;
  }
}
