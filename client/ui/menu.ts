import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { closeOnEscape } from "./focus.js";
import * as icons from "./icons.js";
import { base, tokens } from "./tokens.css.js";

export interface MenuItem {
  readonly label: string;
  readonly icon: TemplateResult;
  readonly act: () => void;
  readonly dangerous?: boolean;
}

/** A button that opens a short list of actions under it. Arrow keys move, Escape and a click elsewhere close. */
export class Menu extends LitElement {
  static override readonly properties = { label: {}, items: { attribute: false }, open: { state: true } };
  static override readonly styles = [
    tokens,
    base,
    css`
      :host {
        position: relative;
        display: inline-block;
      }
      [role="menu"] {
        position: absolute;
        z-index: 10;
        top: calc(100% + 4px);
        right: 0;
        min-width: 220px;
        padding: 6px;
        border: 1px solid var(--_line);
        border-radius: 12px;
        background: var(--_raised);
        box-shadow: var(--_shadow);
      }
      [role="menuitem"] {
        justify-content: flex-start;
        gap: 12px;
        width: 100%;
        padding-inline: 12px;
        white-space: nowrap;
      }
      [role="menuitem"]:hover,
      [role="menuitem"]:focus-visible {
        background: var(--_hover);
      }
      [role="menuitem"]:focus-visible {
        outline-offset: -2px;
      }
      svg {
        width: 20px;
        height: 20px;
      }
      .dangerous {
        color: var(--_danger-text);
      }
    `,
  ];

  declare label: string;
  declare items: readonly MenuItem[];
  declare open: boolean;

  #forgetEscape: (() => void) | null = null;

  constructor() {
    super();
    this.label = "";
    this.items = [];
    this.open = false;
    this.addEventListener("focusout", (event) => {
      // Without a related target the focus left for no other element: a click elsewhere or another window.
      if (!this.contains(event.relatedTarget as Node | null)) this.#close(false);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close(false);
  }

  protected override render() {
    return html`<button
        class="icon" aria-label=${this.label} title=${this.label} aria-haspopup="menu" aria-expanded=${this.open}
        @click=${this.#toggle}
      >
        ${icons.more}
      </button>
      ${
        this.open
          ? html`<div role="menu" aria-label=${this.label} @keydown=${this.#onKey}>
              ${this.items.map(
                (item) => html`<button
                  role="menuitem" tabindex="-1" class=${item.dangerous ? "dangerous" : ""} @click=${() => this.#choose(item)}
                >
                  ${item.icon}${item.label}
                </button>`,
              )}
            </div>`
          : nothing
      }`;
  }

  readonly #toggle = async (): Promise<void> => {
    if (this.open) return this.#close(true);
    this.open = true;
    this.#forgetEscape = closeOnEscape(() => this.#close(true));
    await this.updateComplete;
    this.#buttons()[0]?.focus();
  };

  #close(returnFocus: boolean): void {
    if (!this.open) return;
    this.#forgetEscape?.();
    if (returnFocus) this.renderRoot.querySelector<HTMLElement>("[aria-haspopup]")?.focus();
    this.open = false;
  }

  #choose(item: MenuItem): void {
    this.#close(true);
    item.act();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = this.#buttons();
    const at = buttons.indexOf(event.target as HTMLElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };

  #buttons(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }
}

customElements.define("jw-menu", Menu);

declare global {
  interface HTMLElementTagNameMap {
    "jw-menu": Menu;
  }
}
