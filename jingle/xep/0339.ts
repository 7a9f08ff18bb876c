// XEP-0339: Source-Specific Media Attributes in Jingle, version 1.0.1
// Does: sources with their parameters, groups of sources of any semantics, in their order.
// Does not: parameters without a value, which Chromium refuses and Conversations ends the call over.
import { type Codec, element, single, UINT } from "../codec.js";

export const NS_SSMA = "urn:xmpp:jingle:apps:rtp:ssma:0";
/** stanza's element for SDP `a=msid`; no XEP has one. */
export const NS_MSID = "urn:xmpp:jingle:apps:rtp:msid:0";
export const FEATURES = ["urn:ietf:rfc:5576"] as const;

/** SDP `a=ssrc:SSRC NAME:VALUE`, all lines of one SSRC together. */
export interface Source {
  readonly ssrc: number;
  readonly parameters: readonly SourceParameter[];
}

export interface SourceParameter {
  readonly name: string;
  readonly value?: string | undefined;
}

/** SDP `a=ssrc-group:FID 1 2`. The order of its sources has a meaning. */
export interface SourceGroup {
  readonly semantics: string;
  readonly sources: readonly string[];
}

const parameter: Codec<SourceParameter> = element(NS_SSMA, "parameter", (f) => ({
  name: f.required("name"),
  value: f.optional("value"),
}));

export const source: Codec<Source> = element(NS_SSMA, "source", (f) => ({
  ssrc: f.required("ssrc", UINT),
  parameters: f.lenient(parameter),
}));

const member = single(NS_SSMA, "source", "ssrc");

export const sourceGroup: Codec<SourceGroup> = element(NS_SSMA, "ssrc-group", (f) => ({
  semantics: f.required("semantics"),
  sources: f.lenient(member),
}));
