// The allow-list of urn:jinglewire:sdp:0: which lines two of us tell each other beside the XEPs' elements, and how each is
// read and written anew. No line that a XEP covers is among them (docs/decisions/private-element.md).
import { formatOtherCandidate, PLAIN } from "./candidate.js";
import { RemoteError } from "./errors.js";
import type { Limits } from "./limits.js";
import { decimal, isMsid } from "./sdp-grammar.js";

/** What a section said that no XEP has a place for: collected from a browser's SDP, or read from a peer. */
export interface OwnLines {
  /** Map m-5. */
  readonly bundleOnly: boolean;
  /** Of a data section, which has no description that could say it. */
  readonly allowMixed: boolean;
  /** Of a data section too: that it has a direction line; which one, the content's senders say. */
  readonly hasDirection: boolean;
  /** Map r-4. */
  readonly rtcpRsize: boolean;
  /** Map r-5: the value of a=rtcp-xr. */
  readonly rtcpXr: string | undefined;
  /** Map k-2. */
  readonly maxMessageSize: number | undefined;
  /** Map u-8: the values of a=msid, where the sources do not say them. */
  readonly msids: readonly string[];
  /** Map i-1, i-2: the values of a=rid and a=simulcast. */
  readonly rids: readonly string[];
  readonly simulcast: string | undefined;
  /** Map c-2: payload types whose rtpmap says the one channel that is the default. */
  readonly mono: readonly number[];
  /** Map t-8, t-14: how the browser wrote the n-th candidate; see candidate.ts. */
  readonly spellings: readonly string[];
  /** Map t-12, t-13: candidates that ice-udp:1 does not want. */
  readonly candidates: readonly string[];
}

export const NO_OWN_LINES: OwnLines = {
  bundleOnly: false,
  allowMixed: false,
  hasDirection: false,
  rtcpRsize: false,
  rtcpXr: undefined,
  maxMessageSize: undefined,
  msids: [],
  rids: [],
  simulcast: undefined,
  mono: [],
  spellings: [],
  candidates: [],
};

/** As lines of the element; undefined when there is nothing to say. */
export function formatOwnLines(own: OwnLines): readonly string[] | undefined {
  const lines: string[] = [];
  if (own.bundleOnly) lines.push("bundle-only");
  if (own.allowMixed) lines.push("extmap-allow-mixed");
  if (own.hasDirection) lines.push("direction");
  if (own.rtcpRsize) lines.push("rtcp-rsize");
  if (own.rtcpXr !== undefined) lines.push(`rtcp-xr:${own.rtcpXr}`);
  if (own.maxMessageSize !== undefined) lines.push(`max-message-size:${own.maxMessageSize}`);
  for (const msid of own.msids) lines.push(`msid:${msid}`);
  for (const rid of own.rids) lines.push(`rid:${rid}`);
  if (own.simulcast !== undefined) lines.push(`simulcast:${own.simulcast}`);
  if (own.mono.length > 0) lines.push(`mono:${own.mono.join(" ")}`);
  if (own.spellings.some((spelling) => spelling !== PLAIN)) lines.push(`spelt:${own.spellings.join(" ")}`);
  for (const candidate of own.candidates) lines.push(candidate);
  return lines.length > 0 ? lines : undefined;
}

/**
 * Reads a peer's element. What is not on the list, or not as its grammar wants it, is dropped line by line.
 * @throws RemoteError resource-constraint past a limit.
 */
export function readOwnLines(lines: readonly string[] | undefined, limits: Limits): OwnLines {
  if (!lines) return NO_OWN_LINES;
  if (lines.length > limits.candidates + limits.parameters) {
    throw new RemoteError("resource-constraint", undefined, "more lines of our own than a section may have");
  }
  const own: Open = { ...NO_OWN_LINES, msids: [], rids: [], mono: [], spellings: [], candidates: [] };
  for (const line of lines) {
    if (line.length > limits.lineLength) {
      throw new RemoteError("resource-constraint", undefined, `a line of more than ${limits.lineLength} characters`);
    }
    const colon = line.indexOf(":");
    if (colon < 0) readLine(own, line, "", line);
    else readLine(own, line.slice(0, colon), line.slice(colon + 1), line);
  }
  return own;
}

type Open = {
  -readonly [K in keyof OwnLines]: OwnLines[K] extends readonly (infer T)[] ? T[] : OwnLines[K];
};

/** The allow-list. */
function readLine(own: Open, name: string, value: string, line: string): void {
  switch (name) {
    case "bundle-only":
      own.bundleOnly = true;
      return;
    case "extmap-allow-mixed":
      own.allowMixed = true;
      return;
    case "direction":
      own.hasDirection = true;
      return;
    case "rtcp-rsize":
      own.rtcpRsize = true;
      return;
    case "rtcp-xr":
      if (RTCP_XR.test(value)) own.rtcpXr = value;
      return;
    case "max-message-size":
      if (decimal(value) >= 0) own.maxMessageSize = decimal(value);
      return;
    case "msid":
      if (isMsid(value)) own.msids.push(value);
      return;
    case "rid":
      if (RID.test(value)) own.rids.push(value);
      return;
    case "simulcast":
      if (SIMULCAST.test(value)) own.simulcast = value;
      return;
    case "mono":
      own.mono = value.split(" ").map((id) => decimal(id));
      return;
    case "spelt":
      own.spellings = value.split(" ");
      return;
    case "candidate": {
      const candidate = formatOtherCandidate(line);
      if (candidate !== undefined) own.candidates.push(candidate);
    }
  }
}

/** RFC 3611 §5.1. */
const RTCP_XR = /^[a-z][a-z-]*(?:=[a-z0-9,:-]+)?(?: [a-z][a-z-]*(?:=[a-z0-9,:-]+)?)*$/;
/** RFC 8851 §10. */
const RID = /^[A-Za-z0-9_-]{1,32} (?:send|recv)(?: [a-z-]+=[A-Za-z0-9,.-]+(?:;[a-z-]+=[A-Za-z0-9,.-]+)*)?$/;
/** RFC 8853 §5.1. */
const SIMULCAST = /^(?:send|recv) [~A-Za-z0-9_,;-]+(?: (?:send|recv) [~A-Za-z0-9_,;-]+)?$/;

/**
 * The rids that a section may have, and the simulcast line where it speaks of those only: browsers refuse others.
 * @param ids the section's payload types; a rid may be bound to some of them.
 */
export function soundSimulcast(own: OwnLines, ids: ReadonlySet<number>): readonly string[] {
  const byId = new Map<string, string>();
  for (const rid of own.rids) {
    const [id, direction, restrictions = ""] = rid.split(" ");
    const bound = restrictions.split(";").find((one) => one.startsWith("pt="));
    const isBound =
      bound === undefined ||
      bound
        .slice(3)
        .split(",")
        .every((one) => ids.has(decimal(one)));
    if (isBound && !byId.has(id!)) byId.set(id!, direction!);
    else return [];
  }
  const lines = own.rids.map((rid) => `a=rid:${rid}`);
  if (own.simulcast === undefined) return lines;
  const [direction, list, otherDirection, otherList] = own.simulcast.split(" ");
  const isKnown = (way: string, streams: string) =>
    streams.split(/[;,]/).every((stream) => byId.get(stream.replace(/^~/, "")) === way);
  const isSound = isKnown(direction!, list!) && (!otherDirection || isKnown(otherDirection, otherList!));
  return isSound && direction !== otherDirection ? [...lines, `a=simulcast:${own.simulcast}`] : [];
}
