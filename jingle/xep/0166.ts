// XEP-0166: Jingle, version 1.1.2
// Does: every action both ways but transport-accept, for we replace no transport; tie-breaks, crossed and repeated
//   stanzas, errors of section 10, reasons; several contents in one session, added, changed and removed.
// Does not: replace transports (refused with unsupported-transports); security-info (unsupported-info); two
//   contents of one name as alternatives; redirection; early-session contents.

import { type Codec, element, oneOf, open, unbuilt } from "../codec.js";
import type { Element } from "../element.js";
import {
  ACTIONS,
  type Action,
  NS_JINGLE,
  REASONS,
  type ReasonCondition,
  ROLES,
  type Role,
  SENDERS,
  type Senders,
} from "./0166-words.js";
import { type RtpDescription, rtpDescription } from "./0167.js";
import { type IceTransport, iceTransport } from "./0176.js";
import { type Group, group } from "./0338.js";
import { ownLines } from "./jinglewire-sdp.js";

export * from "./0166-words.js";
export const FEATURES = [NS_JINGLE] as const;

/** The one element of every Jingle action. */
export interface Jingle {
  readonly action: Action;
  readonly sid: string;
  readonly initiator?: string | undefined;
  readonly responder?: string | undefined;
  readonly contents: readonly Content[];
  readonly groups: readonly Group[];
  readonly reason?: Reason | undefined;
  /** Payloads of session-info, and whatever nobody here knows. */
  readonly extra: readonly Element[];
}

/** §7.3. (creator, name) identifies it. */
export interface Content {
  readonly creator: Role;
  readonly name: string;
  /** Absent means "both" where a description is given, and "unchanged" where none is. */
  readonly senders?: Senders | undefined;
  readonly disposition?: string | undefined;
  readonly description?: RtpDescription | undefined;
  readonly transport?: IceTransport | undefined;
  /** Lines of SDP that no XEP has a place for, unchecked; only between two of us. */
  readonly ownLines?: readonly string[] | undefined;
  /** Descriptions, transports and security of namespaces that we do not know. */
  readonly extra: readonly Element[];
}

/** §7.4. Unknown or missing conditions read as general-error (T4). */
export interface Reason {
  readonly condition: ReasonCondition;
  /** Of alternative-session: the session to use instead. */
  readonly sid?: string | undefined;
  readonly text?: string | undefined;
  /** Application-specific elements such as rtp:errors:1 crypto-required. */
  readonly extra: readonly Element[];
}

export const reason: Codec<Reason> = {
  xmlns: NS_JINGLE,
  name: "reason",
  read(from) {
    let condition: ReasonCondition = "general-error";
    let sid: string | undefined;
    let text: string | undefined;
    const extra: Element[] = [];
    for (const node of from.getChildElements()) {
      const name = node.getName();
      const known = node.getNS() === NS_JINGLE ? REASONS.find((word) => word === name) : undefined;
      if (known) {
        condition = known;
        sid = node.getChildText("sid", NS_JINGLE) ?? undefined;
      } else if (name === "text" && node.getNS() === NS_JINGLE) text = node.getText();
      else extra.push(node);
    }
    return { condition, ...(sid !== undefined && { sid }), text, extra };
  },
  write(value, parentNS) {
    const out = open(NS_JINGLE, "reason", parentNS);
    const condition = out.c(value.condition);
    if (value.sid !== undefined) condition.c("sid").t(value.sid);
    if (value.text !== undefined) out.c("text").t(value.text);
    for (const node of value.extra) out.cnode(node);
    return out;
  },
};

const action = oneOf(ACTIONS);
const role = oneOf(ROLES);
const senders = oneOf(SENDERS);

const content: Codec<Content> = element(NS_JINGLE, "content", (f) => ({
  // 0166-27: creator defaults to initiator.
  creator: f.defaulted("creator", "initiator", role),
  name: f.required("name"),
  senders: f.optional("senders", senders),
  disposition: f.optional("disposition"),
  description: f.optionalChild(rtpDescription),
  transport: f.optionalChild(iceTransport),
  ownLines: f.optionalChild(ownLines),
  extra: f.rest(),
}));

const whole: Codec<Jingle> = element(NS_JINGLE, "jingle", (f) => ({
  action: f.required("action", action),
  sid: f.required("sid"),
  initiator: f.optional("initiator"),
  responder: f.optional("responder"),
  contents: f.children(content),
  groups: f.children(group),
  reason: f.optionalChild(reason),
  extra: f.rest(),
}));

/** Whoever sends an action needs its text only. */
export const jingle: Codec<Jingle> = unbuilt(whole);
