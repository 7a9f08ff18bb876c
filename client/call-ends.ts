import { RemoteError } from "../jingle/errors.js";
import type { InitiationEnd } from "../jingle/initiation-words.js";
import type { Reason, ReasonCondition } from "../jingle/xep/0166.js";
import type { CallEnd, EndReason } from "./call.js";
import { MediaProblem } from "./media.js";

/** What the reasons of XEP-0166 §7.4 mean to the person on our side. */
const MEANING: Record<ReasonCondition, EndReason> = {
  "alternative-session": "failed",
  busy: "busy",
  cancel: "cancelled",
  "connectivity-error": "connection-lost",
  decline: "declined",
  expired: "no-answer",
  "failed-application": "failed",
  "failed-transport": "connection-lost",
  "general-error": "failed",
  gone: "hung-up",
  "incompatible-parameters": "unsupported",
  "media-error": "failed",
  "security-error": "security-error",
  success: "hung-up",
  timeout: "no-answer",
  "unsupported-applications": "unsupported",
  "unsupported-transports": "unsupported",
};

/** How a session's end reads to a person. */
export function endOfSession(reason: Reason, by: "us" | "peer" | "timeout"): CallEnd {
  const whose = by === "us" ? "us" : by === "peer" ? "them" : "network";
  return { reason: MEANING[reason.condition], by: whose, ...(reason.text !== undefined && { text: reason.text }) };
}

/** How the end of an attempt, before there is a session, reads to a person. */
export function endOfAttempt(why: InitiationEnd): CallEnd {
  switch (why.type) {
    case "rejected":
    case "finished":
      return { reason: MEANING[why.reason], by: "them" };
    case "retracted":
      return { reason: why.reason === "timeout" ? "no-answer" : "cancelled", by: "them" };
    case "no-answer":
      return { reason: "no-answer", by: "network" };
    case "no-session":
      return { reason: "connection-lost", by: "network" };
    case "bounced":
      return { reason: "unreachable", by: "network", text: why.error.text ?? why.error.condition };
    case "ended-elsewhere":
    case "migrated":
      return { reason: "answered-elsewhere", by: "us" };
    default:
      return { reason: why.type, by: "us" };
  }
}

/** What went wrong on our side: the reason that the other side is told, and how it reads to our person. */
export function failureOf(error: unknown): { readonly condition: ReasonCondition; readonly end: CallEnd } {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof MediaProblem) return { condition: "media-error", end: { reason: error.reason, by: "us", text } };
  if (error instanceof RemoteError && error.application === "security-required") {
    return { condition: "security-error", end: { reason: "security-error", by: "us", text } };
  }
  return { condition: "failed-application", end: { reason: "failed", by: "us", text } };
}
