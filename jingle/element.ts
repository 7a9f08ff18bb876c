// ltx by the door through which xmpp.js takes it: elements that were received and elements that were built are then of
// one class, so that `getChildElements()` sees both, and a browser's bundle holds one copy and no parser.
import Element from "ltx/lib/Element.js";

export { Element };

/**
 * An element that serialises itself in one go. ltx gives each word to a call-back and each value to a replacing regular
 * expression, which takes longer than building the tree.
 */
export class Written extends Element {
  override toString(): string {
    // Engines are quick with what is asked of the very object that for-in walks over.
    const { name: tag, attrs, children } = this;
    let out = `<${tag}`;
    for (const name in attrs) {
      const value: unknown = attrs[name];
      if (value !== undefined && value !== null) out += ` ${name}="${escaped(String(value))}"`;
    }
    if (children.length === 0) return `${out}/>`;
    out += ">";
    for (const child of children) out += typeof child === "string" ? escaped(child) : String(child);
    return `${out}</${tag}>`;
  }

  override write(writer: (text: string) => void): void {
    writer(this.toString());
  }
}

/** As ltx declares it, but for what `Unbuilt` has in its own way. */
const Base = Element as unknown as new (name: string) => Omit<Element, "attrs" | "children" | "toString" | "write">;

/**
 * An element whose tree is built once somebody looks inside: who only sends it needs its text, which is faster written
 * without a tree. From then on it is that tree.
 */
export class Unbuilt extends Base {
  readonly #text: () => string;
  readonly #build: () => Element;
  #tree: Element | undefined;

  constructor(name: string, text: () => string, build: () => Element) {
    super(name);
    this.#text = text;
    this.#build = build;
  }

  get attrs(): Element["attrs"] {
    return this.#built().attrs;
  }

  // ltx' constructor sets both before there is anything here.
  set attrs(attrs: Element["attrs"]) {
    if (#build in this) this.#built().attrs = attrs;
  }

  get children(): Element["children"] {
    return this.#built().children;
  }

  set children(children: Element["children"]) {
    if (#build in this) this.#built().children = children;
  }

  override toString(): string {
    return this.#tree ? this.#tree.toString() : this.#text();
  }

  write(writer: (text: string) => void): void {
    writer(this.toString());
  }

  #built(): Element {
    this.#tree ??= this.#build();
    return this.#tree;
  }
}

/** Text or an attribute's value, as XML has it. */
export function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(/["&'<>]/g, (one) => ENTITIES[one]!) : text;
}

const SPECIAL = /["&'<>]/;
const ENTITIES: Readonly<Record<string, string>> = {
  '"': "&quot;",
  "&": "&amp;",
  "'": "&apos;",
  "<": "&lt;",
  ">": "&gt;",
};
