import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Presence } from "./engine.js";
import { hueOf, initials } from "./names.js";
import { base, tokens } from "./tokens.css.js";

/** A round picture of somebody: initials on a colour of their own, with presence as colour and shape. Decoration. */
export class Avatar extends LitElement {
  static override readonly properties = { address: {}, name: {}, presence: {} };
  static override readonly styles = [
    tokens,
    base,
    css`
      :host {
        position: relative;
        display: inline-block;
        flex: none;
        width: var(--jw-avatar-size, 44px);
        height: var(--jw-avatar-size, 44px);
        user-select: none;
      }
      .face {
        display: grid;
        place-items: center;
        width: 100%;
        height: 100%;
        border-radius: 50%;
        background: light-dark(oklch(0.89 0.06 var(--_hue)), oklch(0.37 0.075 var(--_hue)));
        color: light-dark(oklch(0.35 0.1 var(--_hue)), oklch(0.92 0.045 var(--_hue)));
        font-size: calc(var(--jw-avatar-size, 44px) * 0.38);
        font-weight: 600;
        line-height: 1;
        letter-spacing: 0.01em;
      }
      .presence {
        position: absolute;
        right: -2px;
        bottom: -2px;
        width: 16px;
        height: 16px;
        border: 3px solid var(--jw-avatar-ground, var(--_surface));
        border-radius: 50%;
        background: var(--_quiet);
      }
      .online {
        background: var(--_accent);
      }
      .away {
        background: linear-gradient(to right, var(--_away) 50%, transparent 50%) content-box,
          var(--jw-avatar-ground, var(--_surface));
        box-shadow: inset 0 0 0 2px var(--_away);
      }
      .busy {
        background: linear-gradient(var(--jw-avatar-ground, var(--_surface)) 0 0) center / 6px 2px no-repeat, var(--_quiet);
      }
      .offline {
        background: var(--jw-avatar-ground, var(--_surface));
        box-shadow: inset 0 0 0 2px var(--_quiet);
      }
    `,
  ];

  declare address: string;
  declare name: string;
  /** Shown as a mark when given; whoever shows it says it in words as well. */
  declare presence: Presence | null;

  constructor() {
    super();
    this.address = "";
    this.name = "";
    this.presence = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("aria-hidden", "true");
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("address")) this.style.setProperty("--_hue", String(hueOf(this.address)));
  }

  protected override render(): TemplateResult {
    return html`<div class="face">${initials(this.name)}</div>
      ${this.presence ? html`<div class="presence ${this.presence}"></div>` : nothing}`;
  }
}

customElements.define("jw-avatar", Avatar);

declare global {
  interface HTMLElementTagNameMap {
    "jw-avatar": Avatar;
  }
}
