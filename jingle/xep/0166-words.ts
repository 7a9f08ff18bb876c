// XEP-0166: Jingle, version 1.1.2: the closed lists of words that other Jingle XEPs use too

export const NS_JINGLE = "urn:xmpp:jingle:1";
export const NS_JINGLE_ERRORS = "urn:xmpp:jingle:errors:1";

/** §7.2 */
export const ACTIONS = [
  "content-accept",
  "content-add",
  "content-modify",
  "content-reject",
  "content-remove",
  "description-info",
  "security-info",
  "session-accept",
  "session-info",
  "session-initiate",
  "session-terminate",
  "transport-accept",
  "transport-info",
  "transport-reject",
  "transport-replace",
] as const;
export type Action = (typeof ACTIONS)[number];

/** The two parties of a session; `creator` of a content is one of them too. */
export const ROLES = ["initiator", "responder"] as const;
export type Role = (typeof ROLES)[number];

/** §7.3: which party sends media. It depends on the session role alone. */
export const SENDERS = ["both", "initiator", "none", "responder"] as const;
export type Senders = (typeof SENDERS)[number];

/** §7.4 */
export const REASONS = [
  "alternative-session",
  "busy",
  "cancel",
  "connectivity-error",
  "decline",
  "expired",
  "failed-application",
  "failed-transport",
  "general-error",
  "gone",
  "incompatible-parameters",
  "media-error",
  "security-error",
  "success",
  "timeout",
  "unsupported-applications",
  "unsupported-transports",
] as const;
export type ReasonCondition = (typeof REASONS)[number];

export function otherRole(role: Role): Role {
  return role === "initiator" ? "responder" : "initiator";
}
