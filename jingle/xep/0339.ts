// XEP-0339: Source-Specific Media Attributes in Jingle, version 1.0.1
import { attribute, type Codec, element, integer, lenient, optional, single } from "../codec.js";

export const NS_SSMA = "urn:xmpp:jingle:apps:rtp:ssma:0";
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

const parameter: Codec<SourceParameter> = element(NS_SSMA, "parameter", {
  name: attribute("name"),
  value: optional(attribute("value")),
});

export const source: Codec<Source> = element(NS_SSMA, "source", {
  ssrc: integer("ssrc", 0, 2 ** 32 - 1),
  parameters: lenient(parameter),
});

export const sourceGroup: Codec<SourceGroup> = element(NS_SSMA, "ssrc-group", {
  semantics: attribute("semantics"),
  sources: lenient(single(NS_SSMA, "source", "ssrc")),
});
