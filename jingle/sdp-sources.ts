// Map section 5: which of a content's sources a browser may see in one section
import { decimal, isMsid, isText, isToken } from "./sdp-grammar.js";
import type { RtpDescription } from "./xep/0167.js";
import type { Source, SourceGroup, SourceParameter } from "./xep/0339.js";

export interface SourcePlan {
  readonly sources: readonly Source[];
  readonly groups: readonly SourceGroup[];
  /** The stream and track that the sources name. */
  readonly msid: string | undefined;
}

/**
 * Map u-4: Chromium refuses a section whose sources do not belong together, by a group or by one cname and msid.
 * @param ssrcs those of the sections before, which are dropped here (map u-10); ours are added.
 */
export function selectSources(description: RtpDescription, ssrcs: Set<number>): SourcePlan {
  const sources = new Map<number, Source>();
  for (const source of description.sources.length > 0 ? description.sources : soleSource(description)) {
    if (source.ssrc < 1 || ssrcs.has(source.ssrc) || sources.has(source.ssrc)) continue;
    const parameters = source.parameters.filter(isSound);
    if (parameters.length > 0) sources.set(source.ssrc, { ssrc: source.ssrc, parameters });
  }
  const groups = description.sourceGroups.filter((group) => isWhole(group, sources));
  const family = familyOf([...sources.values()], groups);
  for (const { ssrc } of family) ssrcs.add(ssrc);
  const members = new Set(family.map(({ ssrc }) => ssrc));
  return {
    sources: family,
    groups: groups.filter((group) => group.sources.every((ssrc) => members.has(Number(ssrc)))),
    msid: family.map((source) => parameterValue(source, "msid")).find((msid) => msid !== undefined),
  };
}

/** Map u-7: XEP-0167's own attribute names a source and says nothing of it. */
function soleSource({ ssrc }: RtpDescription): readonly Source[] {
  const number = decimal(ssrc ?? "");
  return number < 1 || number > 0xffffffff
    ? []
    : [{ ssrc: number, parameters: [{ name: "cname", value: String(number) }] }];
}

function isSound({ name, value }: SourceParameter): boolean {
  if (value === undefined || !isToken(name)) return false;
  return name === "msid" ? isMsid(value) : isText(value);
}

function isWhole({ semantics, sources }: SourceGroup, known: ReadonlyMap<number, Source>): boolean {
  if (!isToken(semantics) || sources.length === 0) return false;
  return sources.every((ssrc) => known.has(decimal(ssrc)));
}

/** The first source and all that belong to it, in their order; those without cname get its cname. */
function familyOf(sources: readonly Source[], groups: readonly SourceGroup[]): readonly Source[] {
  const [first, ...others] = sources;
  if (!first) return [];
  const related = relatives(first.ssrc, groups);
  const cname =
    parameterValue(first, "cname") ??
    sources.map((one) => parameterValue(one, "cname")).find((one) => one !== undefined);
  const msid = parameterValue(first, "msid");
  const family = others.filter(
    (one) =>
      related.has(one.ssrc) ||
      ((parameterValue(one, "cname") ?? cname) === cname && (parameterValue(one, "msid") ?? msid) === msid),
  );
  return [first, ...family].map((one) => withCname(one, cname));
}

/** Every source that a chain of groups joins to this one. */
function relatives(ssrc: number, groups: readonly SourceGroup[]): ReadonlySet<number> {
  const byMember = new Map<number, SourceGroup[]>();
  for (const group of groups) {
    for (const one of group.sources) {
      const known = byMember.get(Number(one));
      if (known) known.push(group);
      else byMember.set(Number(one), [group]);
    }
  }
  const found = new Set([ssrc]);
  const walked = new Set<SourceGroup>();
  // What is added on the way is walked too.
  for (const one of found) {
    for (const group of byMember.get(one) ?? []) {
      if (walked.has(group)) continue;
      walked.add(group);
      for (const other of group.sources) found.add(Number(other));
    }
  }
  return found;
}

function withCname(source: Source, cname: string | undefined): Source {
  if (cname === undefined || parameterValue(source, "cname") !== undefined) return source;
  return { ssrc: source.ssrc, parameters: [{ name: "cname", value: cname }, ...source.parameters] };
}

function parameterValue(source: Source, name: string): string | undefined {
  return source.parameters.find((parameter) => parameter.name === name)?.value;
}
