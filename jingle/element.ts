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
    let out = `<${this.name}`;
    for (const name in this.attrs) {
      const value: unknown = this.attrs[name];
      if (value !== undefined && value !== null) out += ` ${name}="${escaped(String(value))}"`;
    }
    if (this.children.length === 0) return `${out}/>`;
    out += ">";
    for (const child of this.children) out += typeof child === "string" ? escaped(child) : String(child);
    return `${out}</${this.name}>`;
  }

  override write(writer: (text: string) => void): void {
    writer(this.toString());
  }
}

function escaped(text: string): string {
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
