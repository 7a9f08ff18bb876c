import { type Element, escaped, Unbuilt, Written } from "./element.js";
import { RemoteError } from "./errors.js";
import { decimal } from "./sdp-grammar.js";

/** One XML element, declared once: what reads it is what writes it. */
export interface Codec<T> {
  readonly xmlns: string;
  readonly name: string;
  /** Reads an element that was already recognised by name and namespace; throws RemoteError (bad-request) with the path. */
  read(element: Element, defaultNS?: string): T;
  /** Builds the element; xmlns is left out where it equals the parent's. */
  write(value: T, parentNS?: string): Element;
  /** The same as text, without building it. Absent: by building it. */
  text?(value: T, parentNS?: string): string;
}

interface Field<T, Presence extends "required" | "optional"> {
  readonly presence: Presence;
  /** Only for the compiler: invariant in T, so that a codec and its interface cannot drift apart. */
  readonly type: (value: T) => T;
}
export type RequiredField<T> = Field<T, "required">;
export type OptionalField<T> = Field<T, "optional">;

/** A missing, extra, wrongly typed or wrongly optional field does not compile. */
export type Declared<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalField<Exclude<T[K], undefined>>
    : RequiredField<T[K]>;
};

/** What an attribute's text means; throws where it means nothing. */
export type Type<T> = (text: string) => T;

/** What a declaration makes its fields of. `alias` is a misspelling of peers that is read, never written. */
export interface Fields {
  /** An attribute that must be there. */
  required(name: string): RequiredField<string>;
  required<T>(name: string, type: Type<T>, alias?: string): RequiredField<T>;
  /** One that may be absent (undefined). */
  optional(name: string): OptionalField<string>;
  optional<T>(name: string, type: Type<T>, alias?: string): OptionalField<T>;
  /** One that has a default when absent; the default is written out, since peers differ in what they assume. */
  defaulted(name: string, value: string): RequiredField<string>;
  defaulted<T>(name: string, value: NoInfer<T>, type: Type<T>): RequiredField<T>;
  /** Exactly one child element; further ones of the same kind are left in `rest`. */
  child<T>(codec: Codec<T>): RequiredField<T>;
  optionalChild<T>(codec: Codec<T>): OptionalField<T>;
  /** Any number of child elements, in order. */
  children<T>(codec: Codec<T>): RequiredField<readonly T[]>;
  /**
   * As `children`, but a malformed one is dropped alone: it costs that element, not the call.
   * @param fatal the attribute that others rely on: when that one is malformed, so is the whole.
   */
  lenient<T>(codec: Codec<T>, fatal?: string): RequiredField<readonly T[]>;
  /** The element's own text, trimmed: white space around it never has a meaning in Jingle. */
  text(): RequiredField<string>;
  /** Every child element that no other field claimed, so that a relay passes on what it does not understand. */
  rest(): RequiredField<readonly Element[]>;
}

export const verbatim: Type<string> = (text) => text;

/** An integer within [min, max], min not below 0; what is not a plain decimal number is refused. */
export function integer(min: number, max: number): Type<number> {
  return (text) => {
    const value = decimal(text);
    if (value >= min && value <= max) return value;
    return fail(`not an integer in ${min}..${max}`);
  };
}

export const BYTE = integer(0, 255);
export const SHORT = integer(0, 65535);
export const UINT = integer(0, 2 ** 32 - 1);

/** One of a closed list of values. */
export function oneOf<const V extends string>(values: readonly V[]): Type<V> {
  return (text) => {
    if ((values as readonly string[]).includes(text)) return text as V;
    return fail(`not one of ${values.join(", ")}`);
  };
}

/**
 * A codec for an element with the fields that `declare` returns. It is called once with a `fields` that notes what is
 * declared, to write by; and with one that returns what an element has, each time that one is read: so objects are made
 * by a literal that names their properties, which engines are quickest with.
 */
export function element<T extends object, D extends Declared<NoInfer<T>>>(
  xmlns: string,
  name: string,
  declare: (fields: Fields) => D & Record<Exclude<keyof D, keyof T>, never>,
): Codec<T> {
  const parts = Object.entries(declare(NOTING)).map(([key, part]) => ({ key, ...(part as unknown as Part) }));
  const inside = parts.filter(({ attribute, isText }) => attribute === undefined && !isText);
  const kinds = inside.map(({ codec, isOne, fatal }, at) => ({ codec, isOne, fatal, at }));
  const rest = inside.findIndex(({ codec }) => !codec);
  const heads = headsOf(xmlns, name);
  return { xmlns, name, read, write, text };

  function read(from: Element, defaultNS?: string): T {
    const found = from.children.length > 0 && kinds.length > 0 ? readChildren(from, defaultNS) : NONE;
    return declare(new Reading(from, found) as unknown as Fields) as unknown as T;
  }

  /** What is inside, by the place that its kind has in the declaration. */
  function readChildren(from: Element, parentNS: string | undefined): readonly unknown[] {
    // Without a prefix the element's own namespace is the one that its children have by default.
    const defaultNS = from.name === name ? xmlns : (from.attrs.xmlns ?? parentNS ?? from.findNS());
    const found = new Array<unknown>(kinds.length);
    let kind: Kind | undefined;
    for (const node of from.children) {
      if (typeof node === "string") continue;
      // Most elements are of the kind of the one before.
      if (!kind || !isOf(kind, node.name, node.attrs.xmlns ?? defaultNS)) kind = recognise(node, defaultNS);
      if (kind && !(kind.isOne && found[kind.at] !== undefined)) {
        const value = readChild(kind, node, defaultNS);
        if (kind.isOne) found[kind.at] = value;
        else if (value !== undefined) add(found, kind.at, value);
      } else if (rest >= 0) add(found, rest, node);
    }
    return found;
  }

  function recognise(node: Element, defaultNS: string | undefined): Kind | undefined {
    const xmlns = node.attrs.xmlns ?? defaultNS;
    for (const kind of kinds) if (isOf(kind, node.name, xmlns)) return kind;
    if (!node.name.includes(":")) return undefined;
    return kinds.find((kind) => isOf(kind, node.getName(), node.getNS()));
  }

  function write(value: T, parentNS?: string): Element {
    const out = open(xmlns, name, parentNS);
    for (const part of parts) {
      const content = (value as Record<string, unknown>)[part.key];
      if (content === undefined) continue;
      if (part.attribute !== undefined) out.attrs[part.attribute] = String(content);
      else if (part.isText) {
        if (content !== "") out.t(content as string);
      } else if (part.isOne) out.cnode(part.codec!.write(content, xmlns));
      else
        for (const one of content as readonly unknown[]) out.cnode(part.codec?.write(one, xmlns) ?? (one as Element));
    }
    return out;
  }

  function text(value: T, parentNS?: string): string {
    let out = parentNS === xmlns ? heads.within : heads.alone;
    let inside = "";
    for (const { key, attribute, isText, isOne, codec } of parts) {
      const content = (value as Record<string, unknown>)[key];
      if (content === undefined) continue;
      if (attribute !== undefined) {
        out += ` ${attribute}="${typeof content === "string" ? escaped(content) : content}"`;
      } else if (isText) inside += escaped(content as string);
      else if (isOne) inside += textOf(codec!, content, xmlns);
      else for (const one of content as readonly unknown[]) inside += codec ? textOf(codec, one, xmlns) : String(one);
    }
    return inside === "" ? `${out}/>` : `${out}>${inside}</${name}>`;
  }
}

/** The same codec; what it writes is built only when somebody looks inside. */
export function unbuilt<T>(codec: Codec<T>): Codec<T> {
  const write = (value: T, parentNS?: string) => {
    const built = new Unbuilt(
      codec.name,
      () => textOf(codec, value, parentNS),
      () => codec.write(value, parentNS),
    );
    return built as unknown as Element;
  };
  return { ...codec, write };
}

function textOf<T>(codec: Codec<T>, value: T, parentNS: string | undefined): string {
  return codec.text ? codec.text(value, parentNS) : codec.write(value, parentNS).toString();
}

/** How an element begins in a parent of its namespace, and in others. */
function headsOf(xmlns: string, name: string): { readonly within: string; readonly alone: string } {
  return { within: `<${name}`, alone: `<${name} xmlns="${escaped(xmlns)}"` };
}

/** An element that is nothing but one attribute, read as that string. */
export function single(xmlns: string, name: string, attribute: string): Codec<string> {
  const heads = headsOf(xmlns, name);
  return {
    xmlns,
    name,
    text(value, parentNS) {
      return `${parentNS === xmlns ? heads.within : heads.alone} ${attribute}="${escaped(value)}"/>`;
    },
    read: (from) => new Reading(from, NONE).required(attribute) as string,
    write(value, parentNS) {
      const out = open(xmlns, name, parentNS);
      out.attrs[attribute] = value;
      return out;
    },
  };
}

/** An element whose presence is all it says. */
export function flag(xmlns: string, name: string): Codec<true> {
  const { within, alone } = headsOf(xmlns, name);
  return {
    xmlns,
    name,
    read: () => true,
    write: (_, parentNS) => open(xmlns, name, parentNS),
    text: (_, parentNS) => `${parentNS === xmlns ? within : alone}/>`,
  };
}

/** An empty element to write into; xmlns is left out where it equals the parent's. */
export function open(xmlns: string, name: string, parentNS: string | undefined): Element {
  const out = new Written(name);
  if (parentNS !== xmlns) out.attrs.xmlns = xmlns;
  return out;
}

/** The one child of `parent` that this codec understands, or undefined. */
export function find<T>(parent: Element, codec: Codec<T>): T | undefined {
  const found = parent.getChild(codec.name, codec.xmlns);
  return found && codec.read(found);
}

/** How a field is written: as an attribute, as text, by a codec; without any of them as it came. */
interface Part {
  readonly attribute?: string;
  readonly isText?: true;
  readonly codec?: Codec<unknown>;
  readonly isOne?: true;
  /** Undefined where nothing may be malformed. */
  readonly fatal?: string;
}

interface Kind extends Pick<Part, "codec" | "isOne" | "fatal"> {
  readonly at: number;
}

const attributePart = (attribute: string): Part => ({ attribute });
const onePart = (codec: Codec<unknown>): Part => ({ codec, isOne: true });

/** Fields that note how they are declared. */
const NOTING = {
  required: attributePart,
  optional: attributePart,
  defaulted: attributePart,
  child: onePart,
  optionalChild: onePart,
  children: (codec: Codec<unknown>): Part => ({ codec }),
  lenient: (codec: Codec<unknown>, fatal = ""): Part => ({ codec, fatal }),
  text: (): Part => ({ isText: true }),
  rest: (): Part => ({}),
} as unknown as Fields;

/** Fields that are what an element has. */
class Reading {
  readonly #from: Element;
  readonly #found: readonly unknown[];
  #next = 0;

  constructor(from: Element, found: readonly unknown[]) {
    this.#from = from;
    this.#found = found;
  }

  required(name: string, type: Type<unknown> = verbatim, alias?: string): unknown {
    return this.optional(name, type, alias) ?? fail(`@${name}: missing`);
  }

  optional(name: string, type: Type<unknown> = verbatim, alias?: string): unknown {
    const text: unknown = this.#from.attrs[name];
    if (text === undefined || text === null) return alias && this.optional(alias, type);
    if (type === verbatim && typeof text === "string") return text;
    try {
      return type(String(text));
    } catch (error) {
      throw within(error, `@${name}`);
    }
  }

  defaulted(name: string, value: unknown, type: Type<unknown> = verbatim): unknown {
    return this.optional(name, type) ?? value;
  }

  child({ name }: Codec<unknown>): unknown {
    return this.#found[this.#next++] ?? fail(`missing ${name}`);
  }

  optionalChild(): unknown {
    return this.#found[this.#next++];
  }

  children(): unknown {
    return this.#found[this.#next++] ?? NONE;
  }

  lenient(): unknown {
    return this.#found[this.#next++] ?? NONE;
  }

  rest(): unknown {
    return this.#found[this.#next++] ?? NONE;
  }

  text(): string {
    return this.#from.getText().trim();
  }
}

/** What a list is until its first member comes. */
const NONE: readonly unknown[] = Object.freeze([]);

function add(found: unknown[], at: number, one: unknown): void {
  const list = found[at] as unknown[] | undefined;
  if (list) list.push(one);
  else found[at] = [one];
}

function isOf({ codec }: Kind, name: string, xmlns: string | undefined): boolean {
  return codec !== undefined && codec.name === name && codec.xmlns === xmlns;
}

function readChild({ codec, fatal }: Kind, node: Element, defaultNS: string | undefined): unknown {
  try {
    return codec!.read(node, defaultNS);
  } catch (error) {
    const isDropped = fatal !== undefined && error instanceof RemoteError;
    if (isDropped && !(fatal && error.message.startsWith(`@${fatal}:`))) return undefined;
    throw within(error, `/${codec!.name}`);
  }
}

function fail(message: string): never {
  throw new RemoteError("bad-request", undefined, message);
}

/** Puts the place in front of what is wrong: `content/transport/candidate@port: not an integer in 0..65535`. */
function within(error: unknown, place: string): unknown {
  if (!(error instanceof RemoteError)) return error;
  const separator = /^[@/]/.test(error.message) ? "" : ": ";
  return new RemoteError(error.condition, error.application, `${place}${separator}${error.message}`);
}
