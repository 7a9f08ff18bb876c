// XEP-0176 §5.5, map t-7 ... t-18: RTCIceCandidates <-> transport-info
import { formatCandidate, parseCandidate } from "./candidate.js";
import type { ContentName, ContentNames } from "./description.js";
import { isUfrag } from "./sdp-grammar.js";
import { type Credentials, readCredentials } from "./sdp-read.js";
import type { Jingle, Role } from "./xep/0166.js";
import { type Candidate, type IceTransport, NS_ICE } from "./xep/0176.js";

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
}

/**
 * Candidates as transport-info actions, one content each (0176-15); peers whose features are unknown get one candidate
 * each. Candidates of an ICE generation that the SDP no longer has are left out (map t-15).
 * @param localSdp the description that they belong to: their transport repeats its ufrag and pwd (0176-01).
 */
export function trickle(
  localSdp: string,
  candidates: readonly CandidateInit[],
  options: TrickleOptions,
): readonly Jingle[] {
  const { names, peer, role } = options;
  return bySection(localSdp, candidates).flatMap(({ credentials, candidates: found, isComplete }) => {
    const name = names ? names.contentOf(credentials.mid) : { creator: role, name: credentials.mid };
    if (!name) return [];
    const complete = isComplete && knowsGatheringComplete(peer);
    const batches = peer?.size === 0 && found.length > 0 ? found.map((one) => [one]) : [found];
    return batches
      .filter((batch) => batch.length > 0 || complete)
      .map((batch) => transportInfo(options.sid, name, credentials, batch, complete && batch === batches.at(-1)));
  });
}

/**
 * The candidates of an action, for addIceCandidate. Left out are those with a field that its grammar does not allow, tcp
 * without tcptype (map t-12), component 2 (t-13), and those of contents that `names` does not know.
 */
export function toCandidates(
  jingle: Jingle,
  options: { readonly names?: ContentNames | undefined },
): readonly RemoteCandidate[] {
  return jingle.contents.flatMap(({ creator, name, transport }): readonly RemoteCandidate[] => {
    const sdpMid = options.names ? options.names.midOf({ creator, name }) : name;
    if (!transport || sdpMid === undefined) return [];
    const { ufrag } = transport;
    const usernameFragment = ufrag !== undefined && isUfrag(ufrag) ? ufrag : null;
    const found = transport.candidates.flatMap((one) => formatCandidate(one, usernameFragment ?? undefined) ?? []);
    if (transport.gatheringComplete) found.push("");
    return found.map((candidate) => ({ candidate, sdpMid, usernameFragment }));
  });
}

/** Map t-12, t-13: ice-udp:1 knows udp only, and with rtcp-mux there is no second component. */
export function isWelcomeCandidate({ component, protocol }: Candidate): boolean {
  return component === 1 && protocol === "udp";
}

/** Map t-17: no XEP has it for ice-udp:1, and what strangers make of a transport-info without candidates is not good. */
export function knowsGatheringComplete(peer: ReadonlySet<string> | undefined): boolean {
  return !peer || peer.has(NS_ICE);
}

export const NO_TRANSPORT: IceTransport = { fingerprints: [], candidates: [], extra: [] };

interface Found {
  readonly credentials: Credentials;
  readonly candidates: Candidate[];
  isComplete: boolean;
}

function bySection(localSdp: string, candidates: readonly CandidateInit[]): readonly Found[] {
  const sections = readCredentials(localSdp).map(
    (credentials): Found => ({ credentials, candidates: [], isComplete: false }),
  );
  for (const { candidate, sdpMid, sdpMLineIndex, usernameFragment } of candidates) {
    // Map t-16: the index only where there is no mid.
    const section = sections.find(({ credentials }, index) =>
      sdpMid === null || sdpMid === undefined ? index === sdpMLineIndex : credentials.mid === sdpMid,
    );
    if (!section) continue;
    const { mid, ufrag } = section.credentials;
    const parsed = candidate ? parseCandidate(candidate, `${mid} ${ufrag}`) : undefined;
    if ((usernameFragment ?? parsed?.ufrag ?? ufrag) !== ufrag) continue;
    if (parsed && isWelcomeCandidate(parsed.candidate)) section.candidates.push(parsed.candidate);
    if (!candidate) section.isComplete = true;
  }
  return sections;
}

function transportInfo(
  sid: string,
  { creator, name }: ContentName,
  { ufrag, pwd }: Credentials,
  candidates: readonly Candidate[],
  isComplete: boolean,
): Jingle {
  const transport = { ...NO_TRANSPORT, ufrag, pwd, candidates, gatheringComplete: isComplete || undefined };
  return { action: "transport-info", sid, contents: [{ creator, name, transport, extra: [] }], groups: [], extra: [] };
}
