// XEP-0313: Message Archive Management, version 1.1.3
// Does: asks the account's own archive for pages, of all messages or of those with one address, the newest first; reads
//   results and how a page ends; pages by XEP-0059.
// Does not: preferences, filters by time or id, flipped pages, metadata; archives of rooms.
import type { Element } from "ltx";
import { type Codec, element, integer, oneOf, single } from "../codec.js";

export const NS_MAM = "urn:xmpp:mam:2";
const NS_FORM = "jabber:x:data";
const NS_RSM = "http://jabber.org/protocol/rsm";
const NS_FORWARD = "urn:xmpp:forward:0";

/** §4: which messages are asked for. */
export interface ArchiveQuery {
  /** Comes back with each result. */
  readonly queryid: string;
  /** §4.1.1: to and from this address alone. */
  readonly with?: string | undefined;
  /** Those before the result with this id; "" for the newest. */
  readonly before: string;
  /** How many at most. */
  readonly max: number;
}

/** §4.2: one message of the archive. */
export interface ArchiveResult {
  /** Its id in the archive. */
  readonly id: string;
  readonly queryid?: string | undefined;
  /** When the archive received it, as XEP-0082 writes it. */
  readonly stamp: string;
  readonly message: Element;
}

/** §4.3: how a page ends. */
export interface ArchiveEnd {
  /** Are there no more messages in the direction that was asked for? */
  readonly complete: boolean;
  /** The id of the page's first result. */
  readonly first?: string | undefined;
}

interface Text {
  readonly text: string;
}
const text = (xmlns: string, name: string): Codec<Text> => element(xmlns, name, (f) => ({ text: f.text() }));

interface Field {
  readonly var: string;
  readonly type?: string | undefined;
  readonly value: Text;
}
const field: Codec<Field> = element(NS_FORM, "field", (f) => ({
  var: f.required("var"),
  type: f.optional("type"),
  value: f.child(text(NS_FORM, "value")),
}));

interface Form {
  readonly type: string;
  readonly fields: readonly Field[];
}
const form: Codec<Form> = element(NS_FORM, "x", (f) => ({ type: f.required("type"), fields: f.lenient(field) }));

interface Slice {
  readonly max?: Text | undefined;
  readonly before?: Text | undefined;
  readonly first?: Text | undefined;
}
const slice: Codec<Slice> = element(NS_RSM, "set", (f) => ({
  max: f.optionalChild(text(NS_RSM, "max")),
  before: f.optionalChild(text(NS_RSM, "before")),
  first: f.optionalChild(text(NS_RSM, "first")),
}));

interface Query {
  readonly queryid: string;
  readonly form: Form;
  readonly slice: Slice;
}
const query: Codec<Query> = element(NS_MAM, "query", (f) => ({
  queryid: f.required("queryid"),
  form: f.child(form),
  slice: f.child(slice),
}));

interface Forwarded {
  readonly stamp: string;
  readonly inside: readonly Element[];
}
const forwarded: Codec<Forwarded> = element(NS_FORWARD, "forwarded", (f) => ({
  stamp: f.child(single("urn:xmpp:delay", "delay", "stamp")),
  inside: f.rest(),
}));

interface Result {
  readonly id: string;
  readonly queryid?: string | undefined;
  readonly forwarded: Forwarded;
}
const result: Codec<Result> = element(NS_MAM, "result", (f) => ({
  id: f.required("id"),
  queryid: f.optional("queryid"),
  forwarded: f.child(forwarded),
}));

interface Fin {
  readonly complete?: "true" | "1" | "false" | "0" | undefined;
  readonly slice?: Slice | undefined;
}
const fin: Codec<Fin> = element(NS_MAM, "fin", (f) => ({
  complete: f.optional("complete", oneOf(["true", "1", "false", "0"])),
  slice: f.optionalChild(slice),
}));

const count = integer(1, 1000);

/** The payload of the question. */
export function writeArchiveQuery({ queryid, with: address, before, max }: ArchiveQuery): Element {
  const fields: Field[] = [{ var: "FORM_TYPE", type: "hidden", value: { text: NS_MAM } }];
  if (address !== undefined) fields.push({ var: "with", value: { text: address } });
  const page = { max: { text: String(max) }, before: { text: before } };
  return query.write({ queryid, form: { type: "submit", fields }, slice: page });
}

/** What is asked; for those who answer. Throws RemoteError on a malformed one. */
export function readArchiveQuery(payload: Element): ArchiveQuery {
  const { queryid, form, slice } = query.read(payload);
  const address = form.fields.find((one) => one.var === "with")?.value.text;
  return { queryid, with: address, before: slice.before?.text ?? "", max: count(slice.max?.text ?? "50") };
}

/** The result that a message carries, or undefined when it carries none; throws RemoteError on a malformed one. */
export function readArchiveResult(message: Element): ArchiveResult | undefined {
  const found = message.getChild(result.name, NS_MAM);
  if (!found) return undefined;
  const { id, queryid, forwarded } = result.read(found);
  const inside = forwarded.inside.find((one) => one.getName() === "message");
  return inside && { id, queryid, stamp: forwarded.stamp, message: inside };
}

export function writeArchiveResult({ id, queryid, stamp, message }: ArchiveResult): Element {
  return result.write({ id, queryid, forwarded: { stamp, inside: [message] } });
}

/** How the page ends, by the result of the question; an answer of other making ends it for good. */
export function readArchiveEnd(iq: Element): ArchiveEnd {
  const found = iq.getChild(fin.name, NS_MAM);
  if (!found) return { complete: true };
  const { complete, slice } = fin.read(found);
  return { complete: complete === "true" || complete === "1", first: slice?.first?.text };
}

export function writeArchiveEnd({ complete, first }: ArchiveEnd): Element {
  const slice = { ...(first !== undefined && { first: { text: first } }) };
  return fin.write({ ...(complete && { complete: "true" as const }), slice });
}
