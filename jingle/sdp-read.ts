// RFC 8866, RFC 9429: SDP text -> contents in Jingle's words, in one pass over its lines (map sections 0 to 8)
import { LocalError } from "./errors.js";
import type { Limits } from "./limits.js";
import { directionToSenders } from "./roles.js";
import { decimal } from "./sdp-grammar.js";
import { Level, NOTHING, newPayload } from "./sdp-level.js";
import type { Content, Role } from "./xep/0166.js";
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
    const mid = level.mid ?? String(this.#sections.length);
    const content = level.close(this.#session, mid, this.#role);
    const live = level.port !== 0 || level.bundleOnly;
    this.#sections.push({ mid, media: level.media, live, content, msid: level.msid });
  }

  /** By first letter, then by name: text is compared where it stands, and cut only where it is kept. */
  #attribute(text: string, at: number, end: number): void {
    const level = this.#level;
    switch (text[at]) {
      case "b":
        if (text.startsWith("bundle-only", at)) level.bundleOnly = true;
        return;
      case "c":
        if (text.startsWith("candidate:", at)) this.#candidate(text.slice(at, end));
        else if (text.startsWith("content:", at)) level.categories.push(...text.slice(at + 8, end).split(","));
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
        else if (text.startsWith("inactive", at)) level.senders = "none";
        return;
      case "m":
        if (text.startsWith("mid:", at)) level.mid = text.slice(at + 4, end);
        else if (text.startsWith("msid:", at)) level.msid ??= text.slice(at + 5, end);
        else if (text.startsWith("maxptime:", at)) level.maxptime = packetTime(text, at + 9, end);
        return;
      case "p":
        if (text.startsWith("ptime:", at)) level.ptime = packetTime(text, at + 6, end);
        return;
      case "r":
        if (text.startsWith("rtcp-fb:", at)) this.#feedback(text, at + 8, end);
        else if (text.startsWith("rtpmap:", at)) this.#rtpmap(text, at + 7, end);
        else if (end - at === 8 && text.startsWith("rtcp-mux", at)) level.rtcpMux = true;
        else if (text.startsWith("recvonly", at)) level.senders = directionToSenders("recvonly", this.#role);
        return;
      case "s":
        if (text.startsWith("ssrc:", at)) this.#source(text, at + 5, end);
        else if (text.startsWith("ssrc-group:", at)) this.#sourceGroup(text.slice(at + 11, end));
        else if (text.startsWith("setup:", at)) level.setup = SETUPS.find((word) => word === text.slice(at + 6, end));
        else if (text.startsWith("sendrecv", at)) level.senders = "both";
        else if (text.startsWith("sendonly", at)) level.senders = directionToSenders("sendonly", this.#role);
        else if (text.startsWith("sctp-port:", at)) level.sctpPort = decimal(text, at + 10, end);
    }
  }

  #rtpmap(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    if (!payload || payload.name !== undefined) return;
    const [name, clockrate, channels] = text.slice(blank + 1, end).split("/");
    payload.name = name;
    const rate = decimal(clockrate ?? "");
    if (rate > 0) payload.clockrate = rate;
    // Map c-2: Firefox writes /1, which is the default.
    const count = decimal(channels ?? "");
    if (count > 1 && count <= 255) payload.channels = count;
  }

  /** Map c-5: split at ";" and at the first "=" only. */
  #parameters(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    if (blank < 0 || blank > end) return;
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    if (!payload) return;
    for (let from = blank + 1; from < end; ) {
      const semicolon = text.indexOf(";", from);
      const to = semicolon < 0 || semicolon > end ? end : semicolon;
      const one = text.slice(from, to).trim();
      from = to + 1;
      if (one === "") continue;
      const equals = one.indexOf("=");
      if (equals < 0) payload.parameters.push({ name: "", value: one });
      else payload.parameters.push({ name: one.slice(0, equals), value: one.slice(equals + 1) });
    }
    const limit = this.#limits.parameters;
    if (payload.parameters.length > limit) throw tooMuch("format parameters of one payload type", limit);
  }

  /** Map f-1 ... f-5. */
  #feedback(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    if (blank < 0 || blank >= end) return;
    const payload = this.#level.payloads.get(decimal(text, at, blank));
    // Map c-15: for an id that is not in the m-line it means nothing.
    if (!payload && text.charCodeAt(at) !== 0x2a) return;
    const list = (payload ?? this.#level).feedback;
    const second = text.indexOf(" ", blank + 1);
    if (second < 0 || second > end) {
      list.push({ type: text.slice(blank + 1, end), subtype: undefined, parameters: NOTHING });
    } else if (text.startsWith("trr-int ", blank + 1)) {
      const value = decimal(text, second + 1, end);
      if (value >= 0) (payload ?? this.#level).feedbackInterval = { value };
    } else {
      const [subtype, ...more] = text.slice(second + 1, end).split(" ");
      const parameters = more.length === 0 ? NOTHING : more.map((name) => ({ name }));
      list.push({ type: text.slice(blank + 1, second), subtype, parameters });
    }
    const limit = this.#limits.parameters;
    if (list.length > limit) throw tooMuch("kinds of feedback of one payload type", limit);
  }

  /** Map x-1 ... x-3. */
  #headerExtension(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    if (blank < 0 || blank >= end) return;
    const list = this.#level.headerExtensions;
    if (list.length >= this.#limits.headerExtensions) throw tooMuch("header extensions", this.#limits.headerExtensions);
    const place = text.slice(at, blank);
    const slash = place.indexOf("/");
    const senders = slash < 0 ? "both" : directionToSenders(place.slice(slash + 1), this.#role);
    const second = text.indexOf(" ", blank + 1);
    const isPlain = second < 0 || second > end;
    list.push({
      id: slash < 0 ? place : place.slice(0, slash),
      uri: text.slice(blank + 1, isPlain ? end : second),
      senders: senders === "both" ? undefined : senders,
      parameters: isPlain
        ? NOTHING
        : text
            .slice(second + 1, end)
            .split(" ")
            .map(nameAndValue),
    });
  }

  /** Map u-1 ... u-3: an attribute without a value is dropped. */
  #source(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    const colon = blank < 0 || blank > end ? -1 : text.indexOf(":", blank);
    const ssrc = decimal(text, at, blank);
    if (colon < 0 || colon + 1 >= end || ssrc < 1 || ssrc > 0xffffffff) return;
    const { sources } = this.#level;
    let parameters = sources.get(ssrc);
    if (!parameters) {
      if (sources.size >= this.#limits.sources) throw tooMuch("sources", this.#limits.sources);
      parameters = [];
      sources.set(ssrc, parameters);
    }
    const limit = this.#limits.parameters;
    if (parameters.length >= limit) throw tooMuch("parameters of one source", limit);
    parameters.push({ name: text.slice(blank + 1, colon), value: text.slice(colon + 1, end) });
  }

  #sourceGroup(value: string): void {
    const [semantics, ...sources] = value.split(" ");
    const list = this.#level.sourceGroups;
    if (list.length >= this.#limits.sources) throw tooMuch("source groups", this.#limits.sources);
    if (semantics && sources.length > 0) list.push({ semantics, sources });
  }

  /** Map t-4. */
  #fingerprint(value: string): void {
    const blank = value.indexOf(" ");
    if (blank < 0) return;
    const hash = value.slice(0, blank).toLowerCase();
    this.#level.fingerprints.push({
      hash,
      value: value
        .slice(blank + 1)
        .trim()
        .toUpperCase(),
    });
  }

  #bandwidth(value: string): void {
    const colon = value.indexOf(":");
    const type = value.slice(0, colon);
    const number = decimal(value, colon + 1);
    if ((type === "AS" || type === "TIAS") && number >= 0) this.#level.bandwidths.push({ type, value: String(number) });
  }

  /** Map s-4, s-5: others than BUNDLE and LS mean nothing to the browsers that would read them. */
  #group(value: string): void {
    const [semantics, ...names] = value.split(" ");
    if (semantics === "BUNDLE" || semantics === "LS") this.#groups.push({ semantics, names });
  }

  #candidate(text: string): void {
    const { candidates } = this.#level;
    if (candidates.length >= this.#limits.candidates) throw tooMuch("candidates", this.#limits.candidates);
    candidates.push(text);
  }
}

function nameAndValue(text: string): { name: string; value?: string } {
  const equals = text.indexOf("=");
  return equals < 1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function packetTime(text: string, at: number, end: number): number | undefined {
  const value = decimal(text, at, end);
  return value > 0 && value <= 65535 ? value : undefined;
}
