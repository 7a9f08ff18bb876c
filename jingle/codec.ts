import { Element } from "./element.js";
import { RemoteError } from "./errors.js";

/** One XML element, declared once: what reads it is what writes it. */
export interface Codec<T> {
  readonly xmlns: string;
  readonly name: string;
  /** Reads an element that was already recognised by name and namespace; throws RemoteError (bad-request) with the path. */
  read(element: Element, defaultNS?: string): T;
  /** Builds the element; xmlns is left out where it equals the parent's. */
  write(value: T, parentNS?: string): Element;
}

interface Slot<T, Presence extends "required" | "optional"> {
  readonly presence: Presence;
  readonly part: Part;
  /** Only for the compiler: invariant in T, so that a codec and its interface cannot drift apart. */
  readonly type?: (value: T) => T;
}
export type RequiredField<T> = Slot<T, "required">;
export type OptionalField<T> = Slot<T, "optional">;

/** A missing, extra, wrongly typed or wrongly optional field does not compile. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalField<Exclude<T[K], undefined>>
    : RequiredField<T[K]>;
};

interface AttributePart {
  readonly kind: "attribute";
  readonly attributes: readonly string[];
  readonly parse: (text: string) => unknown;
  readonly fallback: unknown;
}
interface ChildPart {
  readonly kind: "child" | "children" | "lenient";
  readonly codec: Codec<unknown>;
  /** Of lenient: the attribute that must be sound all the same. */
  readonly fatal?: string | undefined;
}
interface TextPart {
  readonly kind: "text";
}
interface RestPart {
  readonly kind: "rest";
}
type Part = AttributePart | ChildPart | TextPart | RestPart;

const REQUIRED = Symbol("required");
const verbatim = (text: string) => text;

/** A string attribute. `aliases` are misspellings of peers that are read, never written. */
export function attribute(name: string, aliases: readonly string[] = []): RequiredField<string> {
  return required({ kind: "attribute", attributes: [name, ...aliases], parse: verbatim, fallback: REQUIRED });
}

/** An integer attribute within [min, max]; what is not a plain decimal number is refused. */
export function integer(
  name: string,
  min: number,
  max: number,
  aliases: readonly string[] = [],
): RequiredField<number> {
  const parse = (text: string) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw bad(`not an integer in ${min}..${max}`);
    return value;
  };
  return required({ kind: "attribute", attributes: [name, ...aliases], parse, fallback: REQUIRED });
}

/** An attribute with a closed list of values. */
export function oneOf<const V extends string>(name: string, values: readonly V[]): RequiredField<V> {
  const parse = (text: string) => {
    if (!(values as readonly string[]).includes(text)) throw bad(`not one of ${values.join(", ")}`);
    return text;
  };
  return required({ kind: "attribute", attributes: [name], parse, fallback: REQUIRED });
}

/** A field that may be absent (undefined). */
export function optional<T>(field: RequiredField<T>): OptionalField<T> {
  const part = field.part.kind === "attribute" ? { ...field.part, fallback: undefined } : field.part;
  return { presence: "optional", part };
}

/** An attribute that has a default when absent; the default is written out, since peers differ in what they assume. */
export function defaulted<T>(field: RequiredField<T>, value: T): RequiredField<T> {
  if (field.part.kind !== "attribute") throw new TypeError("only an attribute has a default");
  return required({ ...field.part, fallback: value });
}

/** Exactly one child element; further ones of the same kind are left in `extra`. */
export function child<T>(codec: Codec<T>): RequiredField<T> {
  return required({ kind: "child", codec: codec as Codec<unknown> });
}

/** Any number of child elements, in order. */
export function children<T>(codec: Codec<T>): RequiredField<readonly T[]> {
  return required({ kind: "children", codec: codec as Codec<unknown> });
}

/**
 * As `children`, but a malformed one is dropped alone: it costs that element, not the call.
 * @param fatal the attribute that others rely on: when that one is malformed, so is the whole.
 */
export function lenient<T>(codec: Codec<T>, fatal?: string): RequiredField<readonly T[]> {
  return required({ kind: "lenient", codec: codec as Codec<unknown>, fatal });
}

/** The element's own text, trimmed: white space around it never has a meaning in Jingle. */
export function text(): RequiredField<string> {
  return required({ kind: "text" });
}

/** Every child element that no other field claimed, so that a relay passes on what it does not understand. */
export function rest(): RequiredField<readonly Element[]> {
  return required({ kind: "rest" });
}

/** A codec for an element with these fields. */
export function element<T extends object>(xmlns: string, name: string, fields: NoInfer<Fields<T>>): Codec<T> {
  const parts = Object.entries(fields).map(([key, field]) => ({ key, ...(field as Slot<unknown, "required">) }));
  const attributes = parts.filter(hasPart("attribute"));
  const childParts = parts.filter(isChildPart);
  const missing = childParts.filter(({ part, presence }) => part.kind === "child" && presence === "required");
  const textKey = parts.find(hasPart("text"))?.key;
  const restKey = parts.find(hasPart("rest"))?.key;
  const byName = groupByName(childParts);
  // Every value starts as a copy of this: engines are quick with objects of one shape.
  const blank = Object.fromEntries(parts.map(({ key, part }) => [key, isList(part) ? NONE : undefined]));
  return { xmlns, name, read, write };

  function read(from: Element, defaultNS?: string): T {
    const value: Record<string, unknown> = { ...blank };
    for (const { key, part } of attributes) value[key] = readAttribute(from, part);
    if (textKey) value[textKey] = from.getText().trim();
    if (from.children.length > 0 && (childParts.length > 0 || restKey)) {
      readChildren(from, from.attrs.xmlns ?? defaultNS ?? from.findNS(), value);
    }
    for (const { key, part } of missing) {
      if (value[key] === undefined) throw bad(`missing ${part.codec.name}`);
    }
    return value as T;
  }

  function readChildren(from: Element, defaultNS: string | undefined, value: Record<string, unknown>): void {
    for (const node of from.children) {
      if (typeof node === "string") continue;
      const found = recognise(node, defaultNS);
      if (!found || (found.part.kind === "child" && value[found.key] !== undefined)) {
        if (restKey) add(value, restKey, node);
        continue;
      }
      const one = readChild(found.part, node, defaultNS);
      if (found.part.kind === "child") value[found.key] = one;
      else if (one !== undefined) add(value, found.key, one);
    }
  }

  function recognise(node: Element, defaultNS: string | undefined): NamedChild | undefined {
    const plain = byName.get(node.name);
    if (plain) return withNamespace(plain, node.attrs.xmlns ?? defaultNS);
    if (!node.name.includes(":")) return undefined;
    const prefixed = byName.get(node.getName());
    return prefixed && withNamespace(prefixed, node.getNS());
  }

  function write(value: T, parentNS?: string): Element {
    const out = new Element(name);
    if (parentNS !== xmlns) out.attrs.xmlns = xmlns;
    const fieldsOf = value as Record<string, unknown>;
    for (const { key, part } of parts) {
      const content = fieldsOf[key];
      if (content !== undefined) writePart(out, part, content, xmlns);
    }
    return out;
  }
}

/** An element that is nothing but one attribute, read as that string. */
export function single(xmlns: string, name: string, attributeName: string): Codec<string> {
  return {
    xmlns,
    name,
    read(from) {
      const value = from.attrs[attributeName];
      if (typeof value !== "string") throw bad(`@${attributeName}: missing`);
      return value;
    },
    write: (value, parentNS) => new Element(name, { ...(parentNS === xmlns ? {} : { xmlns }), [attributeName]: value }),
  };
}

/** An element whose presence is all it says. */
export function flag(xmlns: string, name: string): Codec<true> {
  return {
    xmlns,
    name,
    read: () => true,
    write: (_, parentNS) => new Element(name, parentNS === xmlns ? {} : { xmlns }),
  };
}

/** The one child of `parent` that this codec understands, or undefined. */
export function find<T>(parent: Element, codec: Codec<T>): T | undefined {
  const found = parent.getChild(codec.name, codec.xmlns);
  return found && codec.read(found);
}

function required<T>(part: Part): RequiredField<T> {
  return { presence: "required", part };
}

function hasPart<K extends Part["kind"]>(kind: K) {
  return <P extends { readonly part: Part }>(entry: P): entry is P & { readonly part: Extract<Part, { kind: K }> } =>
    entry.part.kind === kind;
}

function isChildPart<P extends { readonly part: Part }>(entry: P): entry is P & { readonly part: ChildPart } {
  return "codec" in entry.part;
}

interface NamedChild {
  readonly key: string;
  readonly part: ChildPart;
}

function groupByName(parts: readonly NamedChild[]): Map<string, NamedChild[]> {
  const groups = new Map<string, NamedChild[]>();
  for (const entry of parts) {
    const { name } = entry.part.codec;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return groups;
}

function withNamespace(parts: readonly NamedChild[], xmlns: string | undefined): NamedChild | undefined {
  for (const entry of parts) if (entry.part.codec.xmlns === xmlns) return entry;
  return undefined;
}

/** What a list is until its first member comes. */
const NONE: readonly unknown[] = Object.freeze([]);

function isList(part: Part): boolean {
  return part.kind === "children" || part.kind === "lenient" || part.kind === "rest";
}

function add(value: Record<string, unknown>, key: string, one: unknown): void {
  const list = value[key];
  if (list === NONE) value[key] = [one];
  else (list as unknown[]).push(one);
}

function readAttribute(from: Element, part: AttributePart): unknown {
  for (const name of part.attributes) {
    const raw: unknown = from.attrs[name];
    if (raw === undefined || raw === null) continue;
    const text = typeof raw === "string" ? raw : String(raw);
    if (part.parse === verbatim) return text;
    try {
      return part.parse(text);
    } catch (error) {
      throw within(error, `@${name}`);
    }
  }
  if (part.fallback === REQUIRED) throw bad(`@${part.attributes[0]}: missing`);
  return part.fallback;
}

function readChild(part: ChildPart, node: Element, defaultNS: string | undefined): unknown {
  try {
    return part.codec.read(node, defaultNS);
  } catch (error) {
    if (part.kind === "lenient" && error instanceof RemoteError) {
      if (part.fatal === undefined || !error.message.startsWith(`@${part.fatal}:`)) return undefined;
    }
    throw within(error, `/${part.codec.name}`);
  }
}

function writePart(out: Element, part: Part, content: unknown, xmlns: string): void {
  switch (part.kind) {
    case "attribute":
      out.attrs[part.attributes[0]!] = String(content);
      return;
    case "text":
      if (content !== "") out.children.push(content as string);
      return;
    case "child":
      append(out, part.codec.write(content, xmlns));
      return;
    case "children":
    case "lenient":
      for (const one of content as readonly unknown[]) append(out, part.codec.write(one, xmlns));
      return;
    case "rest":
      for (const one of content as readonly Element[]) append(out, one);
  }
}

function append(out: Element, node: Element): void {
  out.children.push(node);
  node.parent = out;
}

function bad(message: string): RemoteError {
  return new RemoteError("bad-request", undefined, message);
}

/** Puts the place in front of what is wrong: `content/transport/candidate@port: not an integer in 0..65535`. */
function within(error: unknown, place: string): unknown {
  if (!(error instanceof RemoteError)) return error;
  const separator = /^[@/]/.test(error.message) ? "" : ": ";
  return new RemoteError(error.condition, error.application, `${place}${separator}${error.message}`);
}
