// XEP-0294: Jingle RTP Header Extensions Negotiation, version 1.1.2
// Does: rtp-hdrext with direction by role and parameters, extmap-allow-mixed.
// Does not: renumber extensions, or take ids that no packet can carry.
import { type Codec, element, flag, oneOf } from "../codec.js";
import { SENDERS, type Senders } from "./0166-words.js";

export const NS_HDREXT = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0";
export const FEATURES = [NS_HDREXT] as const;

/** SDP `a=extmap:4 URI`. */
export interface HeaderExtension {
  /** A string, because Conversations writes `2/recvonly` here; the translator splits it. */
  readonly id: string;
  readonly uri: string;
  readonly senders?: Senders | undefined;
  readonly parameters: readonly HeaderExtensionParameter[];
}

export interface HeaderExtensionParameter {
  readonly name: string;
  readonly value?: string | undefined;
}

const parameter: Codec<HeaderExtensionParameter> = element(NS_HDREXT, "parameter", (f) => ({
  name: f.required("name"),
  value: f.optional("value"),
}));

const senders = oneOf(SENDERS);

export const headerExtension: Codec<HeaderExtension> = element(NS_HDREXT, "rtp-hdrext", (f) => ({
  id: f.required("id"),
  uri: f.required("uri"),
  senders: f.optional("senders", senders),
  parameters: f.lenient(parameter),
}));

/** §5: SDP `a=extmap-allow-mixed`. */
export const extmapAllowMixed: Codec<true> = flag(NS_HDREXT, "extmap-allow-mixed");
