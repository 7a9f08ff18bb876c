// RFC 8866, RFC 9429: SDP text -> contents in Jingle's words, in one pass over its lines (map sections 0 to 8)
import { LocalError } from "./errors.js";
import type { Limits } from "./limits.js";
import { directionToSenders } from "./roles.js";
import { decimal } from "./sdp-grammar.js";
import { Level, NOTHING, newPayload, type OpenPayload, tooMuch } from "./sdp-level.js";
import type { OwnLines } from "./sdp-own-lines.js";
import type { Content, Role } from "./xep/0166.js";
import type { Group } from "./xep/0338.js";

/** One m-line. Names of contents and groups are still mids, and every creator is the party whose SDP this is. */
export interface Section {
  readonly mid: string;
  readonly media: string;
  /** False for port 0 without bundle-only: rejected or stopped (map m-4, m-6, a-6). */
  readonly live: boolean;
  readonly content: Content;
  /** The value of the first a=msid line (map u-8). */
  readonly msid: string | undefined;
  /** What no XEP has a place for. */
  readonly own: OwnLines;
}

export interface SdpContents {
  readonly sections: readonly Section[];
  /** With mids in place of names. */
  readonly groups: readonly Group[];
}

/**
 * Reads a browser's SDP. Lines that no XEP covers are skipped.
 * @param role the session role of the party whose SDP this is: it decides what sendonly means (map d-2 ... d-4).
 * @throws LocalError when it is no SDP, or passes a limit.
 */
export function readSdp(text: string, role: Role, limits: Limits): SdpContents {
  if (text.length > limits.sdpBytes) throw tooMuch("characters", limits.sdpBytes);
  if (NOT_XML.test(text)) throw new LocalError("the SDP has characters that XML cannot carry");
  const reader = new Reader(role, limits);
  // Lines end in CRLF; LF alone is read as well.
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline;
    const end = next > at && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
    if (end - at > limits.lineLength) throw tooMuch("characters in a line", limits.lineLength);
    reader.line(text, at, end);
    at = next + 1;
  }
  return reader.finish();
}

export interface Credentials {
  readonly mid: string;
  readonly ufrag: string | undefined;
  readonly pwd: string | undefined;
}

/** The ICE credentials of each m-line, in order, without reading the rest. */
export function readCredentials(text: string): readonly Credentials[] {
  const [head = "", ...sections] = `\n${text}`.split("\nm=");
  return sections.map((section, index) => {
    const one = (name: string) => lineOf(section, name) ?? lineOf(head, name);
    return { mid: lineOf(section, "mid") ?? String(index), ufrag: one("ice-ufrag"), pwd: one("ice-pwd") };
  });
}

function lineOf(lines: string, name: string): string | undefined {
  return lines.split(`\na=${name}:`, 2)[1]?.split(/\r?\n/, 1)[0];
}

/** XML 1.0 §2.2: control characters but tab, CR and LF, halves of surrogate pairs, and two more. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/u;

/** Reads the value of an attribute where it stands in the text: it is cut only where it is kept. */
type Read = (reader: Reader, text: string, at: number, end: number) => void;

/** What is about payload types, sources and extensions; every other attribute is kept as it is, by its name. */
const READ: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["extmap", readHeaderExtension],
  ["fmtp", readParameters],
  ["group", readGroup],
  ["rtcp-fb", readFeedback],
  ["rtpmap", readRtpmap],
  ["ssrc", readSource],
  ["ssrc-group", readSourceGroup],
]);

class Reader {
  readonly role: Role;
  readonly limits: Limits;
  readonly session: Level;
  readonly sections: Section[] = [];
  readonly groups: Group[] = [];
  level: Level;

  constructor(role: Role, limits: Limits) {
    this.role = role;
    this.limits = limits;
    this.session = new Level("", 0, limits);
    this.level = this.session;
  }

  line(text: string, at: number, end: number): void {
    if (text.charCodeAt(at + 1) !== EQUALS) return;
    switch (text[at]) {
      case "a": {
        const colon = find(text, COLON, at + 2, end);
        const name = text.slice(at + 2, colon);
        const read = READ.get(name);
        if (read) read(this, text, colon + 1, end);
        else this.level.say(name, text.slice(colon + 1, end));
        return;
      }
      case "b":
        this.#bandwidth(text.slice(at + 2, end));
        return;
      case "m":
        this.#close();
        this.#open(text.slice(at + 2, end));
    }
  }

  finish(): SdpContents {
    this.#close();
    if (this.sections.length === 0) throw new LocalError("the SDP has no m-line");
    return { sections: this.sections, groups: this.groups };
  }

  payload(text: string, at: number, end: number): OpenPayload | undefined {
    return this.level.payloads.get(decimal(text, at, end));
  }

  add<T>(list: T[], one: T, limit: keyof Limits): void {
    if (list.length >= this.limits[limit]) throw tooMuch(limit, this.limits[limit]);
    list.push(one);
  }

  #open(value: string): void {
    const { contents, payloads } = this.limits;
    if (this.sections.length >= contents) throw tooMuch("m-lines", contents);
    const [media, port, protocol, ...formats] = value.split(" ");
    const number = decimal(port ?? "");
    if (!media || number < 0 || !protocol) throw new LocalError(`not an m-line: ${value}`);
    const level = new Level(media, number, this.limits, this.session);
    this.level = level;
    if (protocol.includes("SCTP")) {
      // Map k-3: the old form has the port in place of the format.
      level.say("sctp-port", formats[0] ?? "");
      return;
    }
    if (formats.length > payloads) throw tooMuch("payloads", payloads);
    for (const format of formats) {
      const id = decimal(format);
      if (id >= 0 && id <= 127 && !level.payloads.has(id)) level.payloads.set(id, newPayload(id));
    }
  }

  #close(): void {
    const { level } = this;
    if (level === this.session) return;
    const { expandedFeedback } = this.limits;
    if (level.feedback.length * level.payloads.size > expandedFeedback) throw tooMuch("feedback", expandedFeedback);
    const mid = level.one("mid") ?? String(this.sections.length);
    const content = level.close(mid, this.role);
    this.sections.push({
      mid,
      media: level.media,
      live: level.isLive,
      content,
      msid: level.all("msid")[0],
      own: level.own(),
    });
  }

  #bandwidth(value: string): void {
    const [type = "", number = ""] = value.split(":");
    if ((type !== "AS" && type !== "TIAS") || decimal(number) < 0) return;
    this.add(this.level.bandwidths, { type, value: String(decimal(number)) }, "parameters");
  }
}

function readRtpmap(reader: Reader, text: string, at: number, end: number): void {
  const blank = find(text, BLANK, at, end);
  const payload = reader.payload(text, at, blank);
  if (!payload || payload.name !== undefined) return;
  const slash = find(text, SLASH, blank, end);
  const second = find(text, SLASH, slash + 1, end);
  payload.name = text.slice(blank + 1, slash);
  const clockrate = decimal(text, slash + 1, second);
  if (clockrate > 0 && clockrate <= 0xffffffff) payload.clockrate = clockrate;
  // Map c-2: Firefox writes /1, which is the default.
  const channels = decimal(text, second + 1, end);
  if (channels > 1 && channels <= 255) payload.channels = channels;
  if (channels === 1) reader.level.mono.push(payload.id);
}

/** Map c-5: split at ";" and at the first "=" only. */
function readParameters(reader: Reader, text: string, at: number, end: number): void {
  const blank = find(text, BLANK, at, end);
  // Map c-15: for an id that is not in the m-line it means nothing.
  const payload = reader.payload(text, at, blank);
  if (!payload) return;
  for (let from = blank + 1; from < end; ) {
    const semicolon = find(text, SEMICOLON, from, end);
    const one = text.slice(from, semicolon).trim();
    from = semicolon + 1;
    if (one === "") continue;
    const equals = one.indexOf("=");
    const parameter =
      equals < 0 ? { name: "", value: one } : { name: one.slice(0, equals), value: one.slice(equals + 1) };
    reader.add(payload.parameters, parameter, "parameters");
  }
}

/** Map f-1 ... f-5. */
function readFeedback(reader: Reader, text: string, at: number, end: number): void {
  const blank = find(text, BLANK, at, end);
  const payload = reader.payload(text, at, blank);
  if ((!payload && text.charCodeAt(at) !== ASTERISK) || blank + 1 >= end) return;
  const target = payload ?? reader.level;
  const second = find(text, BLANK, blank + 1, end);
  const type = text.slice(blank + 1, second);
  if (type === "trr-int") {
    const value = decimal(text, second + 1, end);
    if (value >= 0) target.feedbackInterval = { value };
    return;
  }
  const [subtype, ...more] = second < end ? text.slice(second + 1, end).split(" ") : NOTHING;
  const parameters = more.length === 0 ? NOTHING : more.map((name) => ({ name }));
  reader.add(target.feedback, { type, subtype, parameters }, "parameters");
}

/** Map x-1 ... x-3. */
function readHeaderExtension(reader: Reader, text: string, at: number, end: number): void {
  const blank = find(text, BLANK, at, end);
  const slash = find(text, SLASH, at, blank);
  const second = find(text, BLANK, blank + 1, end);
  const senders = slash < blank ? directionToSenders(text.slice(slash + 1, blank), reader.role) : "both";
  const uri = text.slice(blank + 1, second);
  const id = text.slice(at, slash);
  if (uri === "" || !isExtensionId(decimal(id))) return;
  const extension = {
    id,
    uri,
    senders: senders === "both" ? undefined : senders,
    parameters:
      second < end
        ? text
            .slice(second + 1, end)
            .split(" ")
            .map(nameAndValue)
        : NOTHING,
  };
  reader.add(reader.level.headerExtensions, extension, "headerExtensions");
}

/** Map u-1 ... u-3: an attribute without a value is dropped. */
function readSource(reader: Reader, text: string, at: number, end: number): void {
  const blank = find(text, BLANK, at, end);
  const colon = find(text, COLON, blank, end);
  const ssrc = decimal(text, at, blank);
  if (colon + 1 >= end || !isSsrc(ssrc)) return;
  const { sources } = reader.level;
  const parameters = sources.get(ssrc) ?? [];
  const parameter = { name: text.slice(blank + 1, colon), value: text.slice(colon + 1, end) };
  reader.add(parameters, parameter, "parameters");
  sources.set(ssrc, parameters);
  if (sources.size > reader.limits.sources) throw tooMuch("sources", reader.limits.sources);
}

function readSourceGroup(reader: Reader, text: string, at: number, end: number): void {
  const [semantics = "", ...sources] = text.slice(at, end).split(" ");
  const isSound = sources.length > 0 && sources.every((ssrc) => isSsrc(decimal(ssrc)));
  // The schema wants an NMTOKEN, and all that are known are one.
  if (isSound && /^[\w.-]+$/.test(semantics)) reader.add(reader.level.sourceGroups, { semantics, sources }, "sources");
}

/** Map s-4, s-5: others than BUNDLE and LS mean nothing to the browsers that would read them. */
function readGroup(reader: Reader, text: string, at: number, end: number): void {
  const [semantics, ...names] = text.slice(at, end).split(" ");
  if (semantics === "BUNDLE" || semantics === "LS") reader.add(reader.groups, { semantics, names }, "contents");
}

/** Map u-1. */
function isSsrc(number: number): boolean {
  return number >= 1 && number <= 0xffffffff;
}

/** RFC 8285 §7: an offer may have ids that no packet can carry. */
function isExtensionId(id: number): boolean {
  return id >= 1 && id <= 0xffff;
}

const BLANK = 0x20;
const ASTERISK = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** Where the character is between two places, or the second of them: it never looks past the line. */
function find(text: string, code: number, from: number, end: number): number {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) === code) return at;
  return end;
}

function nameAndValue(text: string): { name: string; value?: string } {
  const equals = text.indexOf("=");
  return equals < 1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}
