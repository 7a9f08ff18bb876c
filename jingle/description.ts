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
  /** The mids of each name; more than one only where both parties have taken it. */
  readonly #byName = new Map<string, string[]>();
  #madeUp = 0;
  readonly #dtlsClients = new Map<string, Role>();

  /** The content that the m-line with this mid stands for. */
  contentOf(mid: string): ContentName | undefined {
    return this.#byMid.get(mid);
  }

  /** The mid of a content. COMPAT(Dino, Conversations): they key by name alone, so a unique name is enough (0166-24). */
  midOf(content: ContentName): string | undefined {
    const mids = this.#byName.get(content.name);
    return mids?.find((mid) => this.#byMid.get(mid)!.creator === content.creator) ?? mids?.[0];
  }

  /** Is there a content of this name, by whomever? */
  hasName(name: string): boolean {
    return this.#byName.has(name);
  }

  set(mid: string, content: ContentName): void {
    const before = this.#byMid.get(mid);
    if (before && before.name !== content.name) this.#forget(mid, before.name);
    if (before?.name !== content.name) this.#byName.set(content.name, [...(this.#byName.get(content.name) ?? []), mid]);
    this.#byMid.set(mid, content);
  }

  #forget(mid: string, name: string): void {
    const others = this.#byName.get(name)!.filter((one) => one !== mid);
    if (others.length > 0) this.#byName.set(name, others);
    else this.#byName.delete(name);
  }

  /** A mid for a content whose name can be none (map n-3): x0, x1, ... */
  makeUp(): string {
    return `x${this.#madeUp++}`;
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
