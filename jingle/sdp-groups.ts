// RFC 5888, RFC 9143, XEP-0338: which m-lines share a transport (map s-4, s-5, a-12, a-13)
import { newShared, type Shared } from "./sdp-write.js";
import type { Group } from "./xep/0338.js";

/** A group of m-lines, by mid. */
export interface MidGroup {
  readonly semantics: string;
  readonly mids: readonly string[];
}

/** Groups of contents as groups of m-lines; names that are nothing here are left out, as browsers refuse them. */
export function groupsByMid(groups: readonly Group[], midOf: ReadonlyMap<string, string>): readonly MidGroup[] {
  return groups.map(({ semantics, names }) => ({
    semantics,
    mids: names.flatMap((name) => midOf.get(name) ?? []),
  }));
}

/**
 * The groups that an SDP may have: of live m-lines, each in one BUNDLE, and in an answer only what was offered together
 * (0338-04).
 */
export function selectGroups(
  wanted: readonly MidGroup[],
  live: ReadonlySet<string>,
  offered: readonly Group[] | undefined,
): readonly MidGroup[] {
  const bundled = new Set<string>();
  const groups: MidGroup[] = [];
  for (const { semantics, mids } of wanted) {
    if (semantics !== "BUNDLE" && semantics !== "LS") continue;
    const kept = new Set<string>();
    let together: Group | undefined;
    for (const mid of mids) {
      if (!live.has(mid) || (semantics === "BUNDLE" && bundled.has(mid))) continue;
      together ??= offered?.find((group) => group.semantics === semantics && group.names.includes(mid));
      if (offered && !together?.names.includes(mid)) continue;
      kept.add(mid);
      if (semantics === "BUNDLE") bundled.add(mid);
    }
    // One group for each m-line is the most that can mean something.
    if (kept.size > 0 && groups.length < live.size * 2) groups.push({ semantics, mids: [...kept] });
  }
  return groups;
}

/** The m-lines of one BUNDLE share payload and extension ids; any other has its own. */
export function sharedByMid(groups: readonly MidGroup[]): ReadonlyMap<string, Shared> {
  const shared = new Map<string, Shared>();
  for (const { semantics, mids } of groups) {
    if (semantics !== "BUNDLE") continue;
    const one = newShared();
    for (const mid of mids) shared.set(mid, one);
  }
  return shared;
}
