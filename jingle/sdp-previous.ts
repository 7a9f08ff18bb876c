// Map t-19, a-3 ... a-6: a later SDP of a party is its last one with some sections changed; the others keep their text
import { directionToSenders } from "./roles.js";
import type { MidGroup } from "./sdp-groups.js";
import type { Role, Senders } from "./xep/0166-words.js";
import type { RtpDescription } from "./xep/0167.js";
import type { Setup } from "./xep/0320.js";

/** An SDP cut at its m-lines. */
export interface PreviousSdp {
  /** The session id of the o= line (map s-2). */
  readonly id: string;
  readonly version: number;
  readonly groups: readonly MidGroup[];
  readonly sections: readonly PreviousSection[];
}

export interface PreviousSection {
  readonly mid: string;
  readonly media: string;
  /** False for port 0 without bundle-only. */
  readonly live: boolean;
  /** Its lines without their ends. */
  readonly lines: readonly string[];
}

/** What a later action changes of a section; what is left out stays. */
export interface SectionChanges {
  /** When they are those of a new ICE generation, the old candidates go (map t-19). */
  readonly credentials?: { readonly ufrag: string; readonly pwd: string } | undefined;
  readonly direction?: string | undefined;
  readonly setup?: Setup | undefined;
  /** Whole lines to add, each ended. */
  readonly candidates?: string | undefined;
  /** The description that this one answers: what it does not have is left out. */
  readonly offered?: RtpDescription | undefined;
}

/** What the session level says for every section that does not say it (map section 0). */
const INHERITED = ["a=fingerprint:", "a=setup:", "a=ice-ufrag:", "a=ice-pwd:", "a=ice-options:"];

/** Cuts an SDP that we wrote, or that a browser of ours wrote. */
export function splitSdp(text: string): PreviousSdp {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const starts = lines.flatMap((line, index) => (line.startsWith("m=") ? [index] : []));
  const head = lines.slice(0, starts[0] ?? lines.length);
  const [, id = "0", version = "0"] = (lineValue(head, "o=") ?? "").split(" ");
  return {
    id: /^\d{1,19}$/.test(id) ? id : "0",
    version: /^\d{1,15}$/.test(version) ? Number(version) : 0,
    groups: head.filter((line) => line.startsWith("a=group:")).map(readGroup),
    sections: starts.map((start, index) => readSection(lines.slice(start, starts[index + 1]), head, index)),
  };
}

function readGroup(line: string): MidGroup {
  const [semantics, ...mids] = line.slice("a=group:".length).split(" ");
  return { semantics: semantics!, mids };
}

function readSection(own: readonly string[], head: readonly string[], index: number): PreviousSection {
  const [media, port] = own[0]!.slice(2).split(" ");
  const missing = INHERITED.filter((prefix) => lineValue(own, prefix) === undefined);
  const inherited = head.filter((line) => missing.some((prefix) => line.startsWith(prefix)));
  return {
    mid: lineValue(own, "a=mid:") ?? String(index),
    media: media!,
    live: port !== "0" || own.includes("a=bundle-only"),
    lines: [...own, ...inherited],
  };
}

/** The party's DTLS role as its last SDP has it. */
export function setupOf({ lines }: PreviousSection): string | undefined {
  return lineValue(lines, "a=setup:");
}

export function sendersOf({ lines }: PreviousSection, role: Role): Senders {
  return directionToSenders(lines.find((line) => DIRECTION.test(line))?.slice("a=".length) ?? "sendrecv", role);
}

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

function lineValue(lines: readonly string[], prefix: string): string | undefined {
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

/** The section's text, each line ended. */
export function writePrevious(section: PreviousSection, changes: SectionChanges): string {
  const { direction, setup } = changes;
  const isRestart = changes.credentials && changes.credentials.ufrag !== lineValue(section.lines, "a=ice-ufrag:");
  const credentials = isRestart ? changes.credentials : undefined;
  const lines = changes.offered ? within(section.lines, changes.offered) : section.lines;
  let out = "";
  for (const line of lines) {
    if (credentials && (line.startsWith("a=candidate:") || line === "a=end-of-candidates")) continue;
    out += `${changed(line, credentials, direction, setup)}\r\n`;
  }
  return out + (changes.candidates ?? "");
}

function changed(
  line: string,
  credentials: SectionChanges["credentials"],
  direction: string | undefined,
  setup: Setup | undefined,
): string {
  if (credentials && line.startsWith("a=ice-ufrag:")) return `a=ice-ufrag:${credentials.ufrag}`;
  if (credentials && line.startsWith("a=ice-pwd:")) return `a=ice-pwd:${credentials.pwd}`;
  if (setup && line.startsWith("a=setup:")) return `a=setup:${setup}`;
  if (direction && DIRECTION.test(line)) return `a=${direction}`;
  return line;
}

/** RFC 3264 §6, RFC 8285 §6: an answer has no codec and no header extension that was not offered; Firefox refuses it. */
function within(lines: readonly string[], { payloads, headerExtensions }: RtpDescription): readonly string[] {
  const ids = new Set(payloads.map(({ id }) => String(id)));
  const uris = new Set(headerExtensions.map(({ uri }) => uri));
  const [media, ...others] = lines;
  const [kind, port, profile, ...formats] = media!.split(" ");
  const kept = others.filter((line) => {
    const [, id] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line) ?? [];
    const [, uri] = /^a=extmap:\S+ (\S+)/.exec(line) ?? [];
    return (id === undefined || ids.has(id)) && (uri === undefined || uris.has(uri));
  });
  return [[kind, port, profile, ...formats.filter((id) => ids.has(id))].join(" "), ...kept];
}
