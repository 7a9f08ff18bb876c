// XEP-0313: what our account's server keeps of its messages, read from the newest page to the oldest
import type { Element } from "ltx";
import { RemoteError } from "../jingle/errors.js";
import { bareJid, normaliseJid } from "../jingle/jid.js";
import {
  type ArchiveEnd,
  type ArchiveResult,
  readArchiveEnd,
  readArchiveResult,
  writeArchiveQuery,
} from "../jingle/xep/0313.js";
import type { Connection } from "./connection/connection.js";
import { Emitter } from "./events.js";
import { newId } from "./ids.js";
import { RequestError, Requests } from "./requests.js";

export interface ArchivedMessage {
  /** Its id in the archive, which a live copy names as its stanza-id (XEP-0359). */
  readonly id: string;
  /** As it was sent: `from` and `to` are those of then. What we sent ourselves is here too. */
  readonly stanza: Element;
  /** When the archive received it. ms since the epoch */
  readonly time: number;
}

export interface ArchivePage {
  /** The oldest first. */
  readonly messages: readonly ArchivedMessage[];
  /** Nothing is older than this page. */
  readonly complete: boolean;
  /** For the next older page; undefined when there is none. */
  readonly before?: string | undefined;
}

export interface ArchiveRequest {
  /** Bare JID: only messages from and to it. Default: all. */
  readonly with?: string;
  /** `before` of the page that is newer than the wanted one. Default: the newest page. */
  readonly before?: string | undefined;
  /** How many messages at most; the server may give fewer. Default 50. */
  readonly max?: number;
}

/** A page was read, whoever asked for it. */
export class PageEvent extends Event {
  constructor(
    readonly page: ArchivePage,
    readonly request: ArchiveRequest,
  ) {
    super("page");
  }
}

/** E22: there is no archive, not for us, or none of what is older than a message that has expired from it. */
const NOTHING_THERE = new Set([
  "feature-not-implemented",
  "forbidden",
  "item-not-found",
  "not-allowed",
  "service-unavailable",
]);
const NOTHING: ArchivePage = { messages: [], complete: true };

const instances = new WeakMap<Connection, Archive>();

/** The archive of our own account (XEP-0313), in pages; a server without one has an empty archive. */
export class Archive extends Emitter<{ page: PageEvent }> {
  readonly #connection: Connection;
  /** By queryid, what has come of each page. */
  readonly #open = new Map<string, ArchivedMessage[]>();
  #exists = false;

  /** The one instance of a connection: what one part of the client reads, all hear of. */
  static of(connection: Connection): Archive {
    let found = instances.get(connection);
    if (!found) {
      found = new Archive(connection);
      instances.set(connection, found);
    }
    return found;
  }

  private constructor(connection: Connection) {
    super();
    this.#connection = connection;
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "message" && this.#open.size > 0) this.#heard(stanza);
    });
  }

  /** Has our server answered for an archive? Only then a stanza-id of our account is an archive's id (0313-03). */
  get exists(): boolean {
    return this.#exists;
  }

  /**
   * Reads one page; "page" is dispatched before it resolves.
   * @throws RequestError when there is no answer, or one that tells nothing of the archive
   */
  async page(request: ArchiveRequest = {}): Promise<ArchivePage> {
    const queryid = newId();
    const { with: address, before = "", max = 50 } = request;
    const messages: ArchivedMessage[] = [];
    this.#open.set(queryid, messages);
    try {
      const query = writeArchiveQuery({ queryid, with: address, before, max });
      const iq = await Requests.of(this.#connection).request("set", undefined, query);
      const { complete, first } = endOf(iq);
      this.#exists = true;
      const older = complete || messages.length === 0 ? undefined : (first ?? messages[0]?.id);
      const page = { messages, complete: older === undefined, before: older };
      this.dispatchEvent(new PageEvent(page, request));
      return page;
    } catch (error) {
      if (error instanceof RequestError && NOTHING_THERE.has(error.error.condition)) return NOTHING;
      throw error;
    } finally {
      this.#open.delete(queryid);
    }
  }

  /** 0313-01, §8.2: a result counts if our own account's server sends it, for a question that we have asked. */
  #heard(message: Element): void {
    const own = normaliseJid(bareJid(this.#connection.jid));
    const { from } = message.attrs;
    if (from !== undefined && normaliseJid(from) !== own) return;
    const result = resultOf(message);
    const messages = result && this.#open.get(result.queryid ?? "");
    if (!messages) return;
    const time = Date.parse(result.stamp);
    if (!Number.isNaN(time)) messages.push({ id: result.id, stanza: result.message, time });
  }
}

/** A malformed one costs itself alone. */
function resultOf(message: Element): ArchiveResult | undefined {
  return quietly(() => readArchiveResult(message));
}

function endOf(iq: Element): ArchiveEnd {
  return quietly(() => readArchiveEnd(iq)) ?? { complete: true };
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
}
