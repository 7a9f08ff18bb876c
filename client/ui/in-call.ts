import { html, type LitElement, nothing, type ReactiveController, type TemplateResult } from "lit";
import { announce } from "./announce.js";
import type { Call, DeviceProblem } from "./engine.js";
import { ToggleChatEvent } from "./events.js";
import { closeOnEscape, isTyping } from "./focus.js";
import { close as closeIcon, microphoneOff, more as moreIcon } from "./icons.js";
import { inCallStyles } from "./in-call.css.js";
import { changesInWords, type Heard, heardOf, problemInWords } from "./in-call-changes.js";
import * as icons from "./in-call-icons.js";
import { inCallWords as words } from "./in-call-words.js";
import { StillScreen } from "./still-screen.js";
import "./devices.js";
import "./keypad.js";
import { Speaker } from "./speaker.js";

/** The stage that shows the call. */
export interface InCallHost extends LitElement {
  readonly call: Call | null;
  readonly name: string;
  readonly view: "stage" | "bar" | "card";
}

type Panel = "more" | "keypad" | "devices";

interface Control {
  readonly label: string;
  /** Under the icon; default: the label. */
  readonly short?: string;
  readonly icon: TemplateResult;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly style?: string;
  act(event: Event): void;
}

/**
 * What a call that runs has beside mute, camera and hang up: screens, hold, keypad, devices, full screen, picture in
 * picture, the keys M and V; and what is said when it changes. Loaded beside the stage, once there is a call.
 */
export class InCall implements ReactiveController {
  /** To be added to the styles of the stage. */
  static readonly styles = inCallStyles;
  readonly #host: InCallHost;
  readonly #speaker: Speaker;
  readonly #still: StillScreen;
  #panel: Panel | null = null;
  #opener: HTMLElement | null = null;
  /** The problem that has been read and put away. */
  #read: DeviceProblem | null = null;
  #forgetEscape: (() => void) | null = null;
  /** What was last rendered of which call. */
  #last: { readonly call: Call; readonly isConnected: boolean; readonly heard: Heard } | null = null;

  constructor(host: InCallHost) {
    this.#host = host;
    this.#speaker = new Speaker(host);
    this.#still = new StillScreen(host);
    const update = () => host.requestUpdate();
    // Both bubble, but not out of the shadow root.
    host.renderRoot.addEventListener("enterpictureinpicture", update);
    host.renderRoot.addEventListener("leavepictureinpicture", update);
    // The chat lies beside the call or over it: not on a screen that the call fills.
    host.addEventListener(ToggleChatEvent.type, () => this.#still.leave());
    host.addController(this);
  }

  hostUpdate(): void {
    const { call, view } = this.#host;
    if (this.#panel && (!call || call.state === "ended" || view !== "stage")) this.#close(false);
    if (call?.state === "ended") this.#still.leave();
  }

  hostUpdated(): void {
    const { call, name } = this.#host;
    const last = this.#last?.call === call ? this.#last : null;
    this.#last = null;
    if (!call || call.state === "ended") return;
    const now = { call, isConnected: call.connectedAt !== null, heard: heardOf(call) };
    this.#last = now;
    if (!last) return;
    // While a call begins its pictures come by themselves; only what a person does is news.
    const before = last.isConnected ? last.heard : { ...now.heard, muted: last.heard.muted };
    for (const change of changesInWords(before, now.heard, name)) announce(change);
  }

  hostConnected(): void {
    window.addEventListener("keydown", this.#onKey);
  }

  hostDisconnected(): void {
    window.removeEventListener("keydown", this.#onKey);
    this.#close(false);
  }

  /** The screens, and who put the call on hold. */
  media(call: Call): TemplateResult {
    const { name } = this.#host;
    const problem = call.deviceProblem === this.#read ? null : call.deviceProblem;
    return html`${
      call.remoteScreen
        ? html`<video
            class="screen" autoplay playsinline aria-label=${words.theirScreen(name)} .srcObject=${call.remoteScreen} .muted=${true}
          ></video>`
        : nothing
    }
    ${
      call.localScreen
        ? html`<figure class="mine">
            <video autoplay playsinline aria-label=${words.yourScreen} .srcObject=${call.localScreen} .muted=${true}></video>
            <figcaption>${words.yourScreen}</figcaption>
            <button class="danger" @click=${() => call.shareScreen(false)}>${words.stop}</button>
          </figure>`
        : nothing
    }
    ${call.onHold || call.heldByPeer ? this.#paused(call) : nothing}
    ${problem ? this.#notice(problem) : nothing}`;
  }

  /** What the other side has switched off. */
  hint({ remoteMuted }: Call): TemplateResult | typeof nothing {
    if (!remoteMuted) return nothing;
    return html`<span class="hint">${microphoneOff}${words.theyMuted(this.#host.name)}</span>`;
  }

  /** The buttons between the camera and Hang up. */
  controls(call: Call): TemplateResult {
    const sharing = call.localScreen !== null;
    const share =
      sharing || (call.canShare && this.#host.view === "stage")
        ? button({
            label: sharing ? words.stopSharing : words.shareScreen,
            short: sharing ? words.stop : words.shareShort,
            icon: sharing ? icons.stopSharing : icons.share,
            style: sharing ? "off" : "",
            act: () => call.shareScreen(!sharing),
          })
        : nothing;
    // The one line above a chat has room for what must not be missed: that others see this screen.
    if (this.#host.view !== "stage") return html`${share}`;
    const isOpen = this.#panel === "more";
    return html`${share}
      ${button({ label: words.more, icon: moreIcon, style: "more", expanded: isOpen, act: this.#toggle("more") })}
      <div class="extra ${isOpen ? "open" : ""}" tabindex="-1" @focusout=${this.#onFocusOut} @click=${this.#onChosen}>
        ${this.#extras(call).map(button)} ${this.#views(call)}
      </div>`;
  }

  /** Full screen and picture in picture, where there is a picture; in the header, or under More where that is narrow. */
  header(call: Call): TemplateResult | typeof nothing {
    return this.#host.view === "stage" ? html`<div class="views">${this.#views(call)}</div>` : nothing;
  }

  /** The keypad or the devices, when they are open. */
  panel(call: Call): TemplateResult | typeof nothing {
    const panel = this.#panel;
    if (panel !== "keypad" && panel !== "devices") return nothing;
    return html`<div class="panel ${panel}" role="dialog" aria-label=${words[panel]}>
      <div class="title">
        <h3>${words[panel]}</h3>
        ${iconButton(words.close, closeIcon, () => this.#close(true))}
      </div>
      ${
        panel === "keypad"
          ? html`<jw-keypad class="inside" .call=${call}></jw-keypad>`
          : html`<jw-devices class="inside" .call=${call} .speaker=${this.#speaker}></jw-devices>`
      }
    </div>`;
  }

  #extras(call: Call): Control[] {
    const tooEarly = call.connectedAt === null;
    return [
      {
        label: words.hold,
        icon: icons.hold,
        pressed: call.onHold,
        disabled: tooEarly,
        act: () => call.hold(!call.onHold),
      },
      {
        label: words.keypad,
        icon: icons.keypad,
        expanded: this.#panel === "keypad",
        disabled: tooEarly,
        act: this.#toggle("keypad"),
      },
      {
        label: words.devices,
        icon: icons.devices,
        expanded: this.#panel === "devices",
        disabled: call.localStream === null,
        act: this.#toggle("devices"),
      },
    ];
  }

  #views(call: Call): TemplateResult[] {
    const picture = call.remoteScreen || call.remoteVideo;
    const views: Control[] = [];
    if (picture && document.pictureInPictureEnabled)
      views.push({
        label: words.pictureInPicture,
        icon: icons.pictureInPicture,
        pressed: this.#picture()?.matches(":picture-in-picture") ?? false,
        act: () => this.#float(),
      });
    if (picture && document.fullscreenEnabled)
      views.push({
        label: words.fullScreen,
        icon: icons.fullScreen,
        pressed: this.#still.isOn,
        act: () => this.#still.toggle(),
      });
    return views.map((view) => button({ ...view, style: "view" }));
  }

  #paused(call: Call): TemplateResult {
    const { name } = this.#host;
    return html`<div class="paused">
      ${call.onHold ? html`<p>${words.youPutOnHold(name)}</p>` : nothing}
      ${call.heldByPeer ? html`<p>${words.theyPutOnHold(name)}</p>` : nothing}
      ${
        call.onHold
          ? html`<button class="primary" @click=${() => this.#resume(call)}>${icons.resume}${words.resume}</button>`
          : nothing
      }
    </div>`;
  }

  #notice(problem: DeviceProblem): TemplateResult {
    const close = () => {
      this.#read = problem;
      this.#host.requestUpdate();
    };
    return html`<div class="notice">
      <p>${problemInWords(problem)}</p>
      ${iconButton(words.close, closeIcon, close)}
    </div>`;
  }

  /** The button goes with the hold; the focus goes to the one that would bring it back. */
  #resume(call: Call): void {
    const hold = this.#host.renderRoot.querySelector<HTMLElement>(".extra [aria-pressed]");
    if (hold?.checkVisibility()) hold.focus();
    else this.#host.renderRoot.querySelector<HTMLElement>(".more")?.focus();
    call.hold(false);
  }

  #picture(): HTMLVideoElement | null {
    const root = this.#host.renderRoot;
    return root.querySelector<HTMLVideoElement>("video.screen") ?? root.querySelector<HTMLVideoElement>("video.remote");
  }

  #float(): void {
    const picture = this.#picture();
    const done = picture?.matches(":picture-in-picture")
      ? document.exitPictureInPicture()
      : picture?.requestPictureInPicture();
    // Before its first frame there is nothing to show; the button can be pressed again.
    done?.catch(() => {});
  }

  #toggle(panel: Panel) {
    return (event: Event) => {
      if (this.#panel === panel) return this.#close(true);
      // What More leads to gives the focus back to More: its list closes.
      const pressed = event.currentTarget as HTMLElement;
      const opener = pressed.closest(".extra.open") ? this.#opener : pressed;
      this.#close(false);
      this.#panel = panel;
      this.#opener = opener;
      this.#forgetEscape = closeOnEscape(() => this.#close(true));
      void this.#enter(panel);
    };
  }

  async #enter(panel: Panel): Promise<void> {
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    const first = this.#host.renderRoot.querySelector<HTMLElement>(panel === "more" ? ".extra button" : ".inside");
    await (first as Partial<LitElement> | null)?.updateComplete;
    first?.focus();
  }

  #close(returnFocus: boolean): void {
    if (!this.#panel) return;
    this.#panel = null;
    this.#forgetEscape?.();
    const opener = this.#opener;
    this.#opener = null;
    // Before the panel goes with the focus in it.
    if (returnFocus && opener?.isConnected) opener.focus();
    this.#host.requestUpdate();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const { call } = this.#host;
    if (!call || call.state === "ended" || event.defaultPrevented || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0])) return;
    const key = event.key.toLowerCase();
    if (key === "m") call.mute(!call.muted);
    else if (key === "v" && call.canCamera) call.turnCamera(!call.cameraOn);
  };

  readonly #onFocusOut = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    if (this.#panel !== "more") return;
    const to = relatedTarget as HTMLElement | null;
    if (to === this.#opener || (currentTarget as HTMLElement).contains(to)) return;
    this.#close(false);
  };

  readonly #onChosen = ({ target }: Event): void => {
    const pressed = (target as HTMLElement).closest("button");
    if (this.#panel === "more" && pressed && pressed.ariaDisabled !== "true") this.#close(true);
  };
}

function iconButton(label: string, icon: TemplateResult, act: () => void): TemplateResult {
  return html`<button class="icon" aria-label=${label} title=${label} @click=${act}>${icon}</button>`;
}

function button({ label, short = label, icon, pressed, expanded, disabled, style = "", act }: Control): TemplateResult {
  return html`<button
    class="control ${style}" aria-label=${label} title=${label}
    aria-pressed=${pressed ?? nothing} aria-expanded=${expanded ?? nothing} aria-disabled=${disabled || nothing}
    @click=${disabled ? nothing : act}
  >
    <span class="round">${icon}</span>
    <span class="label">${short}</span>
  </button>`;
}
