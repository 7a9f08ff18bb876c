import type { ReactiveController, ReactiveControllerHost } from "lit";

// Chosen for the person, not for one call: it holds for as long as the page is there.
let chosen = "";

/** What the other side is heard from, where a browser lets people choose (`canChooseSpeaker`). */
export class Speaker implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  readonly #led = new WeakSet<HTMLMediaElement>();

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }) {
    this.#host = host;
    host.addController(this);
  }

  /** MediaDeviceInfo.deviceId; "default" is the browser's choice. */
  get deviceId(): string {
    return chosen || "default";
  }

  /** @throws DOMException when there is no such speaker, or it may not be used */
  async use(deviceId: string): Promise<void> {
    for (const element of this.#elements()) await element.setSinkId(deviceId);
    chosen = deviceId;
  }

  hostUpdated(): void {
    if (!chosen) return;
    for (const element of this.#elements()) {
      if (this.#led.has(element)) continue;
      this.#led.add(element);
      // A speaker that has been pulled out since leaves the sound where the browser puts it.
      if (element.sinkId !== chosen) element.setSinkId(chosen).catch(() => {});
    }
  }

  #elements(): NodeListOf<HTMLMediaElement> {
    return this.#host.renderRoot.querySelectorAll<HTMLMediaElement>(".remote");
  }
}

export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}
