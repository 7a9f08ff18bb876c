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
    deviceProblem: null,
    remoteVideo: false,
    remoteMuted: false,
    onHold: false,
    heldByPeer: false,
    canShare: false,
    localScreen: null,
    remoteScreen: null,
  };
}

/** Whether a session-info (XEP-0167 §8) puts the call on hold or takes it up again; null for one that does neither. */
export function holdBy({ type }: SessionInfo): boolean | null {
  if (type === "hold") return true;
  return type === "unhold" || type === "active" ? false : null;
}

/** What a call is while its media can flow. */
export function talkingState({ onHold, heldByPeer }: CallFacts): CallState {
  return onHold || heldByPeer ? "held" : "connected";
}
