// XEP-0507: Jingle Content Category, version 0.1.0
// Does: category as a=content, both ways.
// Does not: announce itself, until screens are shared.
import { type Codec, single } from "../codec.js";

export const NS_CATEGORY = "urn:xmpp:jingle:apps:category:0";
export const FEATURES = [NS_CATEGORY] as const;

/** SDP `a=content:slides` (RFC 4796) as its word. */
export const category: Codec<string> = single(NS_CATEGORY, "category", "name");
