// Map section 6: content names <-> mids
import type { ContentNames } from "./description.js";
import { RemoteError } from "./errors.js";
import { isMid } from "./sdp-grammar.js";
import type { Content, Role } from "./xep/0166.js";

/** Anything that knows its mids. */
interface Mids {
  has(mid: string): boolean;
}

/** Map n-2 ... n-5: the mid of a content that may be new; its name where that can be one, else a made-up one. */
export function newMid(content: Content, names: ContentNames, previous: Mids): string {
  const known = names.midOf(content);
  if (known !== undefined && names.contentOf(known)!.creator === content.creator) return known;
  let mid = content.name;
  while (!isMid(mid) || names.contentOf(mid) || previous.has(mid)) mid = names.makeUp();
  names.set(mid, { creator: content.creator, name: content.name });
  return mid;
}

/**
 * Map n-4: the mid of a content that must be there, in the SDP that is answered or changed.
 * @throws RemoteError item-not-found when it is not (E16).
 */
export function knownMid(content: Content, names: ContentNames, sections: Mids): string {
  const mid = names.midOf(content) ?? content.name;
  if (!sections.has(mid)) {
    throw new RemoteError("item-not-found", undefined, `content ${content.name}: not in this session`);
  }
  if (!names.contentOf(mid)) names.set(mid, { creator: content.creator, name: content.name });
  return mid;
}

/** Map n-1: the name of an m-line of ours is its mid, unless some content has that name already. */
export function addName(mid: string, creator: Role, names: ContentNames): void {
  if (names.contentOf(mid)) return;
  let name = mid;
  for (let i = 0; names.hasName(name); i++) name = `c${i}`;
  names.set(mid, { creator, name });
}
