import { html, LitElement } from "lit";
import "./sign-in.js";
import { ConnectionError } from "../index.js";
import { prepareAnnouncements } from "../ui/announce.js";
import { type Config, fullAddress, readConfig } from "./config.js";
import type { Engine, Session } from "./engine.js";
import type { Credentials, SignInError, SignInEvent } from "./sign-in.js";
import { pageWords as words } from "./words.js";

/** The page: the sign-in form, and after it the workspace, for as long as the connection lives. */
export class App extends LitElement {
  static override readonly properties = {
    engine: { attribute: false },
    session: { state: true },
    busy: { state: true },
    error: { state: true },
    domain: { state: true },
  };

  declare engine: Engine | null;
  declare session: Session | null;
  declare busy: boolean;
  declare error: SignInError | null;
  declare domain: string;

  #config: Promise<Config> | null = null;

  constructor() {
    super();
    this.engine = null;
    this.session = null;
    this.busy = false;
    this.error = null;
    this.domain = "";
  }

  // The form has to be where password managers look, and it is this element's child.
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    prepareAnnouncements();
    this.#config ??= readConfig();
    this.#config.then((config) => {
      this.domain = config.domain;
    });
  }

  protected override render() {
    if (this.session) {
      return html`<jw-workspace .session=${this.session} .domain=${this.domain} @jw-sign-out=${this.#signOut}></jw-workspace>`;
    }
    return html`<jw-sign-in
      .error=${this.error} .busy=${this.busy} .domain=${this.domain} .secure=${pageIsSecure()} @jw-sign-in=${this.#onSignIn}
    ></jw-sign-in>`;
  }

  readonly #onSignIn = async (event: SignInEvent): Promise<void> => {
    if (!this.engine || this.busy) return;
    this.busy = true;
    this.error = null;
    const { service, domain } = await this.#config!;
    const { password } = event.credentials;
    const address = fullAddress(event.credentials.address, domain);
    try {
      // The form does not need it, so the page is there sooner.
      await import("./workspace.js");
      this.session = await this.#open(this.engine, { service, address, password });
    } catch (error) {
      this.error = explain(error, address);
    } finally {
      this.busy = false;
    }
  };

  async #open(engine: Engine, options: Credentials & { readonly service: string }): Promise<Session> {
    const connection = await engine.connect(options);
    connection.addEventListener("closed", ({ error }) => this.#onClosed(connection, error));
    const roster = engine.roster(connection);
    const { address } = options;
    const chat = engine.chat(connection);
    const phone = engine.phone(connection, roster);
    return { address, connection, roster, chat, phone, callLog: engine.callLog(connection, phone) };
  }

  #onClosed(connection: Session["connection"], error: ConnectionError | null): void {
    if (this.session?.connection !== connection) return;
    this.session = null;
    if (!error) return;
    const text = error.condition === "conflict" ? words.signedOutElsewhere : error.message || words.connectionEnded;
    this.error = { text, field: "password" };
  }

  readonly #signOut = (): void => {
    const { session } = this;
    this.session = null;
    this.error = null;
    if (!session) return;
    for (const call of session.phone.calls) call.hangUp();
    session.connection.close().catch(() => {});
  };
}

/** Browsers give scripts neither crypto.subtle nor a microphone on a page that anybody on the way could have changed. */
function pageIsSecure(): boolean {
  return window.isSecureContext && crypto.subtle !== undefined && navigator.mediaDevices?.getUserMedia !== undefined;
}

function explain(error: unknown, address: string): SignInError {
  if (!(error instanceof ConnectionError)) return { text: words.signInFailed, field: "submit" };
  switch (error.condition) {
    case "not-authorized":
      return { text: words.wrongPassword, field: "password" };
    case "unreachable":
      return { text: words.serverUnreachable, field: "submit" };
    case "host-unknown":
      return { text: words.wrongDomain(address.split("@")[1] ?? address), field: "address" };
    default:
      return { text: error.message || words.signInFailed, field: "submit" };
  }
}

customElements.define("jw-app", App);

declare global {
  interface HTMLElementTagNameMap {
    "jw-app": App;
  }
}
