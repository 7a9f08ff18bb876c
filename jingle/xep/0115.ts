// XEP-0115: Entity Capabilities, version 1.6.0
// Does: sends caps with presence, and verifies the hash of others before it speaks for all that announce it.
// Does not: hashes other than SHA-1; pages that are not secure, which have none, send no caps.
import type { Element } from "ltx";
import { type Codec, element } from "../codec.js";
import type { DiscoInfo } from "./0030.js";

export const NS_CAPS = "http://jabber.org/protocol/caps";
export const FEATURES = [NS_CAPS] as const;

/** What presence carries in place of a whole disco#info result. */
export interface Caps {
  readonly hash?: string | undefined;
  readonly node: string;
  readonly ver: string;
}

export const caps: Codec<Caps> = element(NS_CAPS, "c", (f) => ({
  hash: f.optional("hash"),
  node: f.required("node"),
  ver: f.required("ver"),
}));

/**
 * The text S of §5.1 whose hash, in base64, is `ver`. The hash itself is the caller's business: it wants SHA-1 of the
 * UTF-8 bytes, which is asynchronous in a browser and synchronous in Node.
 * Returns null where §5.4 calls the information ill-formed (duplicate identities, features or FORM_TYPEs).
 */
export function capsText(info: DiscoInfo): string | null {
  const identities = info.identities.map((one) => `${one.category}/${one.type}/${one.lang ?? ""}/${one.name ?? ""}`);
  const forms = info.extra.flatMap(formText);
  const types = forms.map(([type]) => type);
  if (hasTwice(identities) || hasTwice(info.features) || hasTwice(types)) return null;
  const parts = [...sorted(identities), ...sorted(info.features)].map((part) => `${part}<`);
  const formParts = sorted(types).map((type) => forms.find((form) => form[0] === type)![1]);
  return parts.join("") + formParts.join("");
}

function formText(form: Element): readonly (readonly [string, string])[] {
  if (!form.is("x", "jabber:x:data")) return [];
  const fields = form.getChildren("field").map((field) => ({
    name: String(field.attrs.var ?? ""),
    values: sorted(field.getChildren("value").map((value) => value.getText())),
  }));
  const type = fields.find(({ name }) => name === "FORM_TYPE")?.values[0];
  // §5.4: a form without FORM_TYPE is ignored.
  if (type === undefined) return [];
  const others = fields.filter(({ name }) => name !== "FORM_TYPE");
  const names = sorted(others.map(({ name }) => name));
  const lines = names.map(
    (name) =>
      `${name}<${others
        .find((field) => field.name === name)!
        .values.map((v) => `${v}<`)
        .join("")}`,
  );
  return [[type, `${type}<${lines.join("")}`]];
}

/** §5.1: i;octet order. UTF-16 order differs from it only above U+FFFF, so code points are compared. */
function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort(compareOctets);
}

/** i;octet (RFC 4790 §9.3) on UTF-8, which is code-point order. */
export function compareOctets(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function hasTwice(texts: readonly string[]): boolean {
  return new Set(texts).size !== texts.length;
}
