import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { announce } from "./announce.js";
import type { Call } from "./engine.js";
import { inCallWords as words } from "./in-call-words.js";
import { Listen } from "./listen.js";
import { canChooseSpeaker, type Speaker } from "./speaker.js";
import { base, tokens } from "./tokens.css.js";

interface Choice {
  readonly kind: MediaDeviceKind;
  readonly label: string;
  /** The id of the device in use. */
  readonly current: string | undefined;
  readonly hint?: string;
  choose(deviceId: string): void;
}

/** Which microphone, camera and speaker a running call uses, and which others there are; kept up to date. */
export class Devices extends LitElement {
  static override readonly properties = {
    call: { attribute: false },
    speaker: { attribute: false },
    found: { state: true },
  };
  static override readonly styles = [
    tokens,
    base,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      label,
      small {
        display: block;
        margin-bottom: 4px;
        color: var(--_quiet);
        font-size: 0.875rem;
      }
      small {
        margin: 4px 0 0;
      }
      select {
        width: 100%;
        min-height: 48px;
        padding: 8px 12px;
        border: 1px solid var(--_edge);
        border-radius: var(--_radius);
        background: oklch(0.22 0.014 285);
        color: inherit;
        font: inherit;
        text-overflow: ellipsis;
      }
      select:disabled {
        opacity: 0.6;
      }
    `,
  ];

  declare call: Call | null;
  declare speaker: Speaker | null;
  declare found: readonly MediaDeviceInfo[];

  #left = new AbortController();

  constructor() {
    super();
    this.call = null;
    this.speaker = null;
    this.found = [];
    new Listen(this, () => this.call, ["mediachange"]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#left = new AbortController();
    navigator.mediaDevices?.addEventListener("devicechange", this.#look, { signal: this.#left.signal });
    this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#left.abort();
  }

  /** Puts the focus on the first list. */
  override async focus(options?: FocusOptions): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector("select")?.focus(options);
  }

  protected override render() {
    return this.#choices().map((choice) => this.#list(choice));
  }

  #list({ kind, label, current, hint, choose }: Choice): TemplateResult | typeof nothing {
    const devices = this.found.filter((device) => device.kind === kind);
    // Without the microphone's permission a browser tells that there is one, but not which.
    const known = devices.some(({ deviceId }) => deviceId);
    if (!known && kind === "audiooutput") return nothing;
    const onChange = ({ target }: Event) => choose((target as HTMLSelectElement).value);
    return html`<div>
      <label for=${kind}>${label}</label>
      <select id=${kind} ?disabled=${hint !== undefined} @change=${onChange}>
        ${devices.map(
          ({ deviceId, label: name }, index) =>
            html`<option value=${deviceId} .selected=${live(deviceId === current)}>${name || `${label} ${index + 1}`}</option>`,
        )}
      </select>
      ${hint === undefined ? nothing : html`<small>${hint}</small>`}
    </div>`;
  }

  #choices(): readonly Choice[] {
    const { call, speaker } = this;
    if (!call) return [];
    const used = (kind: string) => call.localStream?.getTracks().find((track) => track.kind === kind);
    const choices: Choice[] = [
      {
        kind: "audioinput",
        label: words.microphone,
        current: used("audio")?.getSettings().deviceId,
        choose: (deviceId) => call.useDevice("audio", deviceId),
      },
    ];
    if (call.canCamera)
      choices.push({
        kind: "videoinput",
        label: words.camera,
        current: used("video")?.getSettings().deviceId,
        ...(!call.cameraOn && { hint: words.cameraIsOffHint }),
        choose: (deviceId) => call.useDevice("video", deviceId),
      });
    if (speaker && canChooseSpeaker())
      choices.push({
        kind: "audiooutput",
        label: words.speaker,
        current: speaker.deviceId,
        choose: (deviceId) => this.#listenThrough(speaker, deviceId),
      });
    return choices;
  }

  async #listenThrough(speaker: Speaker, deviceId: string): Promise<void> {
    try {
      await speaker.use(deviceId);
    } catch {
      announce(words.speakerRefused);
    }
    this.requestUpdate();
  }

  readonly #look = async (): Promise<void> => {
    try {
      this.found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      this.found = []; // A policy of the page forbids to look.
    }
  };
}

customElements.define("jw-devices", Devices);

declare global {
  interface HTMLElementTagNameMap {
    "jw-devices": Devices;
  }
}
