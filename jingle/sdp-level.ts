// Map section 0: what the lines of a section, or of the session level above them, are collected into
import { isWelcomeCandidate, parseCandidate } from "./candidate.js";
import { isProtection, staticCodec } from "./sdp-codecs.js";
import type { OwnLines } from "./sdp-own-lines.js";
import type { Content, Role, Senders } from "./xep/0166.js";
import type { Bandwidth, Payload, PayloadParameter, RtpDescription } from "./xep/0167.js";
import type { Candidate, IceTransport } from "./xep/0176.js";
import type { Feedback, FeedbackInterval } from "./xep/0293.js";
import type { HeaderExtension } from "./xep/0294.js";
import type { Setup } from "./xep/0320.js";
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

/** Everything that is known of a section before its last line; attributes may come in any order (map section 0). */
export class Level {
  mid: string | undefined;
  bundleOnly = false;
  senders: Senders | undefined;
  hasDirection = false;
  /** The values of a=msid lines (map u-8). */
  readonly msids: string[] = [];
  readonly payloads = new Map<number, OpenPayload>();
  /** Of `a=rtcp-fb:*`. */
  readonly feedback: Feedback[] = [];
  feedbackInterval: FeedbackInterval | undefined;
  ptime: number | undefined;
  maxptime: number | undefined;
  readonly bandwidths: Bandwidth[] = [];
  readonly headerExtensions: HeaderExtension[] = [];
  allowMixed = false;
  rtcpMux = false;
  readonly sources = new Map<number, SourceParameter[]>();
  readonly sourceGroups: SourceGroup[] = [];
  readonly categories: string[] = [];
  ufrag: string | undefined;
  pwd: string | undefined;
  options: string | undefined;
  readonly fingerprints: { readonly hash: string; readonly value: string }[] = [];
  setup: Setup | undefined;
  sctpPort: number | undefined;
  readonly candidates: string[] = [];
  complete = false;
  rtcpRsize = false;
  rtcpXr: string | undefined;
  maxMessageSize: number | undefined;
  readonly rids: string[] = [];
  simulcast: string | undefined;
  /** Payload types whose rtpmap says "/1". */
  readonly mono: number[] = [];
  readonly #spellings: string[] = [];
  readonly #otherCandidates: string[] = [];

  constructor(
    readonly media: string,
    readonly port: number,
  ) {}

  /** The section as a content, with what the session level says where it says nothing itself. */
  close(session: Level, mid: string, role: Role): Content {
    return {
      creator: role,
      name: mid,
      senders: this.senders ?? session.senders ?? "both",
      disposition: undefined,
      description: this.#description(session),
      transport: this.#transport(session, mid),
      extra: NOTHING,
    };
  }

  #description(session: Level): RtpDescription {
    const sources: Source[] = [];
    for (const [ssrc, parameters] of this.sources) sources.push({ ssrc, parameters });
    return {
      media: this.media,
      // Map u-7.
      ssrc: sources.length > 0 ? String(sources[0]!.ssrc) : undefined,
      ptime: undefined,
      maxptime: undefined,
      payloads: this.#payloads(),
      rtcpMux: this.rtcpMux || undefined,
      bandwidths: this.bandwidths.length > 0 ? this.bandwidths : session.bandwidths,
      feedback: NOTHING,
      feedbackInterval: undefined,
      headerExtensions: this.headerExtensions.length > 0 ? this.headerExtensions : session.headerExtensions,
      extmapAllowMixed: (this.allowMixed || session.allowMixed) && this.payloads.size > 0 ? true : undefined,
      sourceGroups: this.sourceGroups,
      sources,
      categories: this.categories,
      extra: NOTHING,
    };
  }

  #transport(session: Level, mid: string): IceTransport {
    const ufrag = this.ufrag ?? session.ufrag;
    const setup = this.setup ?? session.setup;
    const options = this.options ?? session.options ?? "";
    const fingerprints = this.fingerprints.length > 0 ? this.fingerprints : session.fingerprints;
    const { sctpPort } = this;
    return {
      ufrag,
      pwd: this.pwd ?? session.pwd,
      fingerprints: fingerprints.map(({ hash, value }) => ({ hash, setup, value })),
      trickle: options.includes("trickle") || undefined,
      renomination: options.includes("renomination") || undefined,
      sctpMap:
        sctpPort === undefined || sctpPort < 0 || sctpPort > 65535
          ? undefined
          : { number: sctpPort, protocol: "webrtc-datachannel", streams: 1024 },
      candidates: this.#candidates(`${mid} ${ufrag}`),
      gatheringComplete: this.complete || undefined,
      extra: NOTHING,
    };
  }

  /** Map c-3, c-10, c-11, f-2: what the section says about all its payload types is said of each. */
  #payloads(): readonly Payload[] {
    const payloads: Payload[] = [];
    for (const payload of this.payloads.values()) {
      if (payload.name === undefined && !fillStatic(payload)) continue;
      payload.ptime = this.ptime;
      payload.maxptime = this.maxptime;
      if (!isProtection(payload.name!)) {
        if (this.feedback.length > 0) addFeedback(payload, this.feedback);
        payload.feedbackInterval ??= this.feedbackInterval;
      }
      payloads.push(payload);
    }
    return payloads;
  }

  /** After `close`: what no XEP has a place for. */
  own(session: Level): OwnLines {
    const isData = this.payloads.size === 0;
    return {
      bundleOnly: this.bundleOnly,
      allowMixed: isData && (this.allowMixed || session.allowMixed),
      hasDirection: isData && this.hasDirection,
      rtcpRsize: this.rtcpRsize,
      rtcpXr: this.rtcpXr,
      maxMessageSize: this.maxMessageSize,
      msids: this.#hasSourceMsid() ? NOTHING : this.msids,
      rids: this.rids,
      simulcast: this.simulcast,
      mono: this.mono,
      spellings: this.#spellings,
      candidates: this.#otherCandidates,
    };
  }

  /** Sources that name the one stream say what a=msid says (map u-2). */
  #hasSourceMsid(): boolean {
    if (this.msids.length !== 1) return false;
    for (const parameters of this.sources.values()) {
      if (parameters.some(({ name, value }) => name === "msid" && value === this.msids[0])) return true;
    }
    return false;
  }

  /** Sets apart what ice-udp:1 does not want. */
  #candidates(scope: string): readonly Candidate[] {
    const candidates: Candidate[] = [];
    for (const line of this.candidates) {
      const parsed = parseCandidate(line, scope);
      if (!parsed) continue;
      if (isWelcomeCandidate(parsed.candidate)) {
        candidates.push(parsed.candidate);
        this.#spellings.push(parsed.spelling);
      } else this.#otherCandidates.push(line);
    }
    return candidates;
  }
}

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
