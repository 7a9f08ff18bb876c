import { adoptStyles, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import "./avatar.js";
import { announce } from "./announce.js";
import { callStyles } from "./call.css.js";
import type { Call } from "./engine.js";
import { DismissCallEvent, OpenConversationEvent, StartCallEvent, ToggleChatEvent } from "./events.js";
import { closeOnEscape } from "./focus.js";
import * as icons from "./icons.js";
import type { InCall } from "./in-call.js";
import { Listen } from "./listen.js";
import { MediaPlayback } from "./playback.js";
import { base, tokens } from "./tokens.css.js";
import { endSentence, endStatus, stateWords, callWords as words } from "./words.js";

// How long an ended call says why it ended, in milliseconds.
const FAREWELL = 8000;

/**
 * The stage of one call, from the first "Calling" to the reason for its end. Keyboard: M mutes, V turns the camera on
 * and off, both while nobody is typing; while the keypad is open, digits are tones.
 *
 * @fires jw-dismiss-call when an ended call has been read or put away
 * @fires jw-start-call when "Call again" is pressed
 * @fires jw-open-conversation when "Send a message" is pressed
 * @fires jw-toggle-chat when the chat beside the call is wanted, or no longer
 */
export class CallStage extends LitElement {
  static override readonly properties = {
    call: { attribute: false },
    name: {},
    view: { reflect: true },
    chat: { type: Boolean },
  };
  static override readonly styles = [tokens, base, callStyles];

  declare call: Call | null;
  /** Who is at the other end. */
  declare name: string;
  /** "stage" fills its box, "bar" is one line above something else, "card" is small: a call that nobody answered. */
  declare view: "stage" | "bar" | "card";
  /** Is the chat shown beside the call? `null`: the page offers none, and there is no button for it. */
  declare chat: boolean | null;

  readonly #playback: MediaPlayback;
  #inCall: InCall | null = null;
  #isLoading = false;
  #tick: ReturnType<typeof setInterval> | null = null;
  #farewell: ReturnType<typeof setTimeout> | null = null;
  #forgetEscape: (() => void) | null = null;
  #hadFocus = false;

  constructor() {
    super();
    this.call = null;
    this.name = "";
    this.view = "stage";
    this.chat = null;
    new Listen(this, () => this.call, ["statechange", "mediachange"]);
    this.#playback = new MediaPlayback(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopTimers();
  }

  /** Puts the focus on the stage itself, so that it is read out and M and V are at hand. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>("section")?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#hadFocus = this.shadowRoot?.activeElement != null;
    if (!changed.has("call")) return;
    this.#stopTimers();
    if (this.call) void this.#load();
  }

  protected override updated(): void {
    this.#keepTime();
    // The control that had the focus is gone (Hang up, when the call has ended): it must not fall out of the call.
    if (this.#hadFocus && !this.shadowRoot?.activeElement) this.focus();
  }

  protected override render() {
    const { call, name } = this;
    if (!call) return nothing;
    const over = call.state === "ended";
    return html`<section
      aria-label=${words.callWith(name)} tabindex="-1"
      class="${this.view} ${call.state} ${call.remoteScreen ? "screened" : ""}"
      @pointerdown=${this.#stay} @keydown=${this.#stay}
    >
      ${this.#media(call)}
      <header>
        <jw-avatar class="small" .address=${call.address} .name=${name}></jw-avatar>
        <div class="who">
          <h2>${name}</h2>
          <p>
            <span role="status">${over ? endStatus(call, name) : stateWords[call.state]}</span>
            ${this.#length(call)}
            ${over ? nothing : this.#inCall?.hint(call)}
          </p>
        </div>
        ${over ? this.#closeButton() : [this.#inCall?.header(call), this.#chatButton()]}
      </header>
      ${over ? this.#ending(call) : [this.#controls(call), this.#inCall?.panel(call)]}
    </section>`;
  }

  #media(call: Call): TemplateResult {
    const { name } = this;
    const over = call.state === "ended";
    const ringing = call.state === "calling" || call.state === "ringing";
    return html`<div class="media">
      ${
        over || !call.remoteVideo
          ? html`<div class="face ${ringing ? "ringing" : ""}">
              <jw-avatar .address=${call.address} .name=${name}></jw-avatar>
            </div>`
          : nothing
      }
      ${over ? nothing : this.#playback.remote(call, words.theirVideo(name))}
      ${over ? nothing : [this.#inCall?.media(call), this.#playback.own(call, words.yourVideo)]}
      ${
        this.#playback.refused && !over
          ? html`<button class="primary hear" @click=${() => this.#playback.play()}>${icons.sound}${words.clickToHear}</button>`
          : nothing
      }
    </div>`;
  }

  #controls(call: Call): TemplateResult {
    const camera = call.cameraOn ? words.cameraOff : words.cameraOn;
    return html`<div class="controls" role="group" aria-label=${words.callControls}>
      <button
        class="control" aria-label=${words.mute} aria-pressed=${call.muted} aria-keyshortcuts="M" title="${words.mute} (M)"
        @click=${() => call.mute(!call.muted)}
      >
        <span class="round">${call.muted ? icons.microphoneOff : icons.microphone}</span>
        <span class="label">${words.muteShort}</span>
      </button>
      ${
        call.canCamera && this.view === "stage"
          ? html`<button
              class="control ${call.cameraOn ? "" : "off"}" aria-label=${camera} aria-keyshortcuts="V" title="${camera} (V)"
              @click=${() => call.turnCamera(!call.cameraOn)}
            >
              <span class="round">${call.cameraOn ? icons.video : icons.videoOff}</span>
              <span class="label">${words.cameraShort}</span>
            </button>`
          : nothing
      }
      ${this.#inCall?.controls(call)}
      <button class="control hang-up" aria-label=${words.hangUp} title=${words.hangUp} @click=${() => call.hangUp()}>
        <span class="round">${icons.hangUp}</span>
        <span class="label">${words.hangUp}</span>
      </button>
    </div>`;
  }

  #ending(call: Call): TemplateResult {
    const sentence = endSentence(call, this.name);
    const again = this.view === "card" ? words.callBack : words.callAgain;
    const detail = call.end?.text;
    return html`<div class="ending">
      ${sentence ? html`<p class="why">${sentence}</p>` : nothing}
      <div class="actions">
        ${
          canCallAgain(call)
            ? html`<button class="again" @click=${() => this.#leaveWith(new StartCallEvent(call.address, call.video))}>
                ${call.video ? icons.video : icons.phone}${again}
              </button>`
            : nothing
        }
        ${
          call.end?.reason === "answered-elsewhere"
            ? nothing
            : html`<button class="again" @click=${() => this.#leaveWith(new OpenConversationEvent(call.address))}>
                ${icons.chat}${words.sendAMessage}
              </button>`
        }
      </div>
      ${
        detail
          ? html`<details @toggle=${this.#stay}>
              <summary>${words.details}</summary>
              <code>${detail}</code>
              <button class="soft" @click=${() => this.#copy(detail)}>${words.copy}</button>
            </details>`
          : nothing
      }
    </div>`;
  }

  #length(call: Call) {
    if (call.connectedAt === null) return nothing;
    const milliseconds = Math.max(0, (call.endedAt ?? Date.now()) - call.connectedAt);
    return html`<span role="timer" aria-label=${words.callLength}>${clock(milliseconds)}</span>`;
  }

  #chatButton() {
    if (this.chat === null) return nothing;
    const toggle = () => this.dispatchEvent(new ToggleChatEvent(!this.chat));
    if (this.view === "bar") {
      return html`<button class="icon" aria-label=${words.backToCall} title=${words.backToCall} @click=${toggle}>
        ${icons.expand}
      </button>`;
    }
    return html`<button
      class="icon" aria-label=${words.chatBesideCall} aria-pressed=${this.chat} title=${words.chatBesideCall} @click=${toggle}
    >
      ${icons.chat}
    </button>`;
  }

  #closeButton(): TemplateResult {
    return html`<button class="icon" aria-label=${words.close} title=${words.close} @click=${this.#dismiss}>
      ${icons.close}
    </button>`;
  }

  #copy(text: string): void {
    navigator.clipboard?.writeText(text).then(
      () => announce(words.copied),
      () => {},
    );
  }

  /** What only a running call needs comes beside it; where it cannot be loaded, the call has what is above. */
  async #load(): Promise<void> {
    if (this.#inCall || this.#isLoading) return;
    this.#isLoading = true;
    try {
      const { InCall } = await import("./in-call.js");
      adoptStyles(this.renderRoot as ShadowRoot, [...CallStage.styles, InCall.styles]);
      this.#inCall = new InCall(this);
      this.requestUpdate();
    } catch {
      // The next call tries again.
    }
    this.#isLoading = false;
  }

  readonly #dismiss = (): void => {
    this.#stopTimers();
    this.dispatchEvent(new DismissCallEvent());
  };

  #leaveWith(event: Event): void {
    this.#dismiss();
    this.dispatchEvent(event);
  }

  #keepTime(): void {
    const { call } = this;
    if (!call || call.state === "ended") {
      if (this.#tick !== null) clearInterval(this.#tick);
      this.#tick = null;
      if (call && this.#farewell === null) {
        this.#forgetEscape = closeOnEscape(this.#dismiss);
        this.#stay();
      }
      return;
    }
    if (call.connectedAt !== null) this.#tick ??= setInterval(() => this.requestUpdate(), 1000);
  }

  /** Begins the farewell anew, so that nothing vanishes under somebody's hands. Open details stay. */
  readonly #stay = (): void => {
    if (this.call?.state !== "ended") return;
    if (this.#farewell !== null) clearTimeout(this.#farewell);
    this.#farewell = setTimeout(() => {
      if (this.renderRoot.querySelector("details[open]")) this.#stay();
      else this.#dismiss();
    }, FAREWELL);
  };

  #stopTimers(): void {
    if (this.#tick !== null) clearInterval(this.#tick);
    if (this.#farewell !== null) clearTimeout(this.#farewell);
    this.#tick = null;
    this.#farewell = null;
    this.#forgetEscape?.();
    this.#forgetEscape = null;
  }
}

/** Would another call be of use, and not be what has just been refused or is going on elsewhere? */
function canCallAgain({ end, direction }: Call): boolean {
  if (end?.reason === "insecure-page" || end?.reason === "answered-elsewhere") return false;
  return !(direction === "incoming" && end?.by === "us" && end.reason === "declined");
}

/** "02:14", or "1:02:14" from an hour on. */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

customElements.define("jingle-call", CallStage);

declare global {
  interface HTMLElementTagNameMap {
    "jingle-call": CallStage;
  }
}
