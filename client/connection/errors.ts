import type { Element } from "ltx";
import { ConnectionError, type ConnectionErrorCondition } from "./connection.js";

/** The sentence for a `<stream:error/>` (RFC 6120 section 4.9.3). */
export function streamError(element: Element): ConnectionError {
  const condition = firstChildName(element);
  const cause = new StreamError(condition);
  const known = STREAM_ERRORS[condition];
  if (known) return new ConnectionError(known[0], known[1], { cause });
  return unreachable(`The server ended the connection (${condition}). Try again later.`, cause);
}

class StreamError extends Error {
  override readonly name = "StreamError";
}

/**
 * Whether the server ended the stream over something that we sent. Such a session must not be resumed: the same stanza
 * would be sent again, and end the next stream as well.
 */
export function isOurFault({ cause }: ConnectionError): boolean {
  return cause instanceof StreamError && !PASSING.has(cause.message);
}

const PASSING = new Set([
  "connection-timeout",
  "internal-server-error",
  "remote-connection-failed",
  "reset",
  "resource-constraint",
  "see-other-host",
  "system-shutdown",
]);

const STREAM_ERRORS: Partial<Record<string, readonly [ConnectionErrorCondition, string]>> = {
  conflict: [
    "conflict",
    "Another client has signed in under the same address and resource. Sign in again to take over.",
  ],
  "host-unknown": [
    "host-unknown",
    "This server does not serve that domain. Check the part of the address after the @.",
  ],
  "host-gone": ["host-unknown", "This server does not serve that domain any more. Ask the people who run it."],
  "not-authorized": ["not-authorized", "The server does not let you in. Sign in again."],
};

/** The sentence for a SASL `<failure/>` (RFC 6120 section 6.5). */
export function saslFailure(element: Element): ConnectionError {
  const condition = firstChildName(element);
  const cause = new Error(condition);
  switch (condition) {
    case "not-authorized":
      return new ConnectionError("not-authorized", "The address or the password is wrong.", { cause });
    case "account-disabled":
    case "credentials-expired":
      return new ConnectionError(
        "not-authorized",
        "This account is disabled or its password has expired. Ask the people who run the server.",
        { cause },
      );
    case "encryption-required":
      return new ConnectionError("insecure", "The server wants an encrypted connection: use a wss:// address.", {
        cause,
      });
    case "temporary-auth-failure":
      return unreachable("The server cannot check passwords just now. Try again later.", cause);
    default:
      return new ConnectionError("not-authorized", `The server refuses the sign-in (${condition}).`, { cause });
  }
}

/** The sentence for a refused resource binding (RFC 6120 section 7.6.2). */
export function bindError(iq: Element): ConnectionError {
  const error = iq.getChild("error");
  const condition = error ? firstChildName(error) : "undefined-condition";
  const cause = new Error(condition);
  if (condition === "conflict") return new ConnectionError("conflict", "This resource is already in use.", { cause });
  return unreachable(`The server does not open a session (${condition}). Try again later.`, cause);
}

/** What a failed socket, or anything that is not yet a ConnectionError, means to a person. */
export function toConnectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  // A page from https:// may not open ws:// (mixed content): the browser says so with this name.
  if (error instanceof Error && error.name === "SecurityError") {
    return new ConnectionError("insecure", "A page from https:// needs a wss:// address of the server.", {
      cause: error,
    });
  }
  return unreachable("The server cannot be reached. Check its address and your network.", error);
}

export function unreachable(message: string, cause?: unknown): ConnectionError {
  return new ConnectionError("unreachable", message, { cause });
}

function firstChildName(element: Element): string {
  for (const child of element.children) {
    if (typeof child !== "string" && child.getName() !== "text") return child.getName();
  }
  return "undefined-condition";
}
