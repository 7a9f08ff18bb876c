// XEP-0338: Jingle Grouping Framework, version 1.0.0
// Does: BUNDLE and LS, of content names, whole in each action with contents; a peer without groups is not bundled.
// Does not: groups of other semantics, which are dropped.
import { type Codec, element, single } from "../codec.js";

export const NS_GROUPING = "urn:xmpp:jingle:apps:grouping:0";
export const FEATURES = ["urn:ietf:rfc:5888"] as const;

/** SDP `a=group:BUNDLE 0 1`, with content names in place of mids. */
export interface Group {
  readonly semantics: string;
  readonly names: readonly string[];
}

const member = single(NS_GROUPING, "content", "name");

export const group: Codec<Group> = element(NS_GROUPING, "group", (f) => ({
  semantics: f.required("semantics"),
  names: f.lenient(member),
}));
