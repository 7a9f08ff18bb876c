// XEP-0199: XMPP Ping, version 2.0.1
import { type Codec, flag } from "../codec.js";

export const NS_PING = "urn:xmpp:ping";
export const FEATURES = [NS_PING] as const;

export const ping: Codec<true> = flag(NS_PING, "ping");
