import type { ReactiveController, ReactiveControllerHost } from "lit";

// How long nothing moves until only the picture is left, in milliseconds.
const STILLNESS = 3000;

/**
 * An element on the full screen. There, and only there, it has the attribute "still" while nobody has moved or pressed
 * anything for a while.
 */
export class StillScreen implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #left = new AbortController();

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get isOn(): boolean {
    return this.#host.matches(":fullscreen");
  }

  toggle(): void {
    if (this.isOn) this.leave();
    // A browser may refuse, and then it says so itself.
    else this.#host.requestFullscreen().catch(() => {});
  }

  leave(): void {
    if (this.isOn) document.exitFullscreen().catch(() => {});
  }

  hostConnected(): void {
    this.#left = new AbortController();
    const { signal } = this.#left;
    this.#host.addEventListener("fullscreenchange", this.#changed, { signal });
    for (const type of ["pointermove", "pointerdown", "keydown"])
      this.#host.addEventListener(type, this.#moved, { signal });
  }

  hostDisconnected(): void {
    this.#left.abort();
    this.#rest();
  }

  readonly #changed = (): void => {
    this.#moved();
    this.#host.requestUpdate();
  };

  readonly #moved = (): void => {
    this.#rest();
    if (this.isOn) this.#timer = setTimeout(() => this.#host.toggleAttribute("still", true), STILLNESS);
  };

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#host.toggleAttribute("still", false);
  }
}
