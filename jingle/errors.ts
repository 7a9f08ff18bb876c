/** Stanza error conditions of RFC 6120 §8.3.3 that calls use. */
export type StanzaCondition =
  | "bad-request"
  | "conflict"
  | "feature-not-implemented"
  | "internal-server-error"
  | "item-not-found"
  | "not-acceptable"
  | "not-authorized"
  | "redirect"
  | "resource-constraint"
  | "service-unavailable"
  | "unexpected-request";

/** Application conditions of XEP-0166 §10 and §9. */
export type JingleCondition =
  | "out-of-order"
  | "security-required"
  | "tie-break"
  | "unknown-session"
  | "unsupported-info";

/** The peer's fault: becomes the IQ error that answers it. `message` says where and what, for logs and Details. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  constructor(
    readonly condition: StanzaCondition,
    readonly application?: JingleCondition,
    message: string = application ?? condition,
  ) {
    super(message);
  }
}

/** The peer asks for more than we give anybody. */
export function tooMuch(what: string, limit: number): RemoteError {
  return new RemoteError("resource-constraint", undefined, `more than ${limit} ${what}`);
}

/** The caller's fault: our own application asked for what cannot be done now. */
export class LocalError extends Error {
  override readonly name = "LocalError";
}

/** Lets the compiler count the cases of a union. */
export function unreachable(value: never): never {
  throw new LocalError(`unreachable: ${String(value)}`);
}
