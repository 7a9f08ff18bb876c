// XEP-0343: Signaling WebRTC datachannels in Jingle, version 0.3.1
// Does: the sctpmap of a data channel both ways, in a session with media.
// Does not: channel elements, which are the application's; file transfer; announce itself yet.
import { type Codec, element, oneOf, SHORT } from "../codec.js";

export const NS_DTLS_SCTP = "urn:xmpp:jingle:transports:dtls-sctp:1";
/** Announced once a call can carry application messages; being able to read the element is not yet that. */
export const FEATURES = [] as const;

/** SDP `a=sctp-port:5000`. The XEP's table says `port`, its schema and examples `number`: sent as number, read as both. */
export interface SctpMap {
  readonly number: number;
  readonly protocol: "webrtc-datachannel";
  readonly streams?: number | undefined;
}

const protocol = oneOf(["webrtc-datachannel"]);

export const sctpMap: Codec<SctpMap> = element(NS_DTLS_SCTP, "sctpmap", (f) => ({
  number: f.required("number", SHORT, "port"),
  protocol: f.defaulted("protocol", "webrtc-datachannel", protocol),
  streams: f.optional("streams", SHORT),
}));
