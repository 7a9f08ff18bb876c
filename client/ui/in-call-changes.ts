import type { Call, DeviceProblem } from "./engine.js";
import { inCallWords as words } from "./in-call-words.js";

/** What is heard of a call when it changes. */
export type Heard = Pick<
  Call,
  "deviceProblem" | "muted" | "cameraOn" | "remoteMuted" | "remoteVideo" | "heldByPeer" | "localScreen" | "remoteScreen"
>;

/** Why a device could not be had, and what to do. */
export function problemInWords({ kind, reason }: DeviceProblem): string {
  if (reason === "insecure-page") return words.insecurePage;
  const device = (kind === "audio" ? words.microphone : words.camera).toLocaleLowerCase();
  return reason === "no-device" ? words.notFound(device) : words.blocked(device);
}

/** A copy, for a call's own facts change in place. */
export function heardOf(call: Heard): Heard {
  const { deviceProblem, muted, cameraOn, remoteMuted, remoteVideo, heldByPeer, localScreen, remoteScreen } = call;
  return { deviceProblem, muted, cameraOn, remoteMuted, remoteVideo, heldByPeer, localScreen, remoteScreen };
}

/** What changed between two moments of a call, in words for the ear. The state itself is said by its status. */
export function changesInWords(before: Heard, now: Heard, name: string): string[] {
  const said: string[] = [];
  const say = (fact: keyof Heard, yes: string, no: string) => {
    const [was, is] = [Boolean(before[fact]), Boolean(now[fact])];
    if (was !== is) said.push(is ? yes : no);
  };
  if (now.deviceProblem && now.deviceProblem !== before.deviceProblem) said.push(problemInWords(now.deviceProblem));
  say("muted", words.microphoneMuted, words.microphoneOn);
  say("cameraOn", words.cameraIsOn, words.cameraIsOff);
  say("localScreen", words.youShare, words.youStopped);
  say("remoteMuted", words.theyMuted(name), words.theyUnmuted(name));
  say("remoteVideo", words.theirCameraOn(name), words.theirCameraOff(name));
  say("remoteScreen", words.theyShare(name), words.theyStopped(name));
  say("heldByPeer", words.theyPutOnHold(name), words.theyTookOffHold(name));
  return said;
}
