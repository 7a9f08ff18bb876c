import type { SessionInfo } from "../jingle/xep/0167.js";
import type { CallFacts, CallState } from "./call.js";
import type { CallPlan } from "./switchboard.js";

/** What is to be seen of a call that has just begun. */
export function firstFacts({ id, address, direction, video }: CallPlan): CallFacts {
  return {
    id,
    address,
    direction,
    video,
    state: direction === "outgoing" ? "calling" : "ringing",
    connectedAt: null,
    endedAt: null,
    end: null,
    localStream: null,
    remoteStream: null,
    muted: false,
    cameraOn: false,
    canCamera: false,
    remoteVideo: false,
    remoteMuted: false,
  };
}

/** The state that a session-info (XEP-0167 §8) leads to; null where it changes none. */
export function stateAfter(info: SessionInfo, state: CallState): CallState | null {
  switch (info.type) {
    case "ringing":
      return state === "calling" ? "ringing" : null;
    case "hold":
      return state === "connected" ? "held" : null;
    case "unhold":
    case "active":
      return state === "held" ? "connected" : null;
    default:
      return null;
  }
}
