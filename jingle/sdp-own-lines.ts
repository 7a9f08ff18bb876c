// The allow-list of urn:jinglewire:sdp:0: which lines two of us tell each other beside the XEPs' elements, and how each is
// read and written anew. No line that a XEP covers is among them (docs/decisions/private-element.md).
import { formatOtherCandidate } from "./candidate.js";
import { tooMuch } from "./errors.js";
import type { Limits } from "./limits.js";
import { decimal, MSID } from "./sdp-grammar.js";

/**
 * What a section said that no XEP has a place for, collected from a browser's SDP or read from a peer: by name the values
 * of the lines `name:value`; of a line that is but its name the value is "".
 */
export type OwnLines = ReadonlyMap<string, readonly string[]>;

export const NO_OWN_LINES: OwnLines = new Map();

/** RFC 3611 §5.1. */
const RTCP_XR = /^[a-z][a-z-]*(?:=[a-z0-9,:-]+)?(?: [a-z][a-z-]*(?:=[a-z0-9,:-]+)?)*$/;
/** RFC 8851 §10. */
const RID = /^[A-Za-z0-9_-]{1,32} (?:send|recv)(?: [a-z-]+=[A-Za-z0-9,.-]+(?:;[a-z-]+=[A-Za-z0-9,.-]+)*)?$/;
/** RFC 8853 §5.1. */
const SIMULCAST = /^(?:send|recv) [~A-Za-z0-9_,;-]+(?: (?:send|recv) [~A-Za-z0-9_,;-]+)?$/;

/** The allow-list, in the order in which we write: whether a value may stand there. */
const ALLOWED: ReadonlyMap<string, RegExp> = new Map([
  /** Map m-5. */
  ["bundle-only", /^$/],
  /** Of a data section, which has no description that could say it. */
  ["extmap-allow-mixed", /^$/],
  /** Of a data section too: that it has a direction line; which one, the content's senders say. */
  ["direction", /^$/],
  /** Map r-4, r-5. */
  ["rtcp-rsize", /^$/],
  ["rtcp-xr", RTCP_XR],
  /** Map k-2. */
  ["max-message-size", /^\d{1,10}$/],
  /** Map u-8: where the sources do not say them. */
  ["msid", MSID],
  /** Map i-1, i-2. */
  ["rid", RID],
  ["simulcast", SIMULCAST],
  /** Map c-2: payload types whose rtpmap says the one channel that is the default. */
  ["mono", /^[\d ]+$/],
  /** Map t-8, t-14: how the browser wrote the n-th candidate; see candidate.ts. */
  ["spelt", /^[\w -]+$/],
  /** Map t-12, t-13: candidates that ice-udp:1 does not want; each is read and written anew. */
  ["candidate", /^/],
]);

/** @param valuesOf what a section says by that name */
export function collectOwnLines(valuesOf: (name: string) => readonly string[]): OwnLines {
  const own = new Map<string, readonly string[]>();
  for (const name of ALLOWED.keys()) {
    const values = valuesOf(name);
    if (values.length > 0) own.set(name, values);
  }
  return own;
}

/** As lines of the element; undefined when there is nothing to say. */
export function formatOwnLines(own: OwnLines): readonly string[] | undefined {
  const lines: string[] = [];
  for (const [name, values] of own) for (const value of values) lines.push(value === "" ? name : `${name}:${value}`);
  return lines.length > 0 ? lines : undefined;
}

/**
 * Reads a peer's element. What is not on the list, or not as its grammar wants it, is dropped line by line.
 * @throws RemoteError resource-constraint past a limit.
 */
export function readOwnLines(lines: readonly string[] | undefined, limits: Limits): OwnLines {
  if (!lines) return NO_OWN_LINES;
  const most = limits.candidates + limits.parameters;
  if (lines.length > most) throw tooMuch("lines of our own", most);
  const own = new Map<string, string[]>();
  for (const line of lines) {
    if (line.length > limits.lineLength) throw tooMuch("characters in a line", limits.lineLength);
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    if (!ALLOWED.get(name)?.test(colon < 0 ? "" : line.slice(colon + 1))) continue;
    const sound = name === "candidate" ? formatOtherCandidate(line) : line;
    if (sound === undefined) continue;
    const values = own.get(name);
    const value = sound.slice(name.length + 1);
    if (values) values.push(value);
    else own.set(name, [value]);
  }
  return own;
}

/**
 * The rids that a section may have, and the simulcast line where it speaks of those only: browsers refuse others.
 * @param ids the section's payload types; a rid may be bound to some of them.
 */
export function soundSimulcast(own: OwnLines, ids: ReadonlySet<number>): readonly string[] {
  const rids = own.get("rid") ?? [];
  const byId = new Map<string, string>();
  for (const rid of rids) {
    const [id, direction, restrictions = ""] = rid.split(" ");
    const bound = /(?:^|;)pt=([^;]*)/.exec(restrictions)?.[1];
    if (byId.has(id!) || bound?.split(",").some((one) => !ids.has(decimal(one)))) return [];
    byId.set(id!, direction!);
  }
  const lines = rids.map((rid) => `a=rid:${rid}`);
  const simulcast = own.get("simulcast")?.[0];
  if (simulcast === undefined) return lines;
  const [direction, list, otherDirection, otherList] = simulcast.split(" ");
  const isKnown = (way: string, streams: string) =>
    streams.split(/[;,]/).every((stream) => byId.get(stream.replace(/^~/, "")) === way);
  const isSound = isKnown(direction!, list!) && (!otherDirection || isKnown(otherDirection, otherList!));
  return isSound && direction !== otherDirection ? [...lines, `a=simulcast:${simulcast}`] : [];
}
