// XEP-0320: Use of DTLS-SRTP in Jingle Sessions, version 1.0.0
// Does: every fingerprint of a content with its setup; sha-256, -384 and -512, others beside one of them.
// Does not: calls without DTLS-SRTP; a fingerprint that changes in a session; holdconn.
import { type Codec, element, oneOf } from "../codec.js";

export const NS_DTLS = "urn:xmpp:jingle:apps:dtls:0";
export const FEATURES = [NS_DTLS] as const;

export const SETUPS = ["active", "actpass", "passive"] as const;
export type Setup = (typeof SETUPS)[number];

/** SDP `a=fingerprint:HASH VALUE` with its `a=setup`. Peers pad the text with white space: it is trimmed (0320-01). */
export interface Fingerprint {
  readonly hash: string;
  /** COLIBRI-style fingerprints have none: an offer's is then actpass (0320-02). */
  readonly setup?: Setup | undefined;
  readonly value: string;
}

const setup = oneOf(SETUPS);

export const fingerprint: Codec<Fingerprint> = element(NS_DTLS, "fingerprint", (f) => ({
  hash: f.required("hash"),
  setup: f.optional("setup", setup),
  value: f.text(),
}));
