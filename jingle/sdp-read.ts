// RFC 8866, RFC 9429: SDP text -> contents in Jingle's words, in one pass over its lines (map, sections 0 to 8)
import { parseCandidate } from "./candidate.js";
import { LocalError } from "./errors.js";
import type { Limits } from "./limits.js";
import { isProtection, staticCodec } from "./payload-types.js";
import { directionToSenders } from "./roles.js";
import { decimal } from "./sdp-grammar.js";
import type { Content, Role, Senders } from "./xep/0166.js";
import type { Bandwidth, Payload, PayloadParameter, RtpDescription } from "./xep/0167.js";
import type { Candidate, IceTransport } from "./xep/0176.js";
import type { Feedback } from "./xep/0293.js";
import type { HeaderExtension } from "./xep/0294.js";
import type { Fingerprint, Setup } from "./xep/0320.js";
import { SETUPS } from "./xep/0320.js";
import type { Group } from "./xep/0338.js";
import type { Source, SourceGroup, SourceParameter } from "./xep/0339.js";

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
  if (text.length > limits.sdpBytes) throw new LocalError(`the SDP is longer than ${limits.sdpBytes} characters`);
  const reader = new Reader(role, limits);
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline;
    const end = next > at && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
    if (end - at > limits.lineLength) throw new LocalError(`a line of the SDP is longer than ${limits.lineLength}`);
    if (text.charCodeAt(at + 1) === 61) reader.line(text, at, end);
    at = next + 1;
  }
  return reader.finish();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutablePayload = Mutable<Omit<Payload, "parameters" | "feedback">> & {
  parameters: PayloadParameter[];
  feedback: Feedback[];
};

/** What lines are collected into, for a section or for the session level above them (map section 0). */
interface Level {
  media: string;
  mid: string | undefined;
  port: number;
  bundleOnly: boolean;
  senders: Senders | undefined;
  msid: string | undefined;
  payloads: Map<number, MutablePayload>;
  wildcardFeedback: Feedback[];
  wildcardInterval: number | undefined;
  ptime: number | undefined;
  maxptime: number | undefined;
  bandwidths: Bandwidth[];
  headerExtensions: HeaderExtension[];
  allowMixed: boolean;
  rtcpMux: boolean;
  sources: Map<number, SourceParameter[]>;
  sourceGroups: SourceGroup[];
  categories: string[];
  ufrag: string | undefined;
  pwd: string | undefined;
  options: string | undefined;
  fingerprints: { hash: string; value: string }[];
  setup: Setup | undefined;
  sctpPort: number | undefined;
  candidates: string[];
  complete: boolean;
}

const NONE: readonly never[] = [];

class Reader {
  readonly #role: Role;
  readonly #limits: Limits;
  readonly #session = newLevel("", 0);
  readonly #sections: Section[] = [];
  readonly #groups: Group[] = [];
  #level: Level = this.#session;

  constructor(role: Role, limits: Limits) {
    this.#role = role;
    this.#limits = limits;
  }

  line(text: string, at: number, end: number): void {
    switch (text.charCodeAt(at)) {
      case 97: // a
        this.#attribute(text, at + 2, end);
        return;
      case 98: // b
        this.#bandwidth(text.slice(at + 2, end));
        return;
      case 109: // m
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
    if (this.#sections.length >= this.#limits.contents) throw this.#tooMany("m-lines", this.#limits.contents);
    const [media, port, protocol, ...formats] = value.split(" ");
    const number = decimal(port ?? "");
    if (!media || number < 0 || !protocol) throw new LocalError(`not an m-line: ${value}`);
    const level = newLevel(media, number);
    this.#level = level;
    if (protocol.includes("SCTP")) {
      // Map k-3: the old form has the port in place of the format.
      const old = decimal(formats[0] ?? "");
      if (old >= 0) level.sctpPort = old;
      return;
    }
    if (formats.length > this.#limits.payloads) throw this.#tooMany("payload types", this.#limits.payloads);
    for (const format of formats) {
      const id = decimal(format);
      if (id >= 0 && id <= 127 && !level.payloads.has(id)) level.payloads.set(id, newPayload(id));
    }
  }

  #attribute(text: string, at: number, end: number): void {
    const is = (name: string) => text.startsWith(name, at);
    const after = (name: string) => text.slice(at + name.length, end);
    const level = this.#level;
    switch (text.charCodeAt(at)) {
      case 98: // b
        if (is("bundle-only")) level.bundleOnly = true;
        return;
      case 99: // c
        if (is("candidate:")) this.#candidate(text.slice(at, end));
        else if (is("content:")) level.categories.push(...after("content:").split(","));
        return;
      case 101: // e
        if (is("extmap:")) this.#headerExtension(after("extmap:"));
        else if (is("extmap-allow-mixed")) level.allowMixed = true;
        else if (is("end-of-candidates")) level.complete = true;
        return;
      case 102: // f
        if (is("fmtp:")) this.#parameters(text, at + 5, end);
        else if (is("fingerprint:")) this.#fingerprint(after("fingerprint:"));
        return;
      case 103: // g
        if (is("group:")) this.#group(after("group:"));
        return;
      case 105: // i
        if (is("ice-ufrag:")) level.ufrag = after("ice-ufrag:");
        else if (is("ice-pwd:")) level.pwd = after("ice-pwd:");
        else if (is("ice-options:")) level.options = after("ice-options:");
        else if (is("inactive")) level.senders = "none";
        return;
      case 109: // m
        if (is("mid:")) level.mid = after("mid:");
        else if (is("msid:")) level.msid ??= after("msid:");
        else if (is("maxptime:")) level.maxptime = positive(after("maxptime:"));
        return;
      case 112: // p
        if (is("ptime:")) level.ptime = positive(after("ptime:"));
        return;
      case 114: // r
        if (is("rtcp-fb:")) this.#feedback(text, at + 8, end);
        else if (is("rtpmap:")) this.#rtpmap(text, at + 7, end);
        else if (end - at === 8 && is("rtcp-mux")) level.rtcpMux = true;
        else if (is("recvonly")) level.senders = directionToSenders("recvonly", this.#role);
        return;
      case 115: // s
        if (is("ssrc:")) this.#source(text, at + 5, end);
        else if (is("ssrc-group:")) this.#sourceGroup(after("ssrc-group:"));
        else if (is("setup:")) level.setup = SETUPS.find((word) => word === after("setup:"));
        else if (is("sendrecv")) level.senders = "both";
        else if (is("sendonly")) level.senders = directionToSenders("sendonly", this.#role);
        else if (is("sctp-port:")) level.sctpPort = decimal(after("sctp-port:"));
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
    for (const part of text.slice(blank + 1, end).split(";")) {
      const one = part.trim();
      if (one === "") continue;
      const equals = one.indexOf("=");
      payload.parameters.push(
        equals < 0 ? { name: "", value: one } : { name: one.slice(0, equals), value: one.slice(equals + 1) },
      );
    }
    if (payload.parameters.length > this.#limits.parameters) {
      throw this.#tooMany("format parameters", this.#limits.parameters);
    }
  }

  #feedback(text: string, at: number, end: number): void {
    const blank = text.indexOf(" ", at);
    if (blank < 0 || blank >= end) return;
    const level = this.#level;
    const payload = level.payloads.get(decimal(text, at, blank));
    const wildcard = !payload && text.charCodeAt(at) === 42;
    if (!payload && !wildcard) return;
    const [type, subtype, ...more] = text.slice(blank + 1, end).split(" ");
    if (type === "trr-int") {
      const value = decimal(subtype ?? "");
      if (value < 0) return;
      if (payload) payload.feedbackInterval = { value };
      else level.wildcardInterval = value;
      return;
    }
    const parameters = more.length === 0 ? NONE : more.map((name) => ({ name }));
    const list = payload?.feedback ?? level.wildcardFeedback;
    list.push({ type: type!, subtype, parameters });
    if (list.length > this.#limits.parameters) throw this.#tooMany("kinds of feedback", this.#limits.parameters);
  }

  /** Map x-1 ... x-3. */
  #headerExtension(value: string): void {
    const [place, uri, ...attributes] = value.split(" ");
    if (!uri) return;
    const slash = place!.indexOf("/");
    const direction = slash < 0 ? "sendrecv" : place!.slice(slash + 1);
    const senders = directionToSenders(direction, this.#role);
    const list = this.#level.headerExtensions;
    list.push({
      id: slash < 0 ? place! : place!.slice(0, slash),
      uri,
      senders: senders === "both" ? undefined : senders,
      parameters: attributes.map(headerExtensionParameter),
    });
    if (list.length > this.#limits.headerExtensions) {
      throw this.#tooMany("header extensions", this.#limits.headerExtensions);
    }
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
      if (sources.size >= this.#limits.sources) throw this.#tooMany("sources", this.#limits.sources);
      parameters = [];
      sources.set(ssrc, parameters);
    }
    if (parameters.length >= this.#limits.parameters) throw this.#tooMany("source parameters", this.#limits.parameters);
    parameters.push({ name: text.slice(blank + 1, colon), value: text.slice(colon + 1, end) });
  }

  #sourceGroup(value: string): void {
    const [semantics, ...sources] = value.split(" ");
    if (this.#level.sourceGroups.length >= this.#limits.sources) {
      throw this.#tooMany("source groups", this.#limits.sources);
    }
    if (semantics && sources.length > 0) this.#level.sourceGroups.push({ semantics, sources });
  }

  #fingerprint(value: string): void {
    const blank = value.indexOf(" ");
    if (blank < 0) return;
    // Map t-4.
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
    if (candidates.length >= this.#limits.candidates) throw this.#tooMany("candidates", this.#limits.candidates);
    candidates.push(text);
  }

  #close(): void {
    const level = this.#level;
    if (level === this.#session) return;
    const mid = level.mid ?? String(this.#sections.length);
    this.#sections.push({
      mid,
      media: level.media,
      live: level.port !== 0 || level.bundleOnly,
      content: {
        creator: this.#role,
        name: mid,
        senders: level.senders ?? this.#session.senders ?? "both",
        description: this.#description(level),
        transport: this.#transport(level, mid),
        extra: NONE,
      },
      msid: level.msid,
    });
  }

  #description(level: Level): RtpDescription {
    const session = this.#session;
    const sources: Source[] = [];
    for (const [ssrc, parameters] of level.sources) sources.push({ ssrc, parameters });
    return {
      media: level.media,
      // Map u-7.
      ssrc: sources.length > 0 ? String(sources[0]!.ssrc) : undefined,
      payloads: finishPayloads(level),
      rtcpMux: level.rtcpMux || undefined,
      bandwidths: level.bandwidths.length > 0 ? level.bandwidths : session.bandwidths,
      feedback: NONE,
      headerExtensions: level.headerExtensions.length > 0 ? level.headerExtensions : session.headerExtensions,
      extmapAllowMixed: (level.allowMixed || session.allowMixed) && level.payloads.size > 0 ? true : undefined,
      sourceGroups: level.sourceGroups,
      sources,
      categories: level.categories,
      extra: NONE,
    };
  }

  #transport(level: Level, mid: string): IceTransport {
    const session = this.#session;
    const ufrag = level.ufrag ?? session.ufrag;
    const setup = level.setup ?? session.setup;
    const options = level.options ?? session.options ?? "";
    const { sctpPort } = level;
    return {
      ufrag,
      pwd: level.pwd ?? session.pwd,
      fingerprints: (level.fingerprints.length > 0 ? level.fingerprints : session.fingerprints).map(
        ({ hash, value }): Fingerprint => ({ hash, setup, value }),
      ),
      trickle: options.includes("trickle") || undefined,
      renomination: options.includes("renomination") || undefined,
      sctpMap:
        sctpPort === undefined || sctpPort < 0 || sctpPort > 65535
          ? undefined
          : { number: sctpPort, protocol: "webrtc-datachannel", streams: 1024 },
      candidates: readCandidates(level.candidates, `${mid} ${ufrag}`),
      gatheringComplete: level.complete || undefined,
      extra: NONE,
    };
  }

  #tooMany(what: string, limit: number): LocalError {
    return new LocalError(`the SDP has more than ${limit} ${what}`);
  }
}

function newLevel(media: string, port: number): Level {
  return {
    media,
    mid: undefined,
    port,
    bundleOnly: false,
    senders: undefined,
    msid: undefined,
    payloads: new Map(),
    wildcardFeedback: [],
    wildcardInterval: undefined,
    ptime: undefined,
    maxptime: undefined,
    bandwidths: [],
    headerExtensions: [],
    allowMixed: false,
    rtcpMux: false,
    sources: new Map(),
    sourceGroups: [],
    categories: [],
    ufrag: undefined,
    pwd: undefined,
    options: undefined,
    fingerprints: [],
    setup: undefined,
    sctpPort: undefined,
    candidates: [],
    complete: false,
  };
}

function newPayload(id: number): MutablePayload {
  return { id, name: undefined, clockrate: undefined, channels: undefined, parameters: [], feedback: [] };
}

/** Map c-3, c-10, c-11, f-2: what the section says about all its payload types is said of each. */
function finishPayloads(level: Level): Payload[] {
  const payloads: Payload[] = [];
  for (const payload of level.payloads.values()) {
    if (payload.name === undefined) {
      const codec = staticCodec(payload.id);
      if (!codec) continue;
      payload.name = codec.name;
      payload.clockrate = codec.clockrate;
      if (codec.channels > 1) payload.channels = codec.channels;
    }
    if (level.ptime !== undefined) payload.ptime = level.ptime;
    if (level.maxptime !== undefined) payload.maxptime = level.maxptime;
    if (level.wildcardFeedback.length > 0 && !isProtection(payload.name))
      expandFeedback(payload, level.wildcardFeedback);
    if (level.wildcardInterval !== undefined && !isProtection(payload.name)) {
      payload.feedbackInterval ??= { value: level.wildcardInterval };
    }
    payloads.push(payload);
  }
  return payloads;
}

function expandFeedback(payload: MutablePayload, all: readonly Feedback[]): void {
  for (const one of all) {
    const known = payload.feedback.some(({ type, subtype }) => type === one.type && subtype === one.subtype);
    if (!known) payload.feedback.push(one);
  }
}

function headerExtensionParameter(text: string): { name: string; value?: string } {
  const equals = text.indexOf("=");
  return equals < 1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function readCandidates(lines: readonly string[], scope: string): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const line of lines) {
    const parsed = parseCandidate(line, scope);
    if (parsed) candidates.push(parsed.candidate);
  }
  return candidates;
}

function positive(text: string): number | undefined {
  const value = decimal(text);
  return value > 0 && value <= 65535 ? value : undefined;
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
  for (const line of text.split("\n")) {
    const value = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (value.startsWith("m=")) {
      current = { ...session, mid: String(all.length) };
      all.push(current);
    } else if (value.startsWith("a=mid:")) current.mid = value.slice(6);
    else if (value.startsWith("a=ice-ufrag:")) current.ufrag = value.slice(12);
    else if (value.startsWith("a=ice-pwd:")) current.pwd = value.slice(10);
  }
  return all;
}
