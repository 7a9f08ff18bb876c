// XEP-0199: XMPP Ping, version 2.0.1
// Does: answers pings; the component pings itself to see whether its link lives.
// Does not: ping others.
import { type Codec, flag } from "../codec.js";

export const NS_PING = "urn:xmpp:ping";
export const FEATURES = [NS_PING] as const;

export const ping: Codec<true> = flag(NS_PING, "ping");
