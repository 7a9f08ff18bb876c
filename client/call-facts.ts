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
    onHold: false,
    heldByPeer: false,
    canShare: false,
    localScreen: null,
    remoteScreen: null,
  };
}

/** What a session-info (XEP-0167 §8) changes; null for one that changes nothing here. */
export function changeBy(info: SessionInfo, { state, onHold }: CallFacts): Partial<CallFacts> | null {
  switch (info.type) {
    case "ringing":
      return state === "calling" ? { state: "ringing" } : null;
    case "hold":
      return { heldByPeer: true, ...(state === "connected" && { state: "held" }) };
    case "unhold":
    case "active":
      return { heldByPeer: false, ...(state === "held" && !onHold && { state: "connected" }) };
    default:
      return null;
  }
}

/** What a call is while its media can flow. */
export function talkingState({ onHold, heldByPeer }: CallFacts): CallState {
  return onHold || heldByPeer ? "held" : "connected";
}
