import { readFileSync } from "node:fs";
import { join } from "node:path";
import { XmlDocument, XmlLibError, XmlValidateError, XsdValidator } from "libxml2-wasm";
import { xmlRegisterFsInputProviders } from "libxml2-wasm/lib/nodejs.mjs";
import { type Element, parse } from "ltx";
import { specVectors } from "./spec-vectors.js";

let compiled: XsdValidator | undefined;

/**
 * What the XEPs' schemas (as patched in the vectors: PATCHES.md there) find wrong with a stanza; about 0.1 ms. Nothing
 * when the schemas are not there. Unknown namespaces pass: see `unknownNamespaces`.
 */
export function validate(stanzaXml: string): readonly string[] {
  const vectors = specVectors();
  if (!vectors) return [];
  compiled ??= compile(join(vectors, "schemas-patched/driver.xsd"));
  let document: XmlDocument;
  try {
    document = XmlDocument.fromString(withNamespace(stanzaXml));
  } catch (error) {
    return [`not well-formed: ${String(error)}`];
  }
  try {
    compiled.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map(({ message }) => message.trim());
    if (error instanceof XmlLibError) return [error.message];
    throw error;
  } finally {
    document.dispose();
  }
}

function compile(file: string): XsdValidator {
  xmlRegisterFsInputProviders();
  const document = XmlDocument.fromBuffer(readFileSync(file), { url: file });
  try {
    return XsdValidator.fromDoc(document);
  } finally {
    document.dispose();
  }
}

/** A stanza takes the namespace of its stream, which its text does not repeat. */
function withNamespace(stanzaXml: string): string {
  return stanzaXml.replace(/^(\s*<(?:iq|message|presence))(?=[\s/>])(?![^>]*\sxmlns\s*=)/, "$1 xmlns='jabber:client'");
}

/** Everything that a stanza of ours may hold. Whoever speaks a new XEP adds a line. */
export const KNOWN_NAMESPACES: ReadonlySet<string> = new Set([
  "http://www.w3.org/XML/1998/namespace",
  "jabber:client",
  "jabber:component:accept",
  "urn:ietf:params:xml:ns:xmpp-stanzas", // RFC 6120
  "urn:ietf:params:xml:ns:xmpp-bind",
  "jabber:iq:roster", // RFC 6121
  "jabber:x:data", // XEP-0004
  "http://jabber.org/protocol/disco#info", // XEP-0030
  "http://jabber.org/protocol/disco#items",
  "jabber:iq:version", // XEP-0092
  "http://jabber.org/protocol/caps", // XEP-0115
  "urn:xmpp:jingle:1", // XEP-0166
  "urn:xmpp:jingle:errors:1",
  "urn:xmpp:jingle:apps:rtp:1", // XEP-0167
  "urn:xmpp:jingle:apps:rtp:info:1",
  "urn:xmpp:jingle:apps:rtp:errors:1",
  "urn:xmpp:jingle:transports:ice-udp:1", // XEP-0176
  "http://gultsch.de/xmpp/drafts/jingle/transports/ice-udp/option", // Conversations' draft
  "urn:xmpp:receipts", // XEP-0184
  "urn:xmpp:ping", // XEP-0199
  "urn:xmpp:delay", // XEP-0203, which @xmpp/client adds to what it sends again
  "http://jabber.org/protocol/rsm", // XEP-0059
  "urn:xmpp:carbons:2", // XEP-0280
  "urn:xmpp:jingle:apps:rtp:rtcp-fb:0", // XEP-0293
  "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0", // XEP-0294
  "urn:xmpp:extdisco:2", // XEP-0215
  "urn:xmpp:jingle:transfer:0", // XEP-0251
  "urn:xmpp:forward:0", // XEP-0297
  "urn:xmpp:mam:2", // XEP-0313
  "urn:xmpp:jingle:apps:dtls:0", // XEP-0320
  "urn:xmpp:hints", // XEP-0334
  "urn:xmpp:jingle:apps:grouping:0", // XEP-0338
  "urn:xmpp:jingle:apps:rtp:ssma:0", // XEP-0339
  "urn:xmpp:jingle:transports:dtls-sctp:1", // XEP-0343
  "urn:xmpp:jingle-message:0", // XEP-0353
  "urn:xmpp:sid:0", // XEP-0359
  "urn:xmpp:jingle:apps:category:0", // XEP-0507
  "urn:jinglewire:sdp:0", // ours: docs/decisions/private-element.md
  "urn:xmpp:jingle:apps:rtp:msid:0", // stanza's element for a=msid, sent to those who announce it
]);

/** The namespaces of a stanza that nobody has written down: a misspelt one passes every schema. */
export function unknownNamespaces(stanzaXml: string): readonly string[] {
  const unknown = new Set<string>();
  const visit = (element: Element) => {
    const namespace = element.getNS();
    if (!KNOWN_NAMESPACES.has(namespace ?? "")) unknown.add(namespace ?? "(none)");
    for (const child of element.getChildElements()) visit(child);
  };
  visit(parse(withNamespace(stanzaXml)));
  return [...unknown];
}

export interface BadStanza {
  readonly test: string;
  readonly problems: readonly string[];
  readonly stanza: string;
}

const waiting = new Set<string>();
const bad: BadStanza[] = [];

/** Puts a stanza that a test emits into the diary: it is checked when the test is over (stanza-diary.ts). */
export function keep(stanza: Element | string): void {
  waiting.add(stanza.toString());
}

/** Checks what was kept since the last time, and forgets it. */
export function checkKept(test: string): void {
  for (const stanza of waiting) {
    const problems = [...validate(stanza), ...unknownNamespaces(stanza).map((one) => `unknown namespace ${one}`)];
    if (problems.length > 0) bad.push({ test, problems, stanza });
  }
  waiting.clear();
}

/** The bad stanzas of the run so far. */
export function badStanzas(): readonly BadStanza[] {
  return bad;
}

/** As `keep`, for one frame of a stream (RFC 7395), which may be something else than a stanza. Returns it. */
export function kept(frame: string): string {
  if (/^<(iq|message|presence)[\s>/]/.test(frame)) keep(frame);
  return frame;
}
