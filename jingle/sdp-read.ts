// RFC 8866, RFC 9429: SDP text -> contents in Jingle's words, in one pass over its lines (map sections 0 to 8)
import { LocalError } from "./errors.js";
import { type Limits, NO_LIMITS } from "./limits.js";
import { directionToSenders } from "./roles.js";
import { decimal } from "./sdp-grammar.js";
import { Level, NOTHING, newPayload } from "./sdp-level.js";
import type { OwnLines } from "./sdp-own-lines.js";
import type { Content, Role, Senders } from "./xep/0166.js";
import { SETUPS } from "./xep/0320.js";
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
  forEachLine(text, (at, end) => {
    if (end - at > limits.lineLength) throw tooMuch("characters in a line", limits.lineLength);
    reader.line(text, at, end);
  });
  return reader.finish();
}

/** Reads an SDP that we wrote, within limits: there is nothing to check any more. */
export function readOwnSdp(text: string, role: Role): SdpContents {
  const reader = new Reader(role, NO_LIMITS);
  forEachLine(text, (at, end) => reader.line(text, at, end));
  return reader.finish();
}

export interface Credentials {
  readonly mid: string;
  readonly ufrag: string;
  readonly pwd: string;
}

/** The ICE credentials of each m-line, in order, without reading the rest. */
export function readCredentials(text: string): readonly Credentials[] {
  const all: { mid: string; ufrag: string; pwd: string }[] = [];
  const session = { mid: "", ufrag: "", pwd: "" };
  let current = session;
  forEachLine(text, (at, end) => {
    if (text.startsWith("m=", at)) {
      current = { ...session, mid: String(all.length) };
      all.push(current);
    } else if (text.startsWith("a=mid:", at)) current.mid = text.slice(at + 6, end);
    else if (text.startsWith("a=ice-ufrag:", at)) current.ufrag = text.slice(at + 12, end);
    else if (text.startsWith("a=ice-pwd:", at)) current.pwd = text.slice(at + 10, end);
  });
  return all;
}

/** XML 1.0 §2.2: control characters but tab, CR and LF, halves of surrogate pairs, and two more. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/u;

/** Lines end in CRLF; LF alone is read as well. */
function forEachLine(text: string, visit: (at: number, end: number) => void): void {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline;
    visit(at, next > at && text.charCodeAt(next - 1) === 13 ? next - 1 : next);
    at = next + 1;
  }
}

function tooMuch(what: string, limit: number): LocalError {
  return new LocalError(`the SDP has more than ${limit} ${what}`);
}

class Reader {
  readonly #role: Role;
  readonly #limits: Limits;
  readonly #session = new Level("", 0);
  readonly #sections: Section[] = [];
  readonly #groups: Group[] = [];
  #level: Level = this.#session;

  constructor(role: Role, limits: Limits) {
    this.#role = role;
    this.#limits = limits;
  }

  line(text: string, at: number, end: number): void {
    if (text.charCodeAt(at + 1) !== 0x3d) return;
    switch (text[at]) {
      case "a":
        this.#attribute(text, at + 2, end);
        return;
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
    if (this.#sections.length === 0) throw new LocalError("the SDP has no m-line");
    return { sections: this.#sections, groups: this.#groups };
  }

  #open(value: string): void {
    if (this.#sections.length >= this.#limits.contents) throw tooMuch("m-lines", this.#limits.contents);
    const [media, port, protocol, ...formats] = value.split(" ");
    const number = decimal(port ?? "");
    if (!media || number < 0 || !protocol) throw new LocalError(`not an m-line: ${value}`);
    const level = new Level(media, number);
    this.#level = level;
    if (protocol.includes("SCTP")) {
      // Map k-3: the old form has the port in place of the format.
      const old = decimal(formats[0] ?? "");
      if (old >= 0) level.sctpPort = old;
      return;
    }
    if (formats.length > this.#limits.payloads) throw tooMuch("payload types", this.#limits.payloads);
    for (const format of formats) {
      const id = decimal(format);
      if (id >= 0 && id <= 127 && !level.payloads.has(id)) level.payloads.set(id, newPayload(id));
    }
  }

  #close(): void {
    const level = this.#level;
    if (level === this.#session) return;
    const { expandedFeedback } = this.#limits;
    if (level.feedback.length * level.payloads.size > expandedFeedback) throw tooMuch("feedback", expandedFeedback);
    const mid = level.mid ?? String(this.#sections.length);
    const content = level.close(this.#session, mid, this.#role);
    const live = level.port !== 0 || level.bundleOnly;
    this.#sections.push({
      mid,
      media: level.media,
      live,
      content,
      msid: level.msids[0],
      own: level.own(this.#session),
    });
  }

  /** By first letter, then by name: text is compared where it stands, and cut only where it is kept. */
  #attribute(text: string, at: number, end: number): void {
    const level = this.#level;
    switch (text[at]) {
      case "b":
        if (text.startsWith("bundle-only", at)) level.bundleOnly = true;
        return;
      case "c":
        if (text.startsWith("candidate:", at)) {
          add(level.candidates, text.slice(at, end), this.#limits.candidates, "candidates");
        } else if (text.startsWith("content:", at)) {
          for (const word of text.slice(at + 8, end).split(","))
            add(level.categories, word, this.#limits.parameters, "labels");
        }
        return;
      case "e":
        if (text.startsWith("extmap:", at)) this.#headerExtension(text, at + 7, end);
        else if (text.startsWith("extmap-allow-mixed", at)) level.allowMixed = true;
        else if (text.startsWith("end-of-candidates", at)) level.complete = true;
        return;
      case "f":
        if (text.startsWith("fmtp:", at)) this.#parameters(text, at + 5, end);
        else if (text.startsWith("fingerprint:", at)) this.#fingerprint(text.slice(at + 12, end));
        return;
      case "g":
        if (text.startsWith("group:", at)) this.#group(text.slice(at + 6, end));
        return;
      case "i":
        if (text.startsWith("ice-ufrag:", at)) level.ufrag = text.slice(at + 10, end);
        else if (text.startsWith("ice-pwd:", at)) level.pwd = text.slice(at + 8, end);
        else if (text.startsWith("ice-options:", at)) level.options = text.slice(at + 12, end);
        else if (text.startsWith("inactive", at)) this.#direction("none");
        return;
      case "m":
        if (text.startsWith("mid:", at)) level.mid = text.slice(at + 4, end);
        else if (text.startsWith("msid:", at))
          add(level.msids, text.slice(at + 5, end), this.#limits.parameters, "streams");
        else if (text.startsWith("maxptime:", at)) level.maxptime = packetTime(text, at + 9, end);
        else if (text.startsWith("max-message-size:", at)) level.maxMessageSize = size(text, at + 17, end);
        return;
      case "p":
        if (text.startsWith("ptime:", at)) level.ptime = packetTime(text, at + 6, end);
        return;
      case "r":
        if (text.startsWith("rtcp-fb:", at)) this.#feedback(text, at + 8, end);
        else if (text.startsWith("rtpmap:", at)) this.#rtpmap(text, at + 7, end);
        else if (end - at === 8 && text.startsWith("rtcp-mux", at)) level.rtcpMux = true;
        else if (text.startsWith("recvonly", at)) this.#direction(directionToSenders("recvonly", this.#role));
        else if (end - at === 10 && text.startsWith("rtcp-rsize", at)) level.rtcpRsize = true;
        else if (text.startsWith("rtcp-xr:", at)) level.rtcpXr = text.slice(at + 8, end);
        else if (text.startsWith("rid:", at)) add(level.rids, text.slice(at + 4, end), this.#limits.parameters, "rids");
        return;
      case "s":
        if (text.startsWith("ssrc:", at)) this.#source(text, at + 5, end);
        else if (text.startsWith("ssrc-group:", at)) this.#sourceGroup(text.slice(at + 11, end));
        else if (text.startsWith("setup:", at)) level.setup = SETUPS.find((word) => word === text.slice(at + 6, end));
        else if (text.startsWith("sendrecv", at)) this.#direction("both");
        else if (text.startsWith("sendonly", at)) this.#direction(directionToSenders("sendonly", this.#role));
        else if (text.startsWith("simulcast:", at)) level.simulcast = text.slice(at + 10, end);
        else if (text.startsWith("sctp-port:", at)) level.sctpPort = decimal(text, at + 10, end);
    }
  }

  #direction(senders: Senders): void {
    this.#level.senders = senders;
    this.#level.hasDirection = true;
  }

  #rtpmap(text: string, at: number, end: number): void {
    const blank = find(text, BLANK, at, end);
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    if (!payload || payload.name !== undefined) return;
    const slash = find(text, SLASH, blank, end);
    const second = find(text, SLASH, slash + 1, end);
    payload.name = text.slice(blank + 1, slash);
    const clockrate = decimal(text, slash + 1, second);
    if (clockrate > 0) payload.clockrate = clockrate;
    // Map c-2: Firefox writes /1, which is the default.
    const channels = decimal(text, second + 1, end);
    if (channels > 1 && channels <= 255) payload.channels = channels;
    if (channels === 1) this.#level.mono.push(payload.id);
  }

  /** Map c-5: split at ";" and at the first "=" only. */
  #parameters(text: string, at: number, end: number): void {
    const blank = find(text, BLANK, at, end);
    // Map c-15: for an id that is not in the m-line it means nothing.
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    if (!payload) return;
    for (let from = blank + 1; from < end; ) {
      const semicolon = find(text, SEMICOLON, from, end);
      const one = text.slice(from, semicolon).trim();
      from = semicolon + 1;
      if (one === "") continue;
      const equals = one.indexOf("=");
      const parameter =
        equals < 0 ? { name: "", value: one } : { name: one.slice(0, equals), value: one.slice(equals + 1) };
      add(payload.parameters, parameter, this.#limits.parameters, "format parameters of one payload type");
    }
  }

  /** Map f-1 ... f-5. */
  #feedback(text: string, at: number, end: number): void {
    const blank = find(text, BLANK, at, end);
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    if ((!payload && text.charCodeAt(at) !== ASTERISK) || blank + 1 >= end) return;
    const target = payload ?? this.#level;
    const second = find(text, BLANK, blank + 1, end);
    const type = text.slice(blank + 1, second);
    if (type === "trr-int") {
      const value = decimal(text, second + 1, end);
      if (value >= 0) target.feedbackInterval = { value };
      return;
    }
    const [subtype, ...more] = second < end ? text.slice(second + 1, end).split(" ") : NOTHING;
    const parameters = more.length === 0 ? NOTHING : more.map((name) => ({ name }));
    add(target.feedback, { type, subtype, parameters }, this.#limits.parameters, "kinds of feedback");
  }

  /** Map x-1 ... x-3. */
  #headerExtension(text: string, at: number, end: number): void {
    const blank = find(text, BLANK, at, end);
    const slash = find(text, SLASH, at, blank);
    const second = find(text, BLANK, blank + 1, end);
    const senders = slash < blank ? directionToSenders(text.slice(slash + 1, blank), this.#role) : "both";
    const extension = {
      id: text.slice(at, slash),
      uri: text.slice(blank + 1, second),
      senders: senders === "both" ? undefined : senders,
      parameters:
        second < end
          ? text
              .slice(second + 1, end)
              .split(" ")
              .map(nameAndValue)
          : NOTHING,
    };
    if (extension.uri === "" || !isExtensionId(decimal(extension.id))) return;
    add(this.#level.headerExtensions, extension, this.#limits.headerExtensions, "header extensions");
  }

  /** Map u-1 ... u-3: an attribute without a value is dropped. */
  #source(text: string, at: number, end: number): void {
    const blank = find(text, BLANK, at, end);
    const colon = find(text, COLON, blank, end);
    const ssrc = decimal(text, at, blank);
    if (colon + 1 >= end || !isSsrc(ssrc)) return;
    const { sources } = this.#level;
    const parameters = sources.get(ssrc) ?? [];
    const parameter = { name: text.slice(blank + 1, colon), value: text.slice(colon + 1, end) };
    add(parameters, parameter, this.#limits.parameters, "parameters of one source");
    sources.set(ssrc, parameters);
    if (sources.size > this.#limits.sources) throw tooMuch("sources", this.#limits.sources);
  }

  #sourceGroup(value: string): void {
    const [semantics, ...sources] = value.split(" ");
    if (!semantics || sources.length === 0 || !sources.every((ssrc) => isSsrc(decimal(ssrc)))) return;
    add(this.#level.sourceGroups, { semantics, sources }, this.#limits.sources, "source groups");
  }

  /** Map t-4. */
  #fingerprint(value: string): void {
    const blank = value.indexOf(" ");
    if (blank < 0) return;
    const hash = value.slice(0, blank).toLowerCase();
    const fingerprint = {
      hash,
      value: value
        .slice(blank + 1)
        .trim()
        .toUpperCase(),
    };
    add(this.#level.fingerprints, fingerprint, this.#limits.parameters, "fingerprints");
  }

  #bandwidth(value: string): void {
    const colon = value.indexOf(":");
    const type = value.slice(0, colon);
    const number = decimal(value, colon + 1);
    if ((type !== "AS" && type !== "TIAS") || number < 0) return;
    add(this.#level.bandwidths, { type, value: String(number) }, this.#limits.parameters, "bandwidths");
  }

  /** Map s-4, s-5: others than BUNDLE and LS mean nothing to the browsers that would read them. */
  #group(value: string): void {
    const [semantics, ...names] = value.split(" ");
    if (semantics !== "BUNDLE" && semantics !== "LS") return;
    add(this.#groups, { semantics, names }, this.#limits.contents, "groups");
  }
}

const BLANK = 0x20;
const ASTERISK = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

/** Where the character is between two places, or the second of them: it never looks past the line. */
function find(text: string, code: number, from: number, end: number): number {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) === code) return at;
  return end;
}

function add<T>(list: T[], one: T, limit: number, what: string): void {
  if (list.length >= limit) throw tooMuch(what, limit);
  list.push(one);
}

function nameAndValue(text: string): { name: string; value?: string } {
  const equals = text.indexOf("=");
  return equals < 1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** Map u-1. */
function isSsrc(number: number): boolean {
  return number >= 1 && number <= 0xffffffff;
}

/** RFC 8285 §7: an offer may have ids that no packet can carry. */
function isExtensionId(id: number): boolean {
  return id >= 1 && id <= 0xffff;
}

function size(text: string, at: number, end: number): number | undefined {
  const value = decimal(text, at, end);
  return value >= 0 ? value : undefined;
}

function packetTime(text: string, at: number, end: number): number | undefined {
  const value = decimal(text, at, end);
  return value > 0 && value <= 65535 ? value : undefined;
}
