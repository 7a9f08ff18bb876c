// XEP-0176: Jingle ICE-UDP Transport Method, version 1.1.1
// Does: credentials and candidates in every action that carries a transport, trickled by transport-info; reads and
//   announces ICE restarts; gathering-complete of XEP-0371, towards peers that know it.
// Does not: the transport ice:0 of XEP-0371; remote-candidate; tcp and component-2 candidates, except between two
//   of us; ICE lite.

import type { Element } from "ltx";
import { BYTE, type Codec, element, flag, SHORT, UINT, verbatim } from "../codec.js";
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

export const candidate: Codec<Candidate> = element(NS_ICE_UDP, "candidate", (f) => ({
  component: f.required("component", BYTE),
  foundation: f.required("foundation"),
  generation: f.defaulted("generation", 0, BYTE),
  id: f.defaulted("id", ""),
  ip: f.required("ip"),
  port: f.required("port", SHORT),
  priority: f.required("priority", UINT),
  protocol: f.required("protocol"),
  type: f.defaulted("type", "host"),
  network: f.optional("network"),
  relAddr: f.optional("rel-addr", verbatim, "rel_addr"),
  // COMPAT(Monal): misspells it.
  relPort: f.optional("rel-port", SHORT, "rel_port"),
  tcptype: f.optional("tcptype"),
}));

const trickle = flag(NS_ICE_OPTION, "trickle");
const renomination = flag(NS_ICE_OPTION, "renomination");
const gatheringComplete = flag(NS_ICE_UDP, "gathering-complete");

export const iceTransport: Codec<IceTransport> = element(NS_ICE_UDP, "transport", (f) => ({
  ufrag: f.optional("ufrag"),
  pwd: f.optional("pwd"),
  // Map section 0: a DTLS role that nobody knows fails the content.
  fingerprints: f.lenient(fingerprint, "setup"),
  trickle: f.optionalChild(trickle),
  renomination: f.optionalChild(renomination),
  sctpMap: f.optionalChild(sctpMap),
  candidates: f.lenient(candidate),
  gatheringComplete: f.optionalChild(gatheringComplete),
  extra: f.rest(),
}));
