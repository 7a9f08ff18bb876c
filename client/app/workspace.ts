import { html, LitElement, nothing, type PropertyValues } from "lit";
import "../ui/index.js";
import "./dialog.js";
import { announce } from "../ui/announce.js";
import { Calls } from "../ui/calls.js";
import type { Call } from "../ui/engine.js";
import type { ContactEvent, OpenConversationEvent, StartCallEvent, ToggleChatEvent } from "../ui/events.js";
import { containsDeep, focusedElement, rememberFocus } from "../ui/focus.js";
import * as icons from "../ui/icons.js";
import { Listen } from "../ui/listen.js";
import type { MenuItem } from "../ui/menu.js";
import { localPart, nameOf } from "../ui/names.js";
import { base, tokens } from "../ui/tokens.css.js";
import { CallTones } from "../ui/tones.js";
import { Attention, mayAskToNotify } from "./attention.js";
import type { ContactTask } from "./dialog.js";
import type { Session } from "./engine.js";
import { MediaQuery } from "./media-query.js";
import { PaneHistory } from "./pane-history.js";
import { pageWords as words } from "./words.js";
import { workspaceStyles } from "./workspace.css.js";

export class SignOutEvent extends Event {
  static readonly type = "jw-sign-out";
  constructor() {
    super(SignOutEvent.type, { bubbles: true, composed: true });
  }
}

/**
 * What somebody who is signed in sees: contacts, one conversation, and the call.
 *
 * @fires jw-sign-out
 */
export class Workspace extends LitElement {
  static override readonly properties = {
    session: { attribute: false },
    domain: {},
    selected: { state: true },
    others: { state: true },
    chatShown: { state: true },
    task: { state: true },
  };
  static override readonly styles = [tokens, base, workspaceStyles];

  declare session: Session;
  declare domain: string;
  declare selected: string | null;
  /** Who wrote to us or called without being a contact. */
  declare others: readonly string[];
  /** Is the chat wanted beside the call? */
  declare chatShown: boolean;
  declare task: ContactTask | null;

  readonly #calls = new Calls(this, () => this.session.phone);
  readonly #narrow = new MediaQuery(this, "(max-width: 719px)");
  readonly #wide = new MediaQuery(this, "(min-width: 1180px)");
  readonly #history = new PaneHistory((address) => this.#show(address));
  #tones: CallTones | null = null;
  #attention: Attention | null = null;
  #shownCall: Call | null = null;
  #giveFocusBack: (() => boolean) | null = null;

  constructor() {
    super();
    this.domain = "";
    this.selected = null;
    this.others = [];
    this.chatShown = false;
    this.task = null;
    new Listen(this, () => this.session.roster, ["change"]);
    new Listen(
      this,
      () => this.session.chat,
      ["message"],
      (event) => this.#onMessage(event),
    );
    new Listen(
      this,
      () => this.session.chat,
      ["change"],
      () => this.#addStrangers(this.session.chat.conversations),
    );
    new Listen(
      this,
      () => this.session.callLog,
      ["change"],
      () => this.#addStrangers(this.session.callLog.entries),
    );
    new Listen(
      this,
      () => this.session.connection,
      ["offline", "online"],
      (event) => {
        announce(event.type === "offline" ? words.reconnecting : words.onlineAgain);
      },
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#history.connect();
    this.#tones = new CallTones(this.session.phone);
    this.#attention = new Attention(this.session, () => this.#unread());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#history.disconnect();
    this.#tones?.stop();
    this.#attention?.stop();
  }

  protected override firstUpdated(): void {
    // Signing in took the form away, and the focus with it.
    if (!focusedElement() && !this.#narrow.matches) this.renderRoot.querySelector("jingle-roster")?.focusContact(null);
  }

  protected override willUpdate(): void {
    const live = this.#liveCall();
    if (live && live !== this.#shownCall) {
      this.chatShown = false;
      this.#giveFocusBack ??= this.renderRoot.querySelector("jingle-incoming")?.handOverFocus() ?? rememberFocus();
    }
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const live = this.#liveCall();
    const begun = live !== null && live !== this.#shownCall;
    const gone = this.#calls.current === null && this.#shownCall !== null;
    this.#shownCall = this.#calls.current;
    if (begun) this.#focusStage();
    if (gone) this.#leaveStage();
  }

  protected override render() {
    const { session, selected } = this;
    const { roster, chat, callLog } = session;
    const call = this.#calls.current;
    const incoming = this.#calls.incoming;
    const view = this.#view(call);
    return html`<div
        class="shell ${view === "stage" ? "staged" : ""} ${this.chatShown ? "chatting" : ""} ${selected ? "opened" : ""}"
        @jw-open-conversation=${this.#onOpen} @jw-leave-conversation=${() => this.#history.leave()}
        @jw-start-call=${this.#onStartCall} @jw-contact=${this.#onContact}
        @jw-dismiss-call=${() => this.#calls.dismiss()} @jw-toggle-chat=${this.#onToggleChat}
      >
        <div class="list">
          ${this.#account()}
          <jingle-roster .roster=${roster} .chat=${chat} .callLog=${callLog} .selected=${selected} .others=${this.others}></jingle-roster>
        </div>
        ${session.connection.status === "reconnecting" ? html`<p class="banner">${words.reconnecting}</p>` : nothing}
        ${
          call
            ? html`<jingle-call
                .call=${call} .name=${nameOf(call.address, roster)} .view=${view} .chat=${this.chatShown}
              ></jingle-call>`
            : nothing
        }
        <main tabindex="-1">
          ${
            selected
              ? html`<jingle-conversation
                  .address=${selected} .chat=${chat} .callLog=${callLog} .roster=${roster}
                ></jingle-conversation>`
              : html`<div class="empty">${icons.chat}<p>${words.pickSomebody}</p></div>`
          }
        </main>
      </div>
      <jingle-incoming .call=${incoming} .name=${incoming ? nameOf(incoming.address, roster) : ""}></jingle-incoming>
      ${
        this.task
          ? html`<jw-contact-dialog
              .task=${this.task} .roster=${roster} .domain=${this.domain} .own=${session.address}
              @jw-dialog-done=${this.#onDialogDone}
            ></jw-contact-dialog>`
          : nothing
      }`;
  }

  #account() {
    const { address } = this.session;
    const items: MenuItem[] = [
      { label: words.signOut, icon: icons.leave, act: () => this.dispatchEvent(new SignOutEvent()) },
    ];
    if (mayAskToNotify()) {
      const ask = () => Notification.requestPermission().then(() => this.requestUpdate());
      items.unshift({ label: words.notifyMe, icon: icons.bell, act: ask });
    }
    return html`<header>
      <jw-avatar .address=${address} .name=${localPart(address)}></jw-avatar>
      <div class="who">
        <h1>${localPart(address)}</h1>
        <p title=${address}>${address}</p>
      </div>
      <jw-menu .label=${words.account} .items=${items}></jw-menu>
    </header>`;
  }

  #view(call: Call | null): "stage" | "bar" | "card" | null {
    if (!call) return null;
    if (!this.#calls.wasAnswered(call)) return "card";
    return this.chatShown && !this.#wide.matches ? "bar" : "stage";
  }

  #liveCall(): Call | null {
    const call = this.#calls.current;
    return call && call.state !== "ended" ? call : null;
  }

  #unread(): number {
    const { chat, callLog } = this.session;
    const addresses = [...chat.conversations, ...callLog.entries].map(({ address }) => address);
    return [...new Set(addresses)].reduce(
      (sum, address) => sum + chat.conversation(address).unread + callLog.missed(address),
      0,
    );
  }

  #show(address: string | null): void {
    const left = this.selected;
    this.selected = address;
    if (address || !left) return;
    this.updateComplete.then(() => this.renderRoot.querySelector("jingle-roster")?.focusContact(left));
  }

  readonly #onOpen = async ({ address }: OpenConversationEvent): Promise<void> => {
    if (!this.session.roster.get(address)) this.#addOther(address);
    if (this.#narrow.matches) this.#history.enter(address);
    this.selected = address;
    if (this.#liveCall()) this.chatShown = true;
    await this.updateComplete;
    const conversation = this.renderRoot.querySelector("jingle-conversation");
    await conversation?.updateComplete;
    conversation?.focus();
  };

  readonly #onStartCall = ({ address, video }: StartCallEvent): void => {
    const { phone } = this.session;
    if (this.#calls.incoming) {
      this.renderRoot.querySelector("jingle-incoming")?.focus();
    } else if (phone.calls.some((call) => call.state !== "ended")) {
      announce(words.callStillOn);
      this.chatShown = false;
      this.#focusStage();
    } else phone.call(address, { audio: true, video });
  };

  readonly #onToggleChat = ({ shown }: ToggleChatEvent): void => {
    this.chatShown = shown;
    const call = this.#calls.current;
    if (shown && !this.selected && call) this.selected = call.address;
    if (shown) this.updateComplete.then(() => this.renderRoot.querySelector("jingle-conversation")?.focus());
    else this.#focusStage();
  };

  readonly #onContact = ({ action, address }: ContactEvent): void => {
    this.task = { action, address };
  };

  readonly #onDialogDone = (): void => {
    const { task } = this;
    this.task = null;
    if (task?.action === "remove" && !this.session.roster.get(task.address) && this.selected === task.address) {
      this.#history.leave();
    }
  };

  #onMessage(event: Event): void {
    if (event.type !== "message") return;
    const { address, message } = event as Event & { address: string; message: { from: string; body: string } };
    const { roster } = this.session;
    if (!roster.get(address)) this.#addOther(address);
    const seen = address === this.selected && this.renderRoot.querySelector("jingle-conversation")?.checkVisibility();
    if (message.from === "them" && !seen) announce(words.messageFrom(nameOf(address, roster), message.body));
  }

  #addStrangers(known: readonly { readonly address: string }[]): void {
    for (const { address } of known) if (!this.session.roster.get(address)) this.#addOther(address);
  }

  #addOther(address: string): void {
    if (!this.others.includes(address)) this.others = [...this.others, address];
  }

  async #focusStage(): Promise<void> {
    await this.updateComplete;
    const stage = this.renderRoot.querySelector("jingle-call");
    await stage?.updateComplete;
    stage?.focus();
  }

  /** The call is put away: the focus goes back to where it was before the call, unless somebody has moved it since. */
  #leaveStage(): void {
    const focused = focusedElement();
    const giveBack = this.#giveFocusBack;
    this.#giveFocusBack = null;
    this.chatShown = false;
    if (focused && containsDeep(this.renderRoot, focused)) return;
    this.updateComplete.then(() => giveBack?.() || this.renderRoot.querySelector("main")?.focus());
  }
}

customElements.define("jw-workspace", Workspace);

declare global {
  interface HTMLElementTagNameMap {
    "jw-workspace": Workspace;
  }
}
