import { NS_RTP, NS_RTP_VIDEO } from "../jingle/xep/0167.js";
import { NS_MSID } from "../jingle/xep/0339.js";
import { NS_JINGLE_MESSAGE } from "../jingle/xep/0353.js";
import { NS_CATEGORY } from "../jingle/xep/0507.js";
import { NS_SDP } from "../jingle/xep/jinglewire-sdp.js";

/** What a device says of itself. */
export interface Announced {
  /** Its disco features; empty while they are unknown. */
  readonly features: ReadonlySet<string>;
  /** The node of its capabilities (XEP-0115): which program it is. */
  readonly node?: string | undefined;
}

/** What the other side's client takes, as far as it differs from client to client. */
export interface Dialect {
  /** ICE restarts: at the first sign of trouble, once nothing else is left, then but only as initiator, or never. */
  readonly restart: "early" | "late" | "as-initiator" | "never";
  /** May a picture be added to a running call? */
  readonly addVideo: boolean;
  /** Does it know a second picture for a screen? */
  readonly addScreen: boolean;
  /** May a hold change the senders, beside being told? */
  readonly modifyForHold: boolean;
  /** Does each candidate need a transport-info of its own? */
  readonly oneCandidateEach: boolean;
}

/** What has not to be found out, by the node of a client's capabilities; each line is from its source. */
const BY_NODE: readonly (readonly [RegExp, Partial<Dialect>])[] = [
  // Sets remote credentials once.
  [/\/dino\.im/, { restart: "never" }],
  // Refuses other credentials than the first, reads one candidate of a transport-info, never answers content-add.
  [/\/monal-im\.org/, { restart: "never", addVideo: false, oneCandidateEach: true }],
  // No restart known, and an offer for one would wait in vain.
  [/\bmovim\.eu/, { restart: "never" }],
];

/**
 * Which device of an account to call without message initiation: none where one of them knows it, or is not known yet.
 * @param devices its devices that are there, with their features.
 */
export function directDevice(devices: ReadonlyMap<string, ReadonlySet<string> | undefined>): string | null {
  let found: string | null = null;
  for (const [jid, features] of devices) {
    if (!features || features.has(NS_JINGLE_MESSAGE)) return null;
    if (features.has(NS_RTP)) found ??= jid;
  }
  return found;
}

/** How to speak with a device. */
export function dialectOf({ features, node = "" }: Announced): Dialect {
  // Only another Jinglewire is known to take a restart well and a hold in content-modify: Dino answers senders "none"
  // with an error, Conversations with the end of the call.
  const isOurs = features.has(NS_SDP);
  return {
    // stanza restarts as initiator itself, and breaks where it is asked then.
    restart: isOurs ? "early" : features.has(NS_MSID) ? "as-initiator" : "late",
    addVideo: features.has(NS_RTP_VIDEO),
    addScreen: features.has(NS_CATEGORY),
    modifyForHold: isOurs,
    oneCandidateEach: features.size === 0,
    ...BY_NODE.find(([client]) => client.test(node))?.[1],
  };
}
