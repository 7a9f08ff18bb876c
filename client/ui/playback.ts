import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Call } from "./engine.js";

/**
 * The media elements of a call. The other side is heard through exactly one of them: the video when there is one to
 * see, else the audio; both play all the time, so that changing over leaves no gap.
 */
export class MediaPlayback implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  readonly #started = new WeakMap<HTMLMediaElement, MediaProvider>();
  #refused = false;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }) {
    this.#host = host;
    host.addController(this);
  }

  /** The browser does not let us make a sound until somebody clicks; `play()` in that click cures it. */
  get refused(): boolean {
    return this.#refused;
  }

  remote(call: Call, label: string): TemplateResult | typeof nothing {
    const stream = call.remoteStream;
    if (!stream) return nothing;
    return html`<audio class="remote" autoplay .srcObject=${stream} .muted=${call.remoteVideo}></audio>
      ${
        call.remoteVideo
          ? html`<video class="remote" autoplay playsinline aria-label=${label} .srcObject=${stream}></video>`
          : nothing
      }`;
  }

  own(call: Call, label: string): TemplateResult | typeof nothing {
    if (!call.localStream || !call.cameraOn) return nothing;
    return html`<video
      class="own" autoplay playsinline muted aria-label=${label} .srcObject=${call.localStream} .muted=${true}
    ></video>`;
  }

  /** Plays everything that is not playing. */
  play(): void {
    this.#refused = false;
    this.#host.requestUpdate();
    for (const element of this.#elements()) {
      if (element.matches("video.remote")) element.muted = false;
      this.#start(element);
    }
  }

  hostUpdated(): void {
    for (const element of this.#elements()) {
      if (!element.srcObject || this.#started.get(element) === element.srcObject) continue;
      this.#started.set(element, element.srcObject);
      this.#start(element);
    }
  }

  #elements(): NodeListOf<HTMLMediaElement> {
    return this.#host.renderRoot.querySelectorAll<HTMLMediaElement>("audio, video");
  }

  #start(element: HTMLMediaElement): void {
    element.play().catch((error: unknown) => {
      // AbortError only says that the stream was exchanged in the meantime.
      if (!(error instanceof DOMException && error.name === "NotAllowedError")) return;
      this.#refused = true;
      this.#host.requestUpdate();
      if (element instanceof HTMLAudioElement || element.muted) return;
      // A picture without sound is allowed, and better than none.
      element.muted = true;
      this.#start(element);
    });
  }
}
