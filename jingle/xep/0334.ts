// XEP-0334: Message Processing Hints, version 1.0.0
// Does: `store` on every step of message initiation.
// Does not: the other hints; need any from others.
import { type Codec, flag } from "../codec.js";

export const NS_HINTS = "urn:xmpp:hints";

/** Asks servers to keep a message although it has no body (0334-01). */
export const store: Codec<true> = flag(NS_HINTS, "store");
