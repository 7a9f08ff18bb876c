import type { Element } from "ltx";
import type { Emitter } from "../events.js";

/**
 * What the engine needs of an XMPP connection, and all it needs. `connect()` makes one; an adapter makes one out of a
 * connection that the host application already has.
 */
export interface Connection extends Emitter<ConnectionEvents> {
  /** Our full JID as the server bound it. Changes only with an "online" event whose `resumed` is false. */
  readonly jid: string;
  readonly status: ConnectionStatus;
  /**
   * Hands a stanza to the server without waiting. While the connection is away the stanza is kept and sent after
   * resumption (XEP-0198) or after the next login; it never throws for being offline.
   */
  send(stanza: Element): void;
  /** Says goodbye to the server and stops reconnecting; pending stanzas are sent first where possible. */
  close(): Promise<void>;
  /**
   * Present where others answer requests on this connection too: an iq get or set then comes as "stanza" only if its
   * payload is in a namespace that was claimed here, and all others are not ours to refuse.
   */
  claim?(xmlns: string): void;
}

export type ConnectionStatus = "online" | "reconnecting" | "closed";

export interface ConnectionEvents {
  /**
   * One stanza (iq, message or presence) from the server, in wire order; those that come before the first listener are
   * kept for it. Also, after an "online" event that is not resumed and before "closed": an error reply made on the spot,
   * from its addressee, for each stanza of ours that was lost with its session.
   */
  stanza: StanzaEvent;
  /** The stream is usable again after a loss; not `resumed`: a new session, so presence and roster are gone. */
  online: OnlineEvent;
  /** The socket is lost; the connection tries to come back by itself. */
  offline: Event;
  /** The end: `close()` was called, or the server refuses us for good (then `error` says why). */
  closed: ClosedEvent;
}

export class StanzaEvent extends Event {
  constructor(readonly stanza: Element) {
    super("stanza");
  }
}

export class OnlineEvent extends Event {
  constructor(readonly resumed: boolean) {
    super("online");
  }
}

export class ClosedEvent extends Event {
  constructor(readonly error: ConnectionError | null) {
    super("closed");
  }
}

export type ConnectionErrorCondition =
  | "not-authorized"
  | "host-unknown"
  | "unreachable"
  | "insecure"
  | "conflict"
  | "unsupported"
  | "aborted";

/** Why a connection cannot be made or kept. `message` is a sentence for a person, with the cure where there is one. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  constructor(
    readonly condition: ConnectionErrorCondition,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
