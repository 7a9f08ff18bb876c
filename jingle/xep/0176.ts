// XEP-0176: Jingle ICE-UDP Transport Method, version 1.1.1

import type { Element } from "ltx";
import { attribute, type Codec, child, defaulted, element, flag, integer, lenient, optional, rest } from "../codec.js";
import { type Fingerprint, fingerprint } from "./0320.js";
import { type SctpMap, sctpMap } from "./0343.js";

export const NS_ICE_UDP = "urn:xmpp:jingle:transports:ice-udp:1";
/** XEP-0371, which nobody offers first; a peer that announces it knows gathering-complete. */
export const NS_ICE = "urn:xmpp:jingle:transports:ice:0";
/** The option element of Conversations and Monal for SDP `a=ice-options:trickle`; no XEP has one. */
export const NS_ICE_OPTION = "http://gultsch.de/xmpp/drafts/jingle/transports/ice-udp/option";
export const FEATURES = [NS_ICE_UDP] as const;

export interface IceTransport {
  readonly ufrag?: string | undefined;
  readonly pwd?: string | undefined;
  readonly fingerprints: readonly Fingerprint[];
  readonly trickle?: true | undefined;
  readonly renomination?: true | undefined;
  readonly sctpMap?: SctpMap | undefined;
  readonly candidates: readonly Candidate[];
  /** XEP-0371's element, which stanza sends in ice-udp:1 too: no more candidates for this content (0371-02). */
  readonly gatheringComplete?: true | undefined;
  readonly extra: readonly Element[];
}

/** §5.3. What peers leave out (id, generation, type) has a default on receipt and is always written. */
export interface Candidate {
  readonly component: number;
  readonly foundation: string;
  readonly generation: number;
  /** An NCName, unique in the session (0176-08). */
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  readonly priority: number;
  readonly protocol: string;
  readonly type: string;
  readonly network?: string | undefined;
  readonly relAddr?: string | undefined;
  readonly relPort?: number | undefined;
  readonly tcptype?: string | undefined;
}

export const candidate: Codec<Candidate> = element(NS_ICE_UDP, "candidate", {
  component: integer("component", 0, 255),
  foundation: attribute("foundation"),
  generation: defaulted(integer("generation", 0, 255), 0),
  id: defaulted(attribute("id"), ""),
  ip: attribute("ip"),
  port: integer("port", 0, 65535),
  priority: integer("priority", 0, 2 ** 32 - 1),
  protocol: attribute("protocol"),
  type: defaulted(attribute("type"), "host"),
  network: optional(attribute("network")),
  relAddr: optional(attribute("rel-addr", ["rel_addr"])),
  // COMPAT(Monal): misspells it.
  relPort: optional(integer("rel-port", 0, 65535, ["rel_port"])),
  tcptype: optional(attribute("tcptype")),
});

export const iceTransport: Codec<IceTransport> = element(NS_ICE_UDP, "transport", {
  ufrag: optional(attribute("ufrag")),
  pwd: optional(attribute("pwd")),
  // Map section 0: a DTLS role that nobody knows fails the content.
  fingerprints: lenient(fingerprint, "setup"),
  trickle: optional(child(flag(NS_ICE_OPTION, "trickle"))),
  renomination: optional(child(flag(NS_ICE_OPTION, "renomination"))),
  sctpMap: optional(child(sctpMap)),
  candidates: lenient(candidate),
  gatheringComplete: optional(child(flag(NS_ICE_UDP, "gathering-complete"))),
  extra: rest(),
});
