// XEP-0167: Jingle RTP Sessions, version 1.2.3
// Does: descriptions with payload types, parameters, ptime, bandwidth, ssrc, rtcp-mux; hold, mute, ringing, active
//   and their ends; description-info is acknowledged.
// Does not: SDES (`encryption` is ignored beside a fingerprint, alone it ends the call with security-error); ZRTP;
//   plain RTP; media of m=text in a browser.

import { BYTE, type Codec, element, flag, integer, open } from "../codec.js";
import { Element } from "../element.js";
import { RemoteError } from "../errors.js";
import { ROLES, type Role } from "./0166-words.js";
import { type Feedback, type FeedbackInterval, feedback, feedbackInterval } from "./0293.js";
import { extmapAllowMixed, type HeaderExtension, headerExtension } from "./0294.js";
import { type Source, type SourceGroup, source, sourceGroup } from "./0339.js";
import { category } from "./0507.js";

export const NS_RTP = "urn:xmpp:jingle:apps:rtp:1";
export const NS_RTP_INFO = "urn:xmpp:jingle:apps:rtp:info:1";
export const NS_RTP_ERRORS = "urn:xmpp:jingle:apps:rtp:errors:1";
export const NS_RTP_VIDEO = "urn:xmpp:jingle:apps:rtp:video";
export const FEATURES = [NS_RTP, "urn:xmpp:jingle:apps:rtp:audio", NS_RTP_VIDEO] as const;

/** One m-line's worth of RTP. The order of payload types is the order of preference (0167-01). */
export interface RtpDescription {
  readonly media: string;
  readonly ssrc?: string | undefined;
  /** COMPAT(Movim): writes ptime and maxptime here; we read both, and write them on payload types (map c-10). */
  readonly ptime?: number | undefined;
  readonly maxptime?: number | undefined;
  readonly payloads: readonly Payload[];
  readonly rtcpMux?: true | undefined;
  readonly bandwidths: readonly Bandwidth[];
  /** XEP-0293: applies to all payload types (0293-01). */
  readonly feedback: readonly Feedback[];
  readonly feedbackInterval?: FeedbackInterval | undefined;
  readonly headerExtensions: readonly HeaderExtension[];
  readonly extmapAllowMixed?: true | undefined;
  readonly sourceGroups: readonly SourceGroup[];
  readonly sources: readonly Source[];
  /** XEP-0507 */
  readonly categories: readonly string[];
  readonly extra: readonly Element[];
}

export interface Payload {
  /** 0..127 in RTP; the schema allows to 255. */
  readonly id: number;
  readonly name?: string | undefined;
  readonly clockrate?: number | undefined;
  readonly channels?: number | undefined;
  readonly ptime?: number | undefined;
  readonly maxptime?: number | undefined;
  readonly parameters: readonly PayloadParameter[];
  readonly feedback: readonly Feedback[];
  readonly feedbackInterval?: FeedbackInterval | undefined;
}

/** An SDP format parameter; a nameless one (RED, telephone-event) has the name "". */
export interface PayloadParameter {
  readonly name: string;
  readonly value: string;
}

/** SDP `b=AS:n` in kbit/s or `b=TIAS:n` in bit/s; the number is the element's text. */
export interface Bandwidth {
  readonly type: string;
  readonly value: string;
}

const parameter: Codec<PayloadParameter> = element(NS_RTP, "parameter", (f) => ({
  name: f.defaulted("name", ""),
  value: f.defaulted("value", ""),
}));

const clockrate = integer(1, 2 ** 31);
const channels = integer(1, 255);
const packetTime = integer(1, 65535);

const payload: Codec<Payload> = element(NS_RTP, "payload-type", (f) => ({
  id: f.required("id", BYTE),
  name: f.optional("name"),
  clockrate: f.optional("clockrate", clockrate),
  channels: f.optional("channels", channels),
  ptime: f.optional("ptime", packetTime),
  maxptime: f.optional("maxptime", packetTime),
  parameters: f.lenient(parameter),
  feedback: f.lenient(feedback),
  feedbackInterval: f.optionalChild(feedbackInterval),
}));

const bandwidth: Codec<Bandwidth> = {
  xmlns: NS_RTP,
  name: "bandwidth",
  read(from) {
    // COMPAT(Movim): writes the number into a `value` attribute (0167-19).
    const value = from.getText().trim() || String(from.attrs.value ?? "");
    const { type } = from.attrs;
    if (typeof type !== "string" || !/^\d{1,12}$/.test(value)) {
      throw new RemoteError("bad-request", undefined, "@type or number missing");
    }
    return { type, value };
  },
  write(value, parentNS) {
    const out = open(NS_RTP, "bandwidth", parentNS);
    out.attrs.type = value.type;
    return out.t(value.value);
  },
};

const rtcpMux = flag(NS_RTP, "rtcp-mux");

/** Children in the order that the map's section 11 asks for. */
export const rtpDescription: Codec<RtpDescription> = element(NS_RTP, "description", (f) => ({
  media: f.required("media"),
  ssrc: f.optional("ssrc"),
  ptime: f.optional("ptime", packetTime),
  maxptime: f.optional("maxptime", packetTime),
  // Map section 0: a payload type that nobody can name fails the content.
  payloads: f.lenient(payload, "id"),
  rtcpMux: f.optionalChild(rtcpMux),
  bandwidths: f.lenient(bandwidth),
  feedback: f.lenient(feedback),
  feedbackInterval: f.optionalChild(feedbackInterval),
  headerExtensions: f.lenient(headerExtension),
  extmapAllowMixed: f.optionalChild(extmapAllowMixed),
  sourceGroups: f.lenient(sourceGroup),
  sources: f.lenient(source),
  categories: f.lenient(category),
  extra: f.rest(),
}));

/** §8: what a session-info says about a running call. */
export type SessionInfo =
  | { readonly type: "active" | "hold" | "ringing" | "unhold" }
  | {
      readonly type: "mute" | "unmute";
      readonly creator?: Role | undefined;
      /** Absent: all contents (0167-13). */
      readonly name?: string | undefined;
    };

const INFO_TYPES = ["active", "hold", "mute", "ringing", "unhold", "unmute"] as const;

/** Reads a payload of session-info; undefined when it is not one of ours (E12). */
export function readSessionInfo(from: Element): SessionInfo | undefined {
  const type = INFO_TYPES.find((word) => word === from.getName());
  if (!type || from.getNS() !== NS_RTP_INFO) return undefined;
  if (type !== "mute" && type !== "unmute") return { type };
  const creator = ROLES.find((role) => role === from.attrs.creator);
  return { type, creator, name: typeof from.attrs.name === "string" ? from.attrs.name : undefined };
}

/** Builds the payload of session-info. */
export function writeSessionInfo(info: SessionInfo): Element {
  const out = new Element(info.type, { xmlns: NS_RTP_INFO });
  if (info.type === "mute" || info.type === "unmute") {
    // 0167-13: the schema demands creator although the prose does not.
    out.attrs.creator = info.creator ?? "initiator";
    if (info.name !== undefined) out.attrs.name = info.name;
  }
  return out;
}
