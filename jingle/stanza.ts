// RFC 6120 §8: building stanzas, and replies to them
import { Element } from "./element.js";
import type { RemoteError, StanzaCondition } from "./errors.js";
import { NS_JINGLE_ERRORS } from "./xep/0166-words.js";

export const NS_CLIENT = "jabber:client";
const NS_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** An element with children in one expression. Undefined attributes are left out. */
export function xml(
  name: string,
  attrs: Record<string, string | undefined>,
  ...children: (Element | string)[]
): Element {
  const out = new Element(name);
  for (const [key, value] of Object.entries(attrs)) if (value !== undefined) out.attrs[key] = value;
  out.append(...children);
  return out;
}

/** The empty result, or one with a payload, that answers an iq. */
export function resultOf(iq: Element, ...payload: Element[]): Element {
  return xml("iq", { type: "result", to: iq.attrs.from, from: iq.attrs.to, id: iq.attrs.id }, ...payload);
}

/** XEP-0166's own examples give each condition this type (table E of the rules). */
const ERROR_TYPES: Partial<Record<StanzaCondition, string>> = {
  "feature-not-implemented": "modify",
  redirect: "modify",
  "resource-constraint": "wait",
  "unexpected-request": "wait",
};

/**
 * The error that answers an iq. The message of a RemoteError stays here, since it can quote what others sent; only that
 * of a redirect is the address to try (E3).
 */
export function errorOf(
  iq: Element,
  error: Pick<RemoteError, "condition" | "application"> & { readonly message?: string },
): Element {
  const condition = xml(error.condition, { xmlns: NS_STANZAS });
  if (error.condition === "redirect" && error.message) condition.t(error.message);
  const details = xml("error", { type: ERROR_TYPES[error.condition] ?? "cancel" }, condition);
  if (error.application) details.cnode(xml(error.application, { xmlns: NS_JINGLE_ERRORS }));
  return xml("iq", { type: "error", to: iq.attrs.from, from: iq.attrs.to, id: iq.attrs.id }, details);
}

/** What an error stanza says. */
export interface StanzaError {
  readonly condition: string;
  readonly application?: string | undefined;
  readonly text?: string | undefined;
}

/** Reads the error child of a stanza of type "error"; a missing one reads as undefined-condition (RFC 6120 §8.3.3.21). */
export function readError(stanza: Element): StanzaError {
  const error = stanza.getChild("error");
  const children = error?.getChildElements() ?? [];
  const condition = children.find((node) => node.getNS() === NS_STANZAS && node.getName() !== "text");
  const application = children.find((node) => node.getNS() === NS_JINGLE_ERRORS);
  return {
    condition: condition?.getName() ?? "undefined-condition",
    application: application?.getName(),
    // E3: a redirect says where to within itself.
    text: error?.getChildText("text", NS_STANZAS) || condition?.getText() || undefined,
  };
}
