// RFC 8866, RFC 9429: contents in Jingle's words -> SDP text. The only place where a peer's words become SDP, and each is
// checked on the way (map section 0): a bad one drops its element; a bad ufrag, pwd, fingerprint or setup fails the content.
import { formatCandidates } from "./candidate.js";
import { tooMuch } from "./errors.js";
import type { Limits } from "./limits.js";
import { type Direction, sendersToDirection } from "./roles.js";
import { formatParameters } from "./sdp-codecs.js";
import { decimal, isToken, isWord } from "./sdp-grammar.js";
import { type OwnLines, soundSimulcast } from "./sdp-own-lines.js";
import { type KeptPayload, selectPayloads } from "./sdp-payloads.js";
import type { Security } from "./sdp-security.js";
import { type SourcePlan, selectSources } from "./sdp-sources.js";
import type { Content, Role, Senders } from "./xep/0166.js";
import type { RtpDescription } from "./xep/0167.js";
import type { Candidate } from "./xep/0176.js";
import type { Feedback } from "./xep/0293.js";
import type { HeaderExtension } from "./xep/0294.js";
import { NS_MSID } from "./xep/0339.js";

export const EOL = "\r\n";
/** The header extension that carries the mid in each packet. */
export const SDES_MID = "urn:ietf:params:rtp-hdrext:sdes:mid";

/** What is in use in the sections that share a transport: an id means the same in all of them (map c-14, x-5). */
export interface Shared {
  readonly payloads: Map<number, KeptPayload>;
  readonly headerExtensions: Map<number, string>;
}

export function newShared(): Shared {
  return { payloads: new Map(), headerExtensions: new Map() };
}

/** Everything about one section that its content does not say by itself. */
export interface SectionPlan {
  readonly mid: string;
  /** Map n-6: the peer's browser does not know a mid that we made up. */
  readonly isMadeUpMid: boolean;
  /** The session role of the party whose SDP this is. */
  readonly role: Role;
  readonly senders: Senders;
  readonly security: Security;
  readonly renomination: boolean;
  readonly allowMixed: boolean;
  /** Whether it has a BUNDLE with another before it. */
  readonly isBundled: boolean;
  /** The content of the same mid in the SDP that is being answered. */
  readonly offered: Content | undefined;
  /** Every payload id that the offer uses, in any section. */
  readonly offeredIds: ReadonlySet<number>;
  readonly shared: Shared;
  /** SSRCs of the sections before (map u-10). */
  readonly ssrcs: Set<number>;
  /** What another Jinglewire says that no XEP has a place for. */
  readonly own: OwnLines;
  readonly limits: Limits;
}

/** An m=audio or m=video section; undefined when no payload type is left that both sides know. */
export function writeRtpSection(content: Content, description: RtpDescription, plan: SectionPlan): string | undefined {
  checkLimits(content, description, plan.limits);
  const payloads = selectPayloads(description, plan);
  if (payloads.length === 0) return undefined;
  const direction = sendersToDirection(plan.senders, plan.role);
  const sources = selectSources(description, plan.ssrcs);
  let ids = "";
  for (const { id } of payloads) ids += ` ${id}`;
  return (
    `m=${description.media} ${isBundleOnly(plan) ? 0 : 9} UDP/TLS/RTP/SAVPF${ids}${EOL}c=IN IP4 0.0.0.0${EOL}` +
    bandwidthLines(description) +
    transportLines(content, plan) +
    headerExtensionLines(description, plan) +
    `a=${direction}${EOL}` +
    streamLine(description, sources, direction, plan) +
    // Map r-1: both browsers refuse a section without it.
    `a=rtcp-mux${EOL}` +
    rtcpLines(plan.own) +
    categoryLine(description, plan.limits) +
    payloadLines(description, payloads, plan) +
    simulcastLines(payloads, plan.own) +
    sourceLines(sources, plan.limits)
  );
}

/** Map m-5: RFC 9143 §6 knows it in offers of a bundle, on port 0; both browsers take it for live. */
function isBundleOnly({ own, offered, isBundled }: SectionPlan): boolean {
  return own.has("bundle-only") && isBundled && !offered;
}

/** Map r-4, r-5. */
function rtcpLines(own: OwnLines): string {
  return (own.has("rtcp-rsize") ? `a=rtcp-rsize${EOL}` : "") + ownLine(own, "rtcp-xr");
}

/** A line of another Jinglewire, which was checked when it was read. */
function ownLine(own: OwnLines, name: string): string {
  const value = own.get(name)?.[0];
  return value === undefined ? "" : `a=${name}:${value}${EOL}`;
}

/** Map i-1, i-2. */
function simulcastLines(payloads: readonly KeptPayload[], own: OwnLines): string {
  if (!own.has("rid")) return "";
  let out = "";
  for (const one of soundSimulcast(own, new Set(payloads.map(({ id }) => id)))) out += one + EOL;
  return out;
}

/** The m=application section of a data channel (map k-1, k-2: without a size browsers assume 64 KiB). */
export function writeDataSection(content: Content, plan: SectionPlan): string {
  checkLimits(content, undefined, plan.limits);
  const { own } = plan;
  return (
    `m=application ${isBundleOnly(plan) ? 0 : 9} UDP/DTLS/SCTP webrtc-datachannel${EOL}c=IN IP4 0.0.0.0${EOL}` +
    transportLines(content, plan) +
    (own.has("direction") ? `a=${sendersToDirection(plan.senders, plan.role)}${EOL}` : "") +
    (own.has("extmap-allow-mixed") && plan.allowMixed ? `a=extmap-allow-mixed${EOL}` : "") +
    `a=sctp-port:${content.transport?.sctpMap?.number ?? 5000}${EOL}` +
    ownLine(own, "max-message-size")
  );
}

/** A section that is rejected or stopped, in the short form that both browsers take (map m-6). */
export function writeRejectedSection(media: string, mid: string): string {
  const format = media === "application" ? "UDP/DTLS/SCTP webrtc-datachannel" : "UDP/TLS/RTP/SAVPF 0";
  return `m=${media} 0 ${format}${EOL}c=IN IP4 0.0.0.0${EOL}a=inactive${EOL}a=mid:${mid}${EOL}`;
}

/** The lines of candidates, each ended. */
export function candidateLines(candidates: readonly Candidate[], own: OwnLines): string {
  let out = "";
  for (const value of formatCandidates(candidates, own)) out += `a=${value}${EOL}`;
  return out;
}

function checkLimits(content: Content, description: RtpDescription | undefined, limits: Limits): void {
  const check = (what: keyof Limits, list: readonly unknown[] = []) => {
    if (list.length > limits[what]) throw tooMuch(`${what} in content ${content.name}`, limits[what]);
  };
  check("candidates", content.transport?.candidates);
  check("parameters", content.transport?.fingerprints);
  if (!description) return;
  check("payloads", description.payloads);
  check("headerExtensions", description.headerExtensions);
  check("sources", description.sources);
  check("sources", description.sourceGroups);
  check("parameters", description.feedback);
  for (const { parameters, feedback } of description.payloads) {
    check("parameters", parameters);
    check("parameters", feedback);
  }
  for (const { parameters } of description.sources) check("parameters", parameters);
  for (const { sources } of description.sourceGroups) check("sources", sources);
}

/** A line that a peer may have made long. */
function line(text: string, limits: Limits): string {
  if (text.length > limits.lineLength) throw tooMuch("characters in a line", limits.lineLength);
  return text + EOL;
}

function transportLines(content: Content, plan: SectionPlan): string {
  const { ufrag, pwd, fingerprints, setup } = plan.security;
  let out = candidateLines(content.transport?.candidates ?? [], plan.own);
  if (content.transport?.gatheringComplete) out += `a=end-of-candidates${EOL}`;
  out += `a=ice-ufrag:${ufrag}${EOL}a=ice-pwd:${pwd}${EOL}`;
  // Map t-3.
  out += `a=ice-options:trickle${plan.renomination ? " renomination" : ""}${EOL}`;
  for (const { hash, value } of fingerprints) out += `a=fingerprint:${hash} ${value}${EOL}`;
  if (isBundleOnly(plan)) out += `a=bundle-only${EOL}`;
  return `${out}a=setup:${setup}${EOL}a=mid:${plan.mid}${EOL}`;
}

/** Map b-1, b-2. */
function bandwidthLines({ bandwidths }: RtpDescription): string {
  let out = "";
  for (const wanted of ["AS", "TIAS"]) {
    const number = decimal(bandwidths.find(({ type }) => type === wanted)?.value ?? "");
    if (number >= 0) out += `b=${wanted}:${number}${EOL}`;
  }
  return out;
}

/** Map x-1 ... x-5, n-6. */
function headerExtensionLines(description: RtpDescription, plan: SectionPlan): string {
  let out = "";
  const seen = new Set<number>();
  for (const extension of description.headerExtensions) {
    const { uri } = extension;
    // COMPAT(Conversations): copies "2/recvonly" into the id.
    const slash = extension.id.indexOf("/");
    const id = decimal(extension.id, 0, slash < 0 ? extension.id.length : slash);
    if (!isExtensionId(id, plan.allowMixed) || seen.has(id) || !isWord(uri)) continue;
    if (plan.isMadeUpMid && uri === SDES_MID) continue;
    if ((plan.shared.headerExtensions.get(id) ?? uri) !== uri || !isOffered(extension, id, plan)) continue;
    seen.add(id);
    plan.shared.headerExtensions.set(id, uri);
    const direction =
      slash < 0 ? sendersToDirection(extension.senders ?? "both", plan.role) : extension.id.slice(slash + 1);
    const place = DIRECTIONS.has(direction) ? `${id}/${direction}` : id;
    out += line(`a=extmap:${place} ${uri}${words(extension.parameters)}`, plan.limits);
  }
  return plan.allowMixed ? `${out}a=extmap-allow-mixed${EOL}` : out;
}

/** sendrecv is what no direction means. */
const DIRECTIONS: ReadonlySet<string> = new Set<Direction>(["sendonly", "recvonly", "inactive"]);

/** Map x-4. RFC 8285: 15 is reserved where ids have four bits, and two-byte headers need allow-mixed. */
function isExtensionId(id: number, allowMixed: boolean): boolean {
  return id >= 1 && id !== 15 && id <= (allowMixed ? 255 : 14);
}

/** 0294-02, 0294-03: an answer has nothing new, and no new ids. */
function isOffered(extension: HeaderExtension, id: number, { offered }: SectionPlan): boolean {
  if (!offered) return true;
  return (
    offered.description?.headerExtensions.some((one) => one.uri === extension.uri && decimal(one.id) === id) ?? false
  );
}

/** Map u-8: of a source, of our or of stanza's element, or made up; only of a party that sends. */
function streamLine(description: RtpDescription, sources: SourcePlan, direction: Direction, plan: SectionPlan): string {
  const msids = plan.own.get("msid") ?? [];
  // What the sources say is the XEP's way, and wins.
  if (msids.length > 0 && (sources.msid === undefined || msids.includes(sources.msid))) {
    return msids.map((msid) => `a=msid:${msid}${EOL}`).join("");
  }
  if (sources.msid !== undefined) return `a=msid:${sources.msid}${EOL}`;
  const stream = description.extra.find((node) => node.is("stream", NS_MSID));
  const id: unknown = stream?.attrs.id;
  const track: unknown = stream?.attrs.track;
  if (typeof id === "string" && isToken(id)) {
    return `a=msid:${id}${typeof track === "string" && isToken(track) ? ` ${track}` : ""}${EOL}`;
  }
  const sends = direction === "sendrecv" || direction === "sendonly";
  return sends ? `a=msid:- ${plan.mid}${EOL}` : "";
}

/** Map l-1. */
function categoryLine({ categories }: RtpDescription, limits: Limits): string {
  const labels = categories.filter(isToken);
  return labels.length > 0 ? line(`a=content:${labels.join(",")}`, limits) : "";
}

function payloadLines(description: RtpDescription, payloads: readonly KeptPayload[], plan: SectionPlan): string {
  const { limits } = plan;
  const mono = plan.own.get("mono")?.[0]?.split(" ") ?? [];
  let out = "";
  for (const { id, payload, codec } of payloads) {
    // Map c-1: Firefox drops opus without its two channels.
    const channels =
      codec.channels > 1 || (description.media === "audio" && mono.includes(String(id))) ? `/${codec.channels}` : "";
    out += `a=rtpmap:${id} ${codec.name}/${codec.clockrate}${channels}${EOL}`;
    out += feedbackLines(String(id), payload.feedback, payload.feedbackInterval?.value, limits);
    const parameters = formatParameters(payload, codec);
    if (parameters !== undefined) out += line(`a=fmtp:${id} ${parameters}`, limits);
  }
  out += feedbackLines("*", description.feedback, description.feedbackInterval?.value, limits);
  return out + packetTimeLines(description, payloads);
}

/** Map f-1 ... f-5. */
function feedbackLines(
  id: string,
  feedback: readonly Feedback[],
  interval: number | undefined,
  limits: Limits,
): string {
  let out = "";
  for (const { type, subtype, parameters } of feedback) {
    if (!isToken(type) || (subtype !== undefined && !isToken(subtype))) continue;
    const kind = subtype === undefined ? type : `${type} ${subtype}`;
    out += line(`a=rtcp-fb:${id} ${kind}${words(parameters)}`, limits);
  }
  return interval === undefined ? out : `${out}a=rtcp-fb:${id} trr-int ${interval}${EOL}`;
}

/** The parameters that follow an attribute's value, each after a blank. */
function words(parameters: readonly { readonly name: string; readonly value?: string | undefined }[]): string {
  let out = "";
  if (parameters.length === 0) return out;
  for (const { name, value } of parameters) {
    if (!isWord(name) || (value !== undefined && !isWord(value))) continue;
    out += value === undefined ? ` ${name}` : ` ${name}=${value}`;
  }
  return out;
}

/** Map c-10, c-11: one line for the section; COMPAT(Movim): says it on the description. */
function packetTimeLines(description: RtpDescription, payloads: readonly KeptPayload[]): string {
  const line = (name: "ptime" | "maxptime") => {
    let least = description[name] ?? Number.POSITIVE_INFINITY;
    for (const { payload } of payloads) least = Math.min(least, payload[name] ?? least);
    return Number.isFinite(least) ? `a=${name}:${least}${EOL}` : "";
  };
  return line("ptime") + line("maxptime");
}

function sourceLines({ groups, sources }: SourcePlan, limits: Limits): string {
  let out = "";
  for (const { semantics, sources: members } of groups)
    out += line(`a=ssrc-group:${semantics} ${members.join(" ")}`, limits);
  for (const { ssrc, parameters } of sources) {
    for (const { name, value } of parameters) out += line(`a=ssrc:${ssrc} ${name}:${value}`, limits);
  }
  return out;
}
