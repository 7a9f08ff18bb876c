import { html, LitElement, nothing, type PropertyValues } from "lit";
import { pageWords as words } from "./words.js";

const REMEMBERED = "jinglewire.address";

export interface Credentials {
  readonly address: string;
  readonly password: string;
}

/** Which field an error is about; that field gets the focus. */
export type SignInField = "address" | "password" | "submit";

export interface SignInError {
  readonly text: string;
  readonly field: SignInField;
}

export class SignInEvent extends Event {
  static readonly type = "jw-sign-in";
  constructor(readonly credentials: Credentials) {
    super(SignInEvent.type, { bubbles: true, composed: true });
  }
}

/**
 * The sign-in form. It lies in the light DOM, where every password manager finds it.
 *
 * @fires jw-sign-in with what was typed
 */
export class SignInForm extends LitElement {
  static override readonly properties = {
    error: { attribute: false },
    busy: { type: Boolean },
    domain: {},
    secure: { type: Boolean },
  };

  declare error: SignInError | null;
  declare busy: boolean;
  /** Completes an address typed without a domain; shown as an example. */
  declare domain: string;
  /** False where the browser allows neither cryptography nor a microphone. */
  declare secure: boolean;

  constructor() {
    super();
    this.error = null;
    this.busy = false;
    this.domain = "";
    this.secure = true;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    const address = this.#field("address");
    if (address) address.value = recall();
    (address?.value ? this.#field("password") : address)?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("error") || !this.error) return;
    const field = this.#field(this.error.field);
    field?.focus();
    if (this.error.field !== "submit") field?.select();
  }

  protected override render() {
    const { error } = this;
    const text = this.secure ? error?.text : words.notSecure;
    const invalid = (field: SignInField) => (error?.field === field ? "true" : nothing);
    return html`<main class="sign-in">
      <form novalidate @submit=${this.#onSubmit} @input=${this.#onInput}>
        <h1>${words.title}</h1>
        <p class="tagline">${words.tagline}</p>
        <label for="address">${words.address}</label>
        <input
          id="address" name="username" type="text" autocomplete="username" autocapitalize="none" autocorrect="off"
          spellcheck="false" inputmode="email" required placeholder=${this.domain ? `alice@${this.domain}` : nothing}
          aria-invalid=${invalid("address")} aria-describedby=${error?.field === "address" ? "sign-in-error" : nothing}
        />
        <label for="password">${words.password}</label>
        <input
          id="password" name="password" type="password" autocomplete="current-password" required
          aria-invalid=${invalid("password")} aria-describedby=${error?.field === "password" ? "sign-in-error" : nothing}
        />
        <label class="check"><input id="remember" type="checkbox" .checked=${recall() !== ""} />${words.remember}</label>
        <div id="sign-in-error" role="alert">${text ? html`<p class="error">${text}</p>` : nothing}</div>
        <button id="submit" class="primary" aria-disabled=${this.busy || !this.secure ? "true" : nothing}>
          ${this.busy ? html`<span class="spinner"></span>` : nothing}${words.signIn}
        </button>
      </form>
    </main>`;
  }

  #field(id: string): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
  }

  readonly #onInput = (): void => {
    this.error = null;
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy || !this.secure) return;
    const address = this.#field("address")!.value.trim();
    const password = this.#field("password")!.value;
    if (!address) this.error = { text: words.enterAddress, field: "address" };
    else if (!password) this.error = { text: words.enterPassword, field: "password" };
    else {
      this.error = null;
      remember(this.#field("remember")!.checked ? address : "");
      this.dispatchEvent(new SignInEvent({ address, password }));
    }
  };
}

// Storage can be switched off, and then nothing is remembered.
function recall(): string {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

function remember(address: string): void {
  try {
    if (address) localStorage.setItem(REMEMBERED, address);
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // See above.
  }
}

customElements.define("jw-sign-in", SignInForm);

declare global {
  interface HTMLElementTagNameMap {
    "jw-sign-in": SignInForm;
  }
}
