import type { Element } from "ltx";

export type LinkErrorCondition =
  /** Ends the link: the server refuses the secret. */
  | "not-authorized"
  /** Ends the link: the server has no such component. */
  | "host-unknown"
  /** Ends the link: another program is connected under this domain. */
  | "conflict"
  /** There is no way to the server, or it does not speak XEP-0114. */
  | "unreachable"
  /** The server ended the stream with an error that may pass. */
  | "stream-error"
  /** The connection broke. */
  | "lost";

/** Why the link is down. `message` is a sentence for a person, with the cure where there is one. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(
    readonly condition: LinkErrorCondition,
    message: string,
    /** What the server or the system said, unchecked: for a field of a log, never for a terminal or a page. */
    readonly detail?: string,
  ) {
    super(message);
  }
}

/** The same at the next try: retrying would only hide it. */
export function isFinal({ condition }: LinkError): boolean {
  return condition === "not-authorized" || condition === "host-unknown" || condition === "conflict";
}

/** What a `<stream:error/>` (RFC 6120 §4.9.3) means for the component `domain`. */
export function streamError(element: Element, domain: string): LinkError {
  const parts = element.getChildElements();
  const condition = parts.find((part) => part.getName() !== "text")?.getName() ?? "undefined-condition";
  const text = parts.find((part) => part.getName() === "text")?.getText();
  const detail = text ? `${condition}: ${text}` : condition;
  switch (condition) {
    case "not-authorized":
      return new LinkError(
        "not-authorized",
        `The server refuses the secret of ${domain}: make it the same as in the server's configuration ` +
          "(Prosody: component_secret; ejabberd: password).",
        detail,
      );
    case "host-unknown":
    case "host-gone":
      return new LinkError(
        "host-unknown",
        `The server has no component ${domain}: add it to the server's configuration, or correct the domain.`,
        detail,
      );
    case "conflict":
      return new LinkError(
        "conflict",
        `Another program is connected to the server as ${domain}: stop it, or give this one a domain of its own.`,
        detail,
      );
    default:
      return new LinkError("stream-error", "The server ended the connection with an error.", detail);
  }
}

/** What a socket that failed means. */
export function socketError(error: unknown, address: string): LinkError {
  const detail = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
  return new LinkError(
    "unreachable",
    `The server's component port does not answer at ${address}: check that the server runs, and its host and port.`,
    detail,
  );
}
