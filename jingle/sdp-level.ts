// Map section 0: what the lines of a section, or of the session level above them, are collected into
import { isWelcomeCandidate, joinSpellings, type ParsedCandidate, parseCandidate } from "./candidate.js";
import { LocalError } from "./errors.js";
import type { Limits } from "./limits.js";
import { type Direction, directionToSenders } from "./roles.js";
import { isProtection, staticCodec } from "./sdp-codecs.js";
import { decimal } from "./sdp-grammar.js";
import { collectOwnLines, type OwnLines } from "./sdp-own-lines.js";
import type { Content, Role } from "./xep/0166.js";
import type { Bandwidth, Payload, PayloadParameter, RtpDescription } from "./xep/0167.js";
import type { IceTransport } from "./xep/0176.js";
import type { Feedback, FeedbackInterval } from "./xep/0293.js";
import type { HeaderExtension } from "./xep/0294.js";
import { type Fingerprint, SETUPS } from "./xep/0320.js";
import type { Source, SourceGroup, SourceParameter } from "./xep/0339.js";

export const NOTHING: readonly never[] = [];

export interface OpenPayload {
  readonly id: number;
  name: string | undefined;
  clockrate: number | undefined;
  channels: number | undefined;
  ptime: number | undefined;
  maxptime: number | undefined;
  readonly parameters: PayloadParameter[];
  readonly feedback: Feedback[];
  feedbackInterval: FeedbackInterval | undefined;
}

export function newPayload(id: number): OpenPayload {
  return {
    id,
    name: undefined,
    clockrate: undefined,
    channels: undefined,
    ptime: undefined,
    maxptime: undefined,
    parameters: [],
    feedback: [],
    feedbackInterval: undefined,
  };
}

export function tooMuch(what: string, limit: number): LocalError {
  return new LocalError(`the SDP has more than ${limit} ${what}`);
}

const DIRECTIONS: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/** Everything that is known of a section before its last line; attributes may come in any order (map section 0). */
export class Level {
  readonly media: string;
  readonly port: number;
  readonly #session: Level | undefined;
  readonly #limits: Limits;
  /** The values of all attributes that have no place below, by name. */
  readonly #values = new Map<string, string[]>();
  readonly payloads = new Map<number, OpenPayload>();
  /** Of `a=rtcp-fb:*`. */
  readonly feedback: Feedback[] = [];
  feedbackInterval: FeedbackInterval | undefined;
  readonly bandwidths: Bandwidth[] = [];
  readonly headerExtensions: HeaderExtension[] = [];
  readonly sources = new Map<number, SourceParameter[]>();
  readonly sourceGroups: SourceGroup[] = [];
  /** Payload types whose rtpmap says "/1". */
  readonly mono: number[] = [];
  readonly #others: string[] = [];
  readonly #candidates: ParsedCandidate[] = [];

  constructor(media: string, port: number, limits: Limits, session?: Level) {
    this.media = media;
    this.port = port;
    this.#limits = limits;
    this.#session = session;
  }

  say(name: string, value: string): void {
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  /** The values of an attribute that may stand here more than once. */
  all(name: string, limit: keyof Limits = "parameters"): readonly string[] {
    const values = this.#values.get(name) ?? NOTHING;
    if (values.length > this.#limits[limit]) throw tooMuch(limit, this.#limits[limit]);
    return values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Said here, or at the session level for all. */
  #inherited(name: string): string | undefined {
    return this.one(name) ?? this.#session?.one(name);
  }

  /** The value of an attribute that may stand here once. */
  one(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  get #direction(): Direction | undefined {
    return DIRECTIONS.find((word) => this.has(word));
  }

  get isLive(): boolean {
    return this.port !== 0 || this.has("bundle-only");
  }

  /** The section as a content, with what the session level says where it says nothing itself. */
  close(mid: string, role: Role): Content {
    return {
      creator: role,
      name: mid,
      senders: directionToSenders(this.#direction ?? this.#session!.#direction ?? "sendrecv", role),
      disposition: undefined,
      description: this.#description(),
      transport: this.#transport(mid),
      extra: NOTHING,
    };
  }

  #description(): RtpDescription {
    const sources: Source[] = [];
    for (const [ssrc, parameters] of this.sources) sources.push({ ssrc, parameters });
    const { bandwidths, headerExtensions } = this;
    return {
      media: this.media,
      // Map u-7.
      ssrc: sources.length > 0 ? String(sources[0]!.ssrc) : undefined,
      ptime: undefined,
      maxptime: undefined,
      payloads: this.#payloads(),
      rtcpMux: this.has("rtcp-mux") || undefined,
      bandwidths: bandwidths.length > 0 ? bandwidths : this.#session!.bandwidths,
      feedback: NOTHING,
      feedbackInterval: undefined,
      headerExtensions: headerExtensions.length > 0 ? headerExtensions : this.#session!.headerExtensions,
      extmapAllowMixed: (this.payloads.size > 0 && this.#inherited("extmap-allow-mixed") !== undefined) || undefined,
      sourceGroups: this.sourceGroups,
      sources,
      categories: this.all("content").flatMap((value) => value.split(",")),
      extra: NOTHING,
    };
  }

  #transport(mid: string): IceTransport {
    const ufrag = this.#inherited("ice-ufrag");
    const options = this.#inherited("ice-options") ?? "";
    const port = decimal(this.one("sctp-port") ?? "");
    for (const value of this.all("candidate", "candidates")) {
      const parsed = parseCandidate(value, `${mid} ${ufrag}`);
      if (parsed && isWelcomeCandidate(parsed.candidate)) this.#candidates.push(parsed);
      else if (parsed) this.#others.push(value);
    }
    return {
      ufrag,
      pwd: this.#inherited("ice-pwd"),
      fingerprints: this.#fingerprints(),
      trickle: options.includes("trickle") || undefined,
      renomination: options.includes("renomination") || undefined,
      sctpMap: port >= 0 && port <= 65535 ? { number: port, protocol: "webrtc-datachannel", streams: 1024 } : undefined,
      candidates: this.#candidates.map(({ candidate }) => candidate),
      gatheringComplete: this.has("end-of-candidates") || undefined,
      extra: NOTHING,
    };
  }

  /** Map t-4. */
  #fingerprints(): readonly Fingerprint[] {
    const said = this.#inherited("setup");
    const setup = SETUPS.find((word) => word === said);
    const all = this.has("fingerprint") ? this.all("fingerprint") : this.#session!.all("fingerprint");
    return all.flatMap((line) => {
      const blank = line.indexOf(" ");
      const value = line.slice(blank + 1).trim();
      return blank < 0 ? [] : [{ hash: line.slice(0, blank).toLowerCase(), setup, value: value.toUpperCase() }];
    });
  }

  /** Map c-3, c-10, c-11, f-2: what the section says about all its payload types is said of each. */
  #payloads(): readonly Payload[] {
    const ptime = this.#packetTime("ptime");
    const maxptime = this.#packetTime("maxptime");
    const payloads: Payload[] = [];
    for (const payload of this.payloads.values()) {
      if (payload.name === undefined && !fillStatic(payload)) continue;
      payload.ptime = ptime;
      payload.maxptime = maxptime;
      if (!isProtection(payload.name!)) {
        if (this.feedback.length > 0) addFeedback(payload, this.feedback);
        payload.feedbackInterval ??= this.feedbackInterval;
      }
      payloads.push(payload);
    }
    return payloads;
  }

  #packetTime(name: string): number | undefined {
    const value = decimal(this.one(name) ?? "");
    return value > 0 && value <= 65535 ? value : undefined;
  }

  /** After `close`: what no XEP has a place for. */
  own(): OwnLines {
    return collectOwnLines((name) => {
      switch (name) {
        case "extmap-allow-mixed":
          return this.payloads.size === 0 && this.#inherited(name) !== undefined ? SAID : NOTHING;
        case "direction":
          return this.payloads.size === 0 && this.#direction ? SAID : NOTHING;
        case "msid":
          return this.#hasSourceMsid() ? NOTHING : this.all(name);
        case "mono":
          return this.mono.length > 0 ? [this.mono.join(" ")] : NOTHING;
        case "spelt":
          return joinSpellings(this.#candidates);
        case "candidate":
          return this.#others;
        default:
          return this.all(name);
      }
    });
  }

  /** Sources that name the one stream say what a=msid says (map u-2). */
  #hasSourceMsid(): boolean {
    const [msid, ...more] = this.all("msid");
    if (msid === undefined || more.length > 0) return false;
    for (const parameters of this.sources.values()) {
      if (parameters.some(({ name, value }) => name === "msid" && value === msid)) return true;
    }
    return false;
  }
}

/** The value of a line that is but its name. */
const SAID: readonly string[] = [""];

function fillStatic(payload: OpenPayload): boolean {
  const codec = staticCodec(payload.id);
  if (!codec) return false;
  payload.name = codec.name;
  payload.clockrate = codec.clockrate;
  if (codec.channels > 1) payload.channels = codec.channels;
  return true;
}

function addFeedback(payload: OpenPayload, all: readonly Feedback[]): void {
  const kind = ({ type, subtype }: Feedback) => (subtype === undefined ? type : `${type} ${subtype}`);
  const known = new Set(payload.feedback.map(kind));
  for (const one of all) {
    if (known.has(kind(one))) continue;
    known.add(kind(one));
    payload.feedback.push(one);
  }
}
