// SDP <-> Jingle: names, roles and peers' features. The only file that knows both (map sections 6, 7, 9, 10)

import { type ContentName, ContentNames } from "./description.js";
import { Element } from "./element.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { formatOwnLines } from "./sdp-own-lines.js";
import { readSdp, type Section } from "./sdp-read.js";
import { SDES_MID } from "./sdp-write.js";
import { knowsGatheringComplete, knowsOwnLines, NO_TRANSPORT } from "./translate-candidates.js";
import { addName } from "./translate-names.js";
import { isWhole, type ToSdpOptions, toSdp } from "./translate-to-sdp.js";
import { type Action, type Content, type Jingle, jingle as jingleCodec, otherRole, type Role } from "./xep/0166.js";
import type { RtpDescription } from "./xep/0167.js";
import type { Fingerprint, Setup } from "./xep/0320.js";
import type { Group } from "./xep/0338.js";
import { NS_MSID, type Source } from "./xep/0339.js";
import { NS_DTLS_SCTP } from "./xep/0343.js";

export {
  type CandidateInit,
  type RemoteCandidate,
  type TrickleOptions,
  toCandidates,
  trickle,
} from "./translate-candidates.js";
export { type ToSdpOptions, toSdp } from "./translate-to-sdp.js";

export interface DescribeOptions {
  readonly action: Action;
  readonly sid: string;
  /** The session role of the party whose SDP this is: ours. */
  readonly role: Role;
  readonly initiator?: string | undefined;
  readonly responder?: string | undefined;
  /** The mids to include; default all that are live. Groups are always whole (map a-3). */
  readonly contents?: readonly string[] | undefined;
  /** Kept by the session; new m-lines are added as name = mid, creator = role. Absent: a fresh table. */
  readonly names?: ContentNames | undefined;
  /** The peer's disco features, empty while they are unknown. Absent: another Jinglewire. */
  readonly peer?: ReadonlySet<string> | undefined;
  readonly limits?: Limits | undefined;
}

/** A browser's SDP as a <jingle/> element. Errors: see `describe`. */
export function sdpToJingle(sdp: string, options: DescribeOptions): Element {
  return jingleCodec.write(describe(sdp, options));
}

/** A peer's <jingle/> element as SDP. Errors: see `toSdp`, and bad-request with the path of what is malformed. */
export function jingleToSdp(jingle: Element, options: ToSdpOptions): string {
  return toSdp(jingleCodec.read(jingle), options);
}

/**
 * A browser's SDP as a Jingle action. Actions that carry no whole contents get what they need: content-modify the
 * senders, transport-info the credentials of an ICE restart (map t-19), content-remove and content-reject the names.
 * @throws LocalError when it is no SDP, or passes a limit.
 */
export function describe(sdp: string, options: DescribeOptions): Jingle {
  const { action, sid, initiator, responder, role, contents, peer } = options;
  const names = options.names ?? new ContentNames();
  const { sections, groups } = readSdp(sdp, role, options.limits ?? DEFAULT_LIMITS);
  // Only an offer has new contents: what an answer accepts was made by the other party (0166-24).
  const creator = isAnswer(action) ? otherRole(role) : role;
  const live = sections.filter((section) => section.live && isWelcome(section, action, peer));
  for (const { mid } of live) addName(mid, creator, names);
  // Map m-4, a-6: what is removed is stopped in the SDP already.
  const isRemoval = action === "content-remove" || action === "content-reject";
  const eligible = isRemoval ? sections.filter(({ mid, live }) => !live || contents?.includes(mid)) : live;
  const wanted = eligible.filter(({ mid }) => names.contentOf(mid) && (contents?.includes(mid) ?? true));
  for (const section of wanted) rememberDtlsClient(section, role, names);
  return {
    action,
    sid,
    initiator,
    responder,
    contents: wanted.map((section) => describeSection(section, names.contentOf(section.mid)!, action, peer)),
    // Map a-3, 0338-03: with new contents the whole group, old ones and all; at first only what is in this action.
    groups: isWhole(action) ? namedGroups(groups, action.startsWith("session-") ? wanted : live, names) : [],
    extra: [],
  };
}

function isAnswer(action: Action): boolean {
  return action === "session-accept" || action === "content-accept";
}

/** Map t-5, 0320-03: the schema requires it, and what browsers take for it where none is said. */
function withSetup(fingerprints: readonly Fingerprint[], setup: Setup): readonly Fingerprint[] {
  return fingerprints.some((one) => !one.setup)
    ? fingerprints.map((one) => ({ ...one, setup: one.setup ?? setup }))
    : fingerprints;
}

/** Map k-4: peers that do not know data channels end the whole call over one. What they offered they know. */
function isWelcome({ content, media }: Section, action: Action, peer: ReadonlySet<string> | undefined): boolean {
  if (!content.transport?.sctpMap) return media === "audio" || media === "video" || media === "text";
  if (media !== "application") return false;
  if (!peer || peer.has(NS_DTLS_SCTP)) return true;
  return action !== "session-initiate" && action !== "content-add";
}

/** Map t-6: an answer settles who opens the DTLS association. */
function rememberDtlsClient({ mid, content }: Section, role: Role, names: ContentNames): void {
  const setup = content.transport?.fingerprints[0]?.setup;
  if (setup === "active") names.setDtlsClient(mid, role);
  if (setup === "passive") names.setDtlsClient(mid, otherRole(role));
}

function namedGroups(groups: readonly Group[], live: readonly Section[], names: ContentNames): readonly Group[] {
  const living = new Set(live.map(({ mid }) => mid));
  return groups.flatMap(({ semantics, names: mids }) => {
    const kept = mids.filter((mid) => living.has(mid));
    return kept.length > 0 ? [{ semantics, names: kept.map((mid) => names.contentOf(mid)!.name) }] : [];
  });
}

function describeSection(
  section: Section,
  { creator, name }: ContentName,
  action: Action,
  peer: ReadonlySet<string> | undefined,
): Content {
  const { content, mid } = section;
  const { transport } = content;
  // Map d-1: both is the default, and left out.
  const senders = content.senders === "both" ? undefined : content.senders;
  switch (action) {
    case "content-remove":
    case "content-reject":
      return { creator, name, extra: [] };
    case "content-modify":
      return { creator, name, senders: content.senders, extra: [] };
    case "description-info":
      return { creator, name, description: describeMedia(section, mid !== name, peer), extra: [] };
    case "transport-info":
      return { creator, name, transport: { ...NO_TRANSPORT, ufrag: transport?.ufrag, pwd: transport?.pwd }, extra: [] };
    default:
      return {
        creator,
        name,
        senders,
        description: describeMedia(section, mid !== name, peer),
        transport: transport && {
          ...transport,
          fingerprints: withSetup(transport.fingerprints, isAnswer(action) ? "active" : "actpass"),
          gatheringComplete: knowsGatheringComplete(peer) ? transport.gatheringComplete : undefined,
        },
        ownLines: knowsOwnLines(peer) ? formatOwnLines(section.own) : undefined,
        extra: [],
      };
  }
}

function describeMedia(
  section: Section,
  isRenamed: boolean,
  peer: ReadonlySet<string> | undefined,
): RtpDescription | undefined {
  const description = section.content.description!;
  // Map k-4: the transport says that it is a data channel; stanza wants no more.
  if (section.content.transport?.sctpMap && peer?.has(NS_MSID)) return undefined;
  const { msid } = section;
  const isOurs = knowsOwnLines(peer);
  const bandwidth = description.bandwidths.find(({ type }) => type === "TIAS") ?? description.bandwidths[0];
  return {
    ...description,
    // Map b-2: the XEP's schema has room for one.
    bandwidths: bandwidth ? [bandwidth] : [],
    payloads: isOurs ? description.payloads : description.payloads.map(withoutStrayParameters),
    // Map n-6: the peer's browser does not know our mid.
    headerExtensions: isRenamed
      ? description.headerExtensions.filter(({ uri }) => uri !== SDES_MID)
      : description.headerExtensions,
    sources: msid === undefined || isOurs ? description.sources : withMsid(description.sources, msid),
    extra: description.sources.length === 0 && peer?.has(NS_MSID) ? streamElements(msid) : [],
  };
}

/** Map c-6: a nameless value stands alone, or Conversations ends the call. */
function withoutStrayParameters(payload: RtpDescription["payloads"][number]): RtpDescription["payloads"][number] {
  const { parameters } = payload;
  if (parameters.length < 2 || parameters.every(({ name }) => name !== "")) return payload;
  return { ...payload, parameters: parameters.filter(({ name }) => name !== "") };
}

/** Map u-2, u-8: Firefox writes the stream on the m-line only, peers read it from the sources only. */
function withMsid(sources: readonly Source[], msid: string): readonly Source[] {
  return sources.map((source) =>
    source.parameters.some(({ name }) => name === "msid")
      ? source
      : { ssrc: source.ssrc, parameters: [...source.parameters, { name: "msid", value: msid }] },
  );
}

function streamElements(msid: string | undefined): readonly Element[] {
  if (msid === undefined) return [];
  const [id, track] = msid.split(" ");
  return [new Element("stream", track === undefined ? { xmlns: NS_MSID, id } : { xmlns: NS_MSID, id, track })];
}
