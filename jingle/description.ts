import type { Content, Role } from "./xep/0166.js";
import type { Group } from "./xep/0338.js";

/** The one typed middle: what a session is about, in Jingle's words. SDP is read into it and written from it. */
export interface Description {
  readonly contents: readonly Content[];
  readonly groups: readonly Group[];
}

/** What identifies a content on the wire (0166-25). */
export interface ContentName {
  readonly creator: Role;
  readonly name: string;
}

/**
 * Which content goes by which mid (map, section 6). Peers choose content names that no browser takes as mid, and both
 * sides create contents, so a session keeps this table; translation adds to it.
 */
export class ContentNames {
  readonly #byMid = new Map<string, ContentName>();
  readonly #dtlsClients = new Map<string, Role>();

  /** The content that the m-line with this mid stands for. */
  contentOf(mid: string): ContentName | undefined {
    return this.#byMid.get(mid);
  }

  /** The mid of a content. COMPAT(Dino, Conversations): they key by name alone, so a unique name is enough (0166-24). */
  midOf(content: ContentName): string | undefined {
    let byNameAlone: string | undefined;
    for (const [mid, { creator, name }] of this.#byMid) {
      if (name !== content.name) continue;
      if (creator === content.creator) return mid;
      byNameAlone ??= mid;
    }
    return byNameAlone;
  }

  set(mid: string, content: ContentName): void {
    this.#byMid.set(mid, content);
  }

  get mids(): readonly string[] {
    return [...this.#byMid.keys()];
  }

  /** Which party opened the DTLS association of this m-line; it stays so for the session (RFC 8842 §5, map t-6). */
  dtlsClientOf(mid: string): Role | undefined {
    return this.#dtlsClients.get(mid);
  }

  setDtlsClient(mid: string, client: Role): void {
    this.#dtlsClients.set(mid, client);
  }
}

/**
 * All fingerprints of a content as one text, the same for the same set; undefined when it has none. A session records
 * it, and ends with security-error when a content with media has none or when it changes (0167-10, 0320-07).
 */
export function fingerprintKey(content: Content): string | undefined {
  const fingerprints = content.transport?.fingerprints ?? [];
  if (fingerprints.length === 0) return undefined;
  const texts = fingerprints.map(({ hash, value }) => `${hash.toLowerCase()} ${value.toUpperCase()}`);
  return [...new Set(texts)].sort().join(", ");
}
