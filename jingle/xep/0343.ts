// XEP-0343: Signaling WebRTC datachannels in Jingle, version 0.3.1
import { type Codec, defaulted, element, integer, oneOf, optional } from "../codec.js";

export const NS_DTLS_SCTP = "urn:xmpp:jingle:transports:dtls-sctp:1";
/** Announced once a call can carry application messages; being able to read the element is not yet that. */
export const FEATURES = [] as const;

/** SDP `a=sctp-port:5000`. The XEP's table says `port`, its schema and examples `number`: sent as number, read as both. */
export interface SctpMap {
  readonly number: number;
  readonly protocol: "webrtc-datachannel";
  readonly streams?: number | undefined;
}

export const sctpMap: Codec<SctpMap> = element(NS_DTLS_SCTP, "sctpmap", {
  number: integer("number", 0, 65535, ["port"]),
  protocol: defaulted(oneOf("protocol", ["webrtc-datachannel"]), "webrtc-datachannel"),
  streams: optional(integer("streams", 0, 65535)),
});
