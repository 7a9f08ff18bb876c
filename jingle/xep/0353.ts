// XEP-0353: Jingle Message Initiation, version 0.8.0
// Does: propose, ringing, proceed, reject, retract and finish with their reasons, to and from many devices; glare;
//   a call that moves to another device; `accept` to and from older devices of the account.
// Does not: the namespace that the XEP's registry section names by mistake.
import type { Element } from "ltx";
import { type Codec, element, flag, single } from "../codec.js";
import { type Reason, reason } from "./0166.js";
import { NS_RTP } from "./0167.js";

/** 0353-01: the XEP's registry section names another namespace by mistake. */
export const NS_JINGLE_MESSAGE = "urn:xmpp:jingle-message:0";
export const FEATURES = [NS_JINGLE_MESSAGE] as const;

export const MESSAGE_ACTIONS = ["accept", "finish", "proceed", "propose", "reject", "retract", "ringing"] as const;
export type MessageAction = (typeof MESSAGE_ACTIONS)[number];

/** One step of message initiation. `id` becomes the Jingle sid (0353-03). */
export interface JingleMessage {
  readonly action: MessageAction;
  readonly id: string;
  /** Of propose: "audio", "video", one per description. */
  readonly media: readonly string[];
  readonly reason?: Reason | undefined;
  readonly tieBreak?: true | undefined;
  /** Of finish: the id of the call that takes this one's place (§4.2). */
  readonly migratedTo?: string | undefined;
}

type Body = Omit<JingleMessage, "action">;

const media = single(NS_RTP, "description", "media");
const tieBreak = flag(NS_JINGLE_MESSAGE, "tie-break");
const migrated = single(NS_JINGLE_MESSAGE, "migrated", "to");

const codecs = new Map(
  MESSAGE_ACTIONS.map((action): readonly [MessageAction, Codec<Body>] => [
    action,
    element(NS_JINGLE_MESSAGE, action, (f) => ({
      id: f.required("id"),
      media: f.lenient(media),
      reason: f.optionalChild(reason),
      tieBreak: f.optionalChild(tieBreak),
      migratedTo: f.optionalChild(migrated),
    })),
  ]),
);

/** The step that a message stanza carries, or undefined when it carries none; throws RemoteError on a malformed one. */
export function readJingleMessage(message: Element): JingleMessage | undefined {
  for (const node of message.getChildElements()) {
    if (node.getNS() !== NS_JINGLE_MESSAGE) continue;
    const action = MESSAGE_ACTIONS.find((word) => word === node.getName());
    if (action) return { action, ...codecs.get(action)!.read(node) };
  }
  return undefined;
}

export function writeJingleMessage(message: JingleMessage): Element {
  return codecs.get(message.action)!.write(message);
}
