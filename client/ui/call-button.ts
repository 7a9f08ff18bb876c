import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Roster } from "./engine.js";
import { StartCallEvent } from "./events.js";
import * as icons from "./icons.js";
import { Listen } from "./listen.js";
import { nameOf } from "./names.js";
import { base, tokens } from "./tokens.css.js";
import { callWords as words } from "./words.js";

/**
 * A button that calls one address. It stays usable for everybody who might be able to answer; only when every device of
 * a contact is known not to take calls it says so and does nothing.
 *
 * @fires jw-start-call
 */
export class CallButton extends LitElement {
  static override readonly properties = {
    address: {},
    video: { type: Boolean },
    roster: { attribute: false },
  };
  static override readonly styles = [
    tokens,
    base,
    css`
      :host {
        display: inline-block;
      }
      .icon {
        color: var(--_accent);
      }
    `,
  ];

  /** The bare JID to call. */
  declare address: string;
  declare video: boolean;
  /** Tells whether the contact can take calls; without one nobody is ruled out. */
  declare roster: Roster | null;

  constructor() {
    super();
    this.address = "";
    this.video = false;
    this.roster = null;
    new Listen(this, () => this.roster, ["change"]);
  }

  protected override render(): TemplateResult {
    const name = this.video ? words.videoCall : words.audioCall;
    const reason =
      this.roster?.get(this.address)?.canCall === "no"
        ? words.cannotTakeCalls(nameOf(this.address, this.roster))
        : null;
    return html`<button
        class="icon" aria-label=${name} title=${reason ?? name} aria-disabled=${reason ? "true" : nothing}
        aria-describedby=${reason ? "reason" : nothing}
        @click=${() => !reason && this.dispatchEvent(new StartCallEvent(this.address, this.video))}
      >
        ${this.video ? icons.video : icons.phone}
      </button>
      ${reason ? html`<span id="reason" hidden>${reason}</span>` : nothing}`;
  }
}

customElements.define("jingle-call-button", CallButton);

declare global {
  interface HTMLElementTagNameMap {
    "jingle-call-button": CallButton;
  }
}
