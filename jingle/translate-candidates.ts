// XEP-0176 §5.5, map t-7 ... t-18: RTCIceCandidates <-> transport-info
import {
  candidateValue,
  formatCandidates,
  isWelcomeCandidate,
  joinSpellings,
  type ParsedCandidate,
  parseCandidate,
} from "./candidate.js";
import type { ContentNames } from "./description.js";
import { RemoteError } from "./errors.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { isUfrag } from "./sdp-grammar.js";
import { collectOwnLines, formatOwnLines, type OwnLines, readOwnLines } from "./sdp-own-lines.js";
import { type Credentials, readCredentials } from "./sdp-read.js";
import type { Jingle, Role } from "./xep/0166.js";
import { type IceTransport, NS_ICE } from "./xep/0176.js";
import { NS_SDP } from "./xep/jinglewire-sdp.js";

/** RTCIceCandidate, or its JSON. */
export interface CandidateInit {
  /** Empty or absent: no more candidates for this m-line. */
  readonly candidate?: string | undefined;
  readonly sdpMid?: string | null | undefined;
  readonly sdpMLineIndex?: number | null | undefined;
  readonly usernameFragment?: string | null | undefined;
}

/** What RTCPeerConnection.addIceCandidate takes. */
export interface RemoteCandidate {
  /** Empty: no more candidates for this m-line. */
  readonly candidate: string;
  readonly sdpMid: string;
  readonly usernameFragment: string | null;
}

export interface TrickleOptions {
  readonly sid: string;
  /** Our session role. */
  readonly role: Role;
  /** Kept by the session: candidates of m-lines that it does not know are left out. Absent: name = mid, creator = role. */
  readonly names?: ContentNames | undefined;
  /** The peer's disco features, empty while they are unknown. Absent: another Jinglewire. */
  readonly peer?: ReadonlySet<string> | undefined;
  /** Each candidate by itself: some peers read the first one only. Default: towards peers whose features are unknown. */
  readonly oneEach?: boolean | undefined;
}

/**
 * Candidates as transport-info actions, one content each (0176-15), and one candidate each where the peer needs it so. Candidates of an ICE generation that the SDP no longer has are left out (map t-15).
 * @param localSdp the description that they belong to: their transport repeats its ufrag and pwd (0176-01).
 */
export function trickle(
  localSdp: string,
  candidates: readonly CandidateInit[],
  options: TrickleOptions,
): readonly Jingle[] {
  const { names, peer, role, oneEach = peer?.size === 0 } = options;
  return bySection(localSdp, candidates).flatMap(({ section, found, others, isComplete }) => {
    const name = names ? names.contentOf(section.mid) : { creator: role, name: section.mid };
    if (!name) return [];
    const complete = isComplete && knowsGatheringComplete(peer);
    const batches = oneEach && found.length > 0 ? found.map((one) => [one]) : [found];
    const ownLines = knowsOwnLines(peer) ? formatOwnLines(ownLinesOf(found, others)) : undefined;
    return batches
      .filter((batch) => batch.length > 0 || complete || ownLines)
      .map((batch): Jingle => {
        const transport = {
          ...NO_TRANSPORT,
          ufrag: section.ufrag,
          pwd: section.pwd,
          candidates: batch.map(({ candidate }) => candidate),
          gatheringComplete: (complete && batch === batches.at(-1)) || undefined,
        };
        const content = { ...name, transport, ownLines, extra: [] };
        return { action: "transport-info", sid: options.sid, contents: [content], groups: [], extra: [] };
      });
  });
}

function ownLinesOf(found: readonly ParsedCandidate[], others: readonly string[]): OwnLines {
  return collectOwnLines((name) => (name === "spelt" ? joinSpellings(found) : name === "candidate" ? others : []));
}

/**
 * The candidates of an action, for addIceCandidate. Left out are those with a field that its grammar does not allow, tcp
 * without tcptype (map t-12), component 2 (t-13) except from another Jinglewire, and those of contents that `names` does
 * not know.
 * @throws RemoteError resource-constraint past a limit.
 */
export function toCandidates(
  jingle: Jingle,
  options: { readonly names?: ContentNames | undefined; readonly limits?: Limits | undefined },
): readonly RemoteCandidate[] {
  return jingle.contents.flatMap(({ creator, name, transport, ownLines }): readonly RemoteCandidate[] => {
    const sdpMid = options.names ? options.names.midOf({ creator, name }) : name;
    if (!transport || sdpMid === undefined) return [];
    const limits = options.limits ?? DEFAULT_LIMITS;
    if (transport.candidates.length > limits.candidates) {
      throw new RemoteError("resource-constraint", undefined, `more than ${limits.candidates} candidates`);
    }
    const { ufrag } = transport;
    const usernameFragment = ufrag !== undefined && isUfrag(ufrag) ? ufrag : null;
    const found = formatCandidates(transport.candidates, readOwnLines(ownLines, limits), usernameFragment ?? undefined);
    if (transport.gatheringComplete) found.push("");
    return found.map((candidate) => ({ candidate, sdpMid, usernameFragment }));
  });
}

/** Map t-17: no XEP has it for ice-udp:1, and what strangers make of a transport-info without candidates is not good. */
export function knowsGatheringComplete(peer: ReadonlySet<string> | undefined): boolean {
  return !peer || peer.has(NS_ICE);
}

/** Another Jinglewire. */
export function knowsOwnLines(peer: ReadonlySet<string> | undefined): boolean {
  return !peer || peer.has(NS_SDP);
}

export const NO_TRANSPORT: IceTransport = { fingerprints: [], candidates: [], extra: [] };

interface Found {
  readonly section: Credentials;
  readonly found: ParsedCandidate[];
  /** Those that ice-udp:1 does not want. */
  readonly others: string[];
  isComplete: boolean;
}

function bySection(localSdp: string, candidates: readonly CandidateInit[]): readonly Found[] {
  const all = readCredentials(localSdp).map(
    (section): Found => ({ section, found: [], others: [], isComplete: false }),
  );
  for (const { candidate, sdpMid, sdpMLineIndex, usernameFragment } of candidates) {
    // Map t-16: the index only where there is no mid.
    const found = all.find(({ section }, index) =>
      sdpMid === null || sdpMid === undefined ? index === sdpMLineIndex : section.mid === sdpMid,
    );
    if (!found) continue;
    const { mid, ufrag } = found.section;
    const parsed = candidate ? parseCandidate(candidate, `${mid} ${ufrag}`) : undefined;
    if ((usernameFragment ?? parsed?.ufrag ?? ufrag) !== ufrag) continue;
    if (parsed && isWelcomeCandidate(parsed.candidate)) found.found.push(parsed);
    else if (parsed) found.others.push(candidateValue(candidate!));
    if (!candidate) found.isComplete = true;
  }
  return all;
}
