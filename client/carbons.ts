// XEP-0280: Message Carbons, version 1.0.1
import type { Element } from "ltx";
import { bareJid, normaliseJid } from "../jingle/jid.js";
import { xml } from "../jingle/stanza.js";
import type { Connection } from "./connection/connection.js";
import { Requests } from "./requests.js";

const NS_CARBONS = "urn:xmpp:carbons:2";
const NS_FORWARD = "urn:xmpp:forward:0";
const NS_DELAY = "urn:xmpp:delay";

/** A message as it was sent, with what is known of its way to us. */
export interface HeardMessage {
  readonly stanza: Element;
  readonly carbon?: "sent" | "received" | undefined;
  /** When it was sent, if it waited for us (XEP-0203). ms since the epoch */
  readonly delayedSince: number | null;
}

/** Unpacks a carbon; null for one that does not come from our own account, which is forged (0280-02). */
export function unwrap(message: Element, ownJid: string): HeardMessage | null {
  for (const carbon of ["sent", "received"] as const) {
    const wrapper = message.getChild(carbon, NS_CARBONS);
    if (!wrapper) continue;
    if (normaliseJid(message.attrs.from ?? "") !== normaliseJid(bareJid(ownJid))) return null;
    const forwarded = wrapper.getChild("forwarded", NS_FORWARD);
    const stanza = forwarded?.getChild("message");
    return stanza ? { stanza, carbon, delayedSince: null } : null;
  }
  const stamp = message.getChild("delay", NS_DELAY)?.attrs.stamp;
  const since = Date.parse(stamp ?? "");
  return { stanza: message, delayedSince: Number.isNaN(since) ? null : since };
}

const enabled = new WeakSet<Connection>();

/** Asks the server for carbons once per session, again after every login that is not a resumption (0280-01). */
export function enableCarbons(connection: Connection): void {
  if (enabled.has(connection)) return;
  enabled.add(connection);
  // A server without carbons refuses: then this device simply does not hear what the others do.
  const ask = () =>
    Requests.of(connection)
      .request("set", undefined, xml("enable", { xmlns: NS_CARBONS }))
      .catch(() => {});
  connection.addEventListener("online", ({ resumed }) => {
    if (!resumed) void ask();
  });
  void ask();
}
