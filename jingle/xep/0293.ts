// XEP-0293: Jingle RTP Feedback Negotiation, version 1.0.2
// Does: rtcp-fb and rtcp-fb-trr-int, of one payload type and of all; sent with each payload type, read in both
//   places.
// Does not: negotiate feedback: the browser that answers does.
import { type Codec, element, integer } from "../codec.js";

export const NS_RTCP_FB = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0";
export const FEATURES = [NS_RTCP_FB] as const;

/** One kind of feedback: SDP `a=rtcp-fb:96 nack pli` is type "nack", subtype "pli". */
export interface Feedback {
  readonly type: string;
  readonly subtype?: string | undefined;
  /** §3: what follows the subtype goes into parameter children. */
  readonly parameters: readonly FeedbackParameter[];
}

export interface FeedbackParameter {
  readonly name: string;
  readonly value?: string | undefined;
}

/** `trr-int` in milliseconds; 0 is legal although the printed schema says positive. */
export interface FeedbackInterval {
  readonly value: number;
}

const parameter: Codec<FeedbackParameter> = element(NS_RTCP_FB, "parameter", (f) => ({
  name: f.required("name"),
  value: f.optional("value"),
}));

export const feedback: Codec<Feedback> = element(NS_RTCP_FB, "rtcp-fb", (f) => ({
  type: f.required("type"),
  subtype: f.optional("subtype"),
  parameters: f.lenient(parameter),
}));

const interval = integer(0, 2 ** 31);

export const feedbackInterval: Codec<FeedbackInterval> = element(NS_RTCP_FB, "rtcp-fb-trr-int", (f) => ({
  value: f.required("value", interval),
}));
