// SDP <-> Jingle: names, roles and peers' features. The only file that knows both (map sections 6, 7, 9, 10)
import { Element } from "ltx";
import { formatCandidate, parseCandidate } from "./candidate.js";
import { type ContentName, ContentNames } from "./description.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { isUfrag } from "./sdp-grammar.js";
import { readCredentials, readSdp, type Section } from "./sdp-read.js";
import { NS_MSID, SDES_MID } from "./sdp-write.js";
import { addName } from "./translate-names.js";
import { isWhole, type ToSdpOptions, toSdp } from "./translate-to-sdp.js";
import { type Action, type Content, type Jingle, jingle as jingleCodec, otherRole, type Role } from "./xep/0166.js";
import type { RtpDescription } from "./xep/0167.js";
import { type Candidate, type IceTransport, NS_ICE } from "./xep/0176.js";
import type { Group } from "./xep/0338.js";
import type { Source } from "./xep/0339.js";
import { NS_DTLS_SCTP } from "./xep/0343.js";

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

export interface TrickleOptions {
  readonly sid: string;
  readonly role: Role;
  readonly names?: ContentNames | undefined;
  readonly peer?: ReadonlySet<string> | undefined;
}

/** RTCIceCandidate, or its JSON. */
export interface CandidateInit {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex?: number | null | undefined;
  readonly usernameFragment?: string | null | undefined;
}

/** What RTCPeerConnection.addIceCandidate takes. */
export interface RemoteCandidate {
  /** Empty: no more candidates for this m-line. */
  readonly candidate: string;
  readonly sdpMid: string;
  readonly usernameFragment: string | null;
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
  const live = sections.filter((section) => section.live && isWelcome(section, action, peer));
  // Only an offer has new contents: what an answer accepts was made by the other party (0166-24).
  const creator = action === "session-accept" || action === "content-accept" ? otherRole(role) : role;
  for (const { mid } of live) addName(mid, creator, names);
  const wanted = contents ? live.filter(({ mid }) => contents.includes(mid)) : live;
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

/**
 * Candidates as transport-info actions, one content each (0176-15); peers whose features are unknown get one candidate
 * each. Candidates of an ICE generation that the SDP no longer has are left out (map t-15).
 * @param localSdp the description that they belong to: their transport repeats its ufrag and pwd (0176-01).
 */
export function trickle(
  localSdp: string,
  candidates: readonly CandidateInit[],
  options: TrickleOptions,
): readonly Jingle[] {
  const { role, peer, sid } = options;
  const names = options.names ?? new ContentNames();
  const credentials = readCredentials(localSdp);
  const transports = new Map<
    string,
    { readonly ufrag: string; readonly pwd: string; candidates: Candidate[]; complete: boolean }
  >();
  for (const init of candidates) {
    const section = credentials.find(({ mid }, index) =>
      init.sdpMid === null ? index === init.sdpMLineIndex : mid === init.sdpMid,
    );
    if (!section) continue;
    const { mid, ufrag, pwd } = section;
    const parsed = init.candidate === "" ? undefined : parseCandidate(init.candidate, `${mid} ${ufrag}`);
    if ((init.usernameFragment ?? parsed?.ufrag ?? ufrag) !== ufrag) continue;
    const transport = transports.get(mid) ?? { ufrag, pwd, candidates: [], complete: false };
    if (parsed && isWelcomeCandidate(parsed.candidate)) transport.candidates.push(parsed.candidate);
    if (init.candidate === "") transport.complete = knowsGatheringComplete(peer);
    transports.set(mid, transport);
  }
  return [...transports].flatMap(([mid, { ufrag, pwd, candidates: all, complete }]) => {
    const content = names.contentOf(mid) ?? { creator: role, name: mid };
    return batches(all, complete, peer).map((batch, index, { length }): Jingle => {
      const isLast = index === length - 1;
      const transport = {
        ...NO_TRANSPORT,
        ufrag,
        pwd,
        candidates: batch,
        gatheringComplete: (complete && isLast) || undefined,
      };
      return { action: "transport-info", sid, contents: [{ ...content, transport, extra: [] }], groups: [], extra: [] };
    });
  });
}

/** The candidates of an action, for addIceCandidate. Bad ones, and those of contents that are not ours, are left out. */
export function toCandidates(
  jingle: Jingle,
  options: { readonly names?: ContentNames | undefined },
): readonly RemoteCandidate[] {
  return jingle.contents.flatMap(({ creator, name, transport }): readonly RemoteCandidate[] => {
    const sdpMid = options.names ? options.names.midOf({ creator, name }) : name;
    if (!transport || sdpMid === undefined) return [];
    const { ufrag } = transport;
    const usernameFragment = ufrag !== undefined && isUfrag(ufrag) ? ufrag : null;
    const found = transport.candidates.flatMap((one) => formatCandidate(one, usernameFragment ?? undefined) ?? []);
    if (transport.gatheringComplete) found.push("");
    return found.map((candidate) => ({ candidate, sdpMid, usernameFragment }));
  });
}

const NO_TRANSPORT: IceTransport = { fingerprints: [], candidates: [], extra: [] };

/** Map k-4: peers that do not know data channels end the whole call over one. What they offered they know. */
function isWelcome({ content, media }: Section, action: Action, peer: ReadonlySet<string> | undefined): boolean {
  if (!content.transport?.sctpMap) return media === "audio" || media === "video" || media === "text";
  if (!peer || peer.has(NS_DTLS_SCTP)) return true;
  return action !== "session-initiate" && action !== "content-add";
}

/** Map t-12, t-13: ice-udp:1 knows udp only, and with rtcp-mux there is no second component. */
function isWelcomeCandidate({ component, protocol }: Candidate): boolean {
  return component === 1 && protocol === "udp";
}

/** Map t-17: no XEP has it for ice-udp:1; what peers without it make of an empty transport-info is not good. */
function knowsGatheringComplete(peer: ReadonlySet<string> | undefined): boolean {
  return !peer || peer.has(NS_ICE);
}

/** Map t-6: an answer settles who opens the DTLS association. */
function rememberDtlsClient({ mid, content }: Section, role: Role, names: ContentNames): void {
  const setup = content.transport?.fingerprints[0]?.setup;
  if (setup === "active") names.setDtlsClient(mid, role);
  if (setup === "passive") names.setDtlsClient(mid, otherRole(role));
}

function namedGroups(groups: readonly Group[], live: readonly Section[], names: ContentNames): readonly Group[] {
  return groups.flatMap(({ semantics, names: mids }) => {
    const kept = mids.filter((mid) => live.some((section) => section.mid === mid));
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
          candidates: transport.candidates.filter(isWelcomeCandidate),
          gatheringComplete: knowsGatheringComplete(peer) ? transport.gatheringComplete : undefined,
        },
        extra: [],
      };
  }
}

function describeMedia(section: Section, isRenamed: boolean, peer: ReadonlySet<string> | undefined): RtpDescription {
  const description = section.content.description!;
  const bandwidth = description.bandwidths.find(({ type }) => type === "TIAS") ?? description.bandwidths[0];
  return {
    ...description,
    // Map b-2: the XEP's schema has room for one.
    bandwidths: bandwidth ? [bandwidth] : [],
    payloads: description.payloads.map(withoutStrayParameters),
    // Map n-6: the peer's browser does not know our mid.
    headerExtensions: isRenamed
      ? description.headerExtensions.filter(({ uri }) => uri !== SDES_MID)
      : description.headerExtensions,
    sources: section.msid === undefined ? description.sources : withMsid(description.sources, section.msid),
    extra: description.sources.length === 0 && peer?.has(NS_MSID) ? streamElements(section.msid) : [],
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

function batches(
  all: readonly Candidate[],
  complete: boolean,
  peer: ReadonlySet<string> | undefined,
): readonly (readonly Candidate[])[] {
  if (peer?.size === 0 && all.length > 0) return all.map((one) => [one]);
  return all.length > 0 || complete ? [all] : [];
}
