// What becomes of a stanza whose session was lost before the server acknowledged it

import type { Element } from "ltx";
import { xml } from "../../jingle/stanza.js";

// Not imported from jingle/: a host that only signs in should not load the whole protocol for two names.
const NS_JINGLE = "urn:xmpp:jingle:1";
const NS_JINGLE_MESSAGE = "urn:xmpp:jingle-message:0";

const SUBSCRIPTIONS = new Set(["subscribe", "subscribed", "unsubscribe", "unsubscribed"]);

/**
 * "again": sent once more in the next session; "bounce": answered with an error as a server would; "drop": it meant the
 * lost session only, which the "online" event tells of with `resumed: false`.
 */
export function afterLoss(stanza: Element): "again" | "bounce" | "drop" {
  const type: string | undefined = stanza.attrs.type;
  switch (stanza.name) {
    case "message":
      // What a person wrote may arrive twice rather than never; a typing notice is worth nothing when late.
      if (type === "error") return "drop";
      // XEP-0353: every step has an id, and who has heard it already ignores it; who has not would ring on.
      if (stanza.getChildElements().some((child) => child.getNS() === NS_JINGLE_MESSAGE)) return "again";
      return (type === undefined || type === "chat" || type === "normal") && stanza.getChild("body")
        ? "again"
        : "bounce";
    case "presence":
      if (type !== undefined && SUBSCRIPTIONS.has(type)) return "again";
      return stanza.attrs.to !== undefined && type !== "error" && type !== "unavailable" ? "bounce" : "drop";
    default:
      // XEP-0166 §6.7: whoever has ended the session already acknowledges it all the same.
      if (stanza.getChild("jingle", NS_JINGLE)?.attrs.action === "session-terminate") return "again";
      // A reply may arrive twice, since its reader takes the first. A request may not: it could be done twice.
      return type === "result" || type === "error" ? "again" : "bounce";
  }
}

/** The error with which a server answers what it cannot deliver (RFC 6120 section 8.3); null for a reply. */
export function bounce(stanza: Element, jid: string): Element | null {
  const { id, to, type } = stanza.attrs;
  if (type === "error" || type === "result") return null;
  const condition = xml("recipient-unavailable", { xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas" });
  const error = xml("error", { type: "wait" }, condition);
  return xml(stanza.name, { xmlns: "jabber:client", type: "error", id, from: to, to: jid }, error);
}
