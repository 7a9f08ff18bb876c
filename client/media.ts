import type { DeviceProblem } from "./call.js";

/** Which microphone or camera: any, none, or the one with this id (MediaDeviceInfo.deviceId). */
export type DeviceChoice = boolean | { readonly deviceId: string };

/** Where microphone, camera and screen come from; a test or a kiosk brings its own. */
export interface MediaSource {
  /** @throws MediaProblem */
  capture(wanted: { readonly audio: DeviceChoice; readonly video: DeviceChoice }): Promise<MediaStream>;
  /** A screen or a window that the person chooses. @throws MediaProblem; absent: screens cannot be shared. */
  captureScreen?(): Promise<MediaStream>;
}

/** Why there is no microphone, camera or screen. */
export class MediaProblem extends Error {
  override readonly name = "MediaProblem";
  constructor(
    readonly reason: DeviceProblem["reason"],
    options?: { cause?: unknown },
  ) {
    super(reason, options);
  }
}

/**
 * Asks for a device that a call can do without.
 * @param noted is told why it cannot be had, and null when it can.
 * @returns null when it cannot be had
 */
export async function unlessProblem<T>(
  task: () => Promise<T>,
  noted?: (reason: MediaProblem["reason"] | null) => void,
): Promise<T | null> {
  try {
    const result = await task();
    noted?.(null);
    return result;
  } catch (error) {
    if (!(error instanceof MediaProblem)) throw error;
    noted?.(error.reason);
    return null;
  }
}

/** The browser's own microphone and camera. A missing or blocked camera costs the picture, not the call. */
export const browserMedia: MediaSource = {
  async capture({ audio, video }) {
    const devices = mediaDevices();
    try {
      return await devices.getUserMedia({ audio: constraintsOf(audio), video: constraintsOf(video) });
    } catch (error) {
      if (audio && video) return browserMedia.capture({ audio, video: false });
      throw problemOf(error);
    }
  },
  async captureScreen() {
    const devices = mediaDevices();
    try {
      return await devices.getDisplayMedia({ video: true });
    } catch (error) {
      throw problemOf(error);
    }
  },
};

/** Browsers hide them on pages that are not secure contexts. */
function mediaDevices(): MediaDevices {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw new MediaProblem("insecure-page");
  return devices;
}

function constraintsOf(choice: DeviceChoice): boolean | MediaTrackConstraints {
  return typeof choice === "boolean" ? choice : { deviceId: { exact: choice.deviceId } };
}

function problemOf(error: unknown): MediaProblem {
  const name = error instanceof Error ? error.name : "";
  const blocked = name === "NotAllowedError" || name === "SecurityError";
  return new MediaProblem(blocked ? "microphone-blocked" : "no-device", { cause: error });
}
