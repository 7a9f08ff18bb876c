// XEP-0166 §7.2, map a-3 ... a-6 and t-19: what a browser wants from now on, against what the other side knows
import { type PreviousSection, sendersOf, splitSdp } from "./sdp-previous.js";
import type { Action } from "./xep/0166-words.js";

/** One action that makes a part of a later SDP known, and the m-lines that it speaks of. */
export interface Change {
  readonly action: Extract<Action, "content-add" | "content-modify" | "content-remove" | "transport-info">;
  readonly mids: readonly string[];
}

/**
 * What has to be said so that the other side knows a later SDP of ours, in the order in which it is said: new ICE
 * credentials, what goes, what changes its direction, what is new. Nothing when it knows all of it.
 * @param signalled our last SDP that it knows; @param wanted the one that it shall know.
 */
export function changesOf(signalled: string, wanted: string): readonly Change[] {
  const before = new Map(live(signalled).map((section) => [section.mid, section]));
  const after = live(wanted);
  const standing = after.filter(({ mid }) => before.has(mid));
  const there = new Set(after.map(({ mid }) => mid));
  const changes: readonly Change[] = [
    { action: "transport-info", mids: restarted(standing, before) },
    { action: "content-remove", mids: [...before.keys()].filter((mid) => !there.has(mid)) },
    { action: "content-modify", mids: midsOf(standing.filter((section) => turned(section, before.get(section.mid)!))) },
    { action: "content-add", mids: midsOf(after.filter(({ mid }) => !before.has(mid))) },
  ];
  return changes.filter(({ mids }) => mids.length > 0);
}

function live(sdp: string): readonly PreviousSection[] {
  return splitSdp(sdp).sections.filter((section) => section.live);
}

/** One m-line of each transport: what is bundled restarts together, and peers want no more than one. */
function restarted(standing: readonly PreviousSection[], before: ReadonlyMap<string, PreviousSection>): string[] {
  const seen = new Set<string | undefined>();
  const fresh = standing.filter((section) => {
    const ufrag = ufragOf(section);
    if (ufrag === ufragOf(before.get(section.mid)!) || seen.has(ufrag)) return false;
    seen.add(ufrag);
    return true;
  });
  return midsOf(fresh);
}

function turned(section: PreviousSection, before: PreviousSection): boolean {
  return section.media !== "application" && sendersOf(section, "initiator") !== sendersOf(before, "initiator");
}

function ufragOf({ lines }: PreviousSection): string | undefined {
  return lines.find((line) => line.startsWith("a=ice-ufrag:"));
}

function midsOf(sections: readonly PreviousSection[]): string[] {
  return sections.map(({ mid }) => mid);
}
