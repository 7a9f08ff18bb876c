import type { EndReason } from "./call.js";

/** Where microphone and camera come from; a test or a kiosk brings its own. */
export interface MediaSource {
  /** @throws MediaProblem */
  capture(wanted: { readonly audio: boolean; readonly video: boolean }): Promise<MediaStream>;
}

/** Why there is no microphone or camera. */
export class MediaProblem extends Error {
  override readonly name = "MediaProblem";
  constructor(
    readonly reason: Extract<EndReason, "insecure-page" | "microphone-blocked" | "no-device">,
    options?: { cause?: unknown },
  ) {
    super(reason, options);
  }
}

/** The browser's own microphone and camera. A missing or blocked camera costs the picture, not the call. */
export const browserMedia: MediaSource = {
  async capture({ audio, video }) {
    // Browsers hide it on pages that are not secure contexts.
    if (!globalThis.navigator?.mediaDevices) throw new MediaProblem("insecure-page");
    try {
      return await navigator.mediaDevices.getUserMedia({ audio, video });
    } catch (error) {
      if (audio && video) return browserMedia.capture({ audio, video: false });
      const name = error instanceof Error ? error.name : "";
      const blocked = name === "NotAllowedError" || name === "SecurityError";
      throw new MediaProblem(blocked ? "microphone-blocked" : "no-device", { cause: error });
    }
  },
};
