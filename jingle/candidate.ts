// RFC 8839 §5.1, XEP-0176 §5.3: `candidate:F C P PRIO IP PORT typ T ...` <-> fields (map t-7 ... t-15)
import { decimal, isAddress, isFoundation } from "./sdp-grammar.js";
import type { Candidate } from "./xep/0176.js";

const TYPES = ["host", "prflx", "relay", "srflx"];
const TCP_TYPES = ["active", "passive", "so"];

/** A candidate as the browser wrote it, and the ufrag that Chromium puts into the string of its event. */
export interface ParsedCandidate {
  readonly candidate: Candidate;
  readonly ufrag: string | undefined;
  /** What the fields do not say: see `spellingOf`. */
  readonly spelling: string;
}

/** The spelling of a candidate whose fields say all of it. */
export const PLAIN = "-";

/**
 * Reads the value of an `a=candidate` line or of RTCIceCandidate.candidate, with or without `a=`. Undefined when it is
 * not one, or of a kind that Jingle cannot name.
 * @param scope makes the id unique in the session: the content and its ICE generation.
 */
export function parseCandidate(text: string, scope: string): ParsedCandidate | undefined {
  const words = candidateValue(text).split(" ");
  const [foundation, component, protocol, priority, ip, port, typ, type] = words;
  if (typ !== "typ" || type === undefined || !TYPES.includes(type)) return undefined;
  const relPort = decimal(after(words, "rport") ?? "");
  const candidate: Candidate = {
    component: decimal(component!),
    foundation: foundation!,
    // Map t-8: Firefox writes none; Dino and Monal want one.
    generation: Math.max(0, decimal(after(words, "generation") ?? "0")),
    id: candidateId(`${foundation} ${component} ${protocol} ${ip} ${port} ${type} ${scope}`),
    ip: ip!,
    port: decimal(port!),
    priority: decimal(priority!),
    // Map t-8: Firefox writes UDP.
    protocol: protocol!.toLowerCase(),
    type,
    relAddr: after(words, "raddr"),
    relPort: relPort < 0 ? undefined : relPort,
    tcptype: after(words, "tcptype"),
  };
  if (!isSound(candidate)) return undefined;
  return { candidate, ufrag: after(words, "ufrag"), spelling: spellingOf(protocol !== candidate.protocol, words) };
}

/** The value of a pair behind the eight fields that every candidate has. */
function after(words: readonly string[], name: string): string | undefined {
  for (let i = 8; i + 1 < words.length; i += 2) if (words[i] === name) return words[i + 1];
  return undefined;
}

/**
 * What reading normalises, in few characters: `U` an upper-case protocol, `g` no generation, `n1` a network-id, `c10` a
 * network-cost (map t-8, t-14).
 */
function spellingOf(isUpperCase: boolean, words: readonly string[]): string {
  let spelling = isUpperCase ? "U" : "";
  if (after(words, "generation") === undefined) spelling += "g";
  const network = after(words, "network-id");
  const cost = after(words, "network-cost");
  if (network !== undefined) spelling += `n${network}`;
  if (cost !== undefined) spelling += `c${cost}`;
  return spelling === "" ? PLAIN : spelling;
}

/** What stands behind the name of the line. */
export function candidateValue(text: string): string {
  return text.replace(/^(?:a=)?candidate:/, "");
}

/** The spellings of all, unless none says anything. */
export function joinSpellings(all: readonly ParsedCandidate[]): readonly string[] {
  const spellings = all.map(({ spelling }) => spelling);
  return spellings.some((one) => one !== PLAIN) ? [spellings.join(" ")] : [];
}

const SPELLING = /^(U?)(g?)(?:n(\d{1,10}))?(?:c(\d{1,10}))?$/;

/**
 * The line value (without `a=`), or undefined for a candidate that no browser should see: a field that is not what its
 * grammar asks, tcp without tcptype (map t-12), component 2 (map t-13).
 * @param ufrag written into it where given; browsers use it to tell generations apart (map t-15).
 * @param spelling as the browser wrote it that made the candidate; one that makes no sense is as none.
 */
export function formatCandidate(candidate: Candidate, ufrag?: string, spelling = PLAIN): string | undefined {
  return isSound(candidate) && candidate.component === 1 ? format(candidate, ufrag, spelling) : undefined;
}

/** All that are sound, and those that only another Jinglewire sends; their ufrag may stand in each. */
export function formatCandidates(
  candidates: readonly Candidate[],
  own: ReadonlyMap<string, readonly string[]>,
  ufrag?: string,
): string[] {
  const values: string[] = [];
  const spellings = own.get("spelt")?.[0]?.split(" ") ?? [];
  for (const [index, candidate] of candidates.entries()) {
    const value = formatCandidate(candidate, ufrag, spellings[index]);
    if (value !== undefined) values.push(value);
  }
  const end = ufrag === undefined ? "" : ` ufrag ${ufrag}`;
  for (const value of own.get("candidate") ?? []) values.push(`candidate:${value}${end}`);
  return values;
}

/** A candidate that ice-udp:1 has no place for (map t-12, t-13), read and written anew; undefined for any other. */
export function formatOtherCandidate(text: string): string | undefined {
  const parsed = parseCandidate(text, "");
  if (!parsed || isWelcomeCandidate(parsed.candidate)) return undefined;
  return format(parsed.candidate, undefined, parsed.spelling);
}

/** Map t-12, t-13: ice-udp:1 knows udp only, and with rtcp-mux there is no second component. */
export function isWelcomeCandidate({ component, protocol }: Candidate): boolean {
  return component === 1 && protocol === "udp";
}

function format(candidate: Candidate, ufrag: string | undefined, spelling: string): string {
  const { foundation, component, priority, ip, port, type, relAddr, relPort, tcptype, generation } = candidate;
  const protocol = candidate.protocol.toLowerCase();
  const [, upper, without, network, cost] = (spelling !== PLAIN && SPELLING.exec(spelling)) || AS_IT_IS;
  let line = `candidate:${foundation} ${component} ${upper ? protocol.toUpperCase() : protocol}`;
  line += ` ${priority} ${ip} ${port} typ ${type}`;
  if (relAddr !== undefined && relPort !== undefined && isAddress(relAddr))
    line += ` raddr ${relAddr} rport ${relPort}`;
  if (tcptype !== undefined && protocol === "tcp") line += ` tcptype ${tcptype}`;
  if (!without || generation !== 0) line += ` generation ${generation}`;
  if (ufrag !== undefined) line += ` ufrag ${ufrag}`;
  if (network) line += ` network-id ${network}`;
  return cost ? `${line} network-cost ${cost}` : line;
}

const AS_IT_IS: readonly (string | undefined)[] = [];

function isSound({
  component,
  foundation,
  generation,
  ip,
  port,
  priority,
  protocol,
  type,
  tcptype,
}: Candidate): boolean {
  return (
    isFoundation(foundation) &&
    isAddress(ip) &&
    inRange(component, 1, 255) &&
    inRange(generation, 0, 255) &&
    inRange(port, 0, 65535) &&
    inRange(priority, 1, 2 ** 32 - 1) &&
    TYPES.includes(type) &&
    isProtocol(protocol, tcptype)
  );
}

function isProtocol(protocol: string, tcptype: string | undefined): boolean {
  const lower = protocol.toLowerCase();
  if (lower === "udp") return true;
  // Without tcptype nobody knows who is to connect (RFC 6544 §4.5).
  return lower === "tcp" && tcptype !== undefined && TCP_TYPES.includes(tcptype);
}

function inRange(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** 0176-08: an NCName, unique in the session. The same candidate has the same id each time that it is sent. */
function candidateId(text: string): string {
  return `c${fnv1a(text, 0x811c9dc5).toString(36)}${fnv1a(text, 0x01000193).toString(36)}`;
}

/** FNV-1a, 32 bits: spreads well, and needs no dice. */
export function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
