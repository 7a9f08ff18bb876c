import type { Element } from "ltx";
import { domainOf, LocalError, normaliseJid } from "../jingle/index.js";

/** XML 1.0 §2.2: what no XML text may hold, in markup or out of it. A lone surrogate becomes U+FFFD in UTF-8 anyway. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not go out
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Prosody closes the stream of a component at 524,288 bytes, and a client's at 262,144; nothing of ours comes near. */
const LARGEST = 262_144;

/**
 * The text of a stanza as the stream of a component takes it: with `from` in our domain, which is filled in, and `to`
 * (0114-03), in the stream's own namespace, of characters that XML allows. One stanza without these would end the
 * stream, and with it every call.
 *
 * @throws LocalError when the stanza must not go out
 */
export function outgoing(stanza: Element, domain: string): string {
  const { name, attrs } = stanza;
  if (name !== "iq" && name !== "message" && name !== "presence") throw new LocalError(`<${name}> is not a stanza`);
  if (!attrs.to) throw new LocalError(`<${name}> has no "to"`);
  attrs.from = ownAddress(attrs.from, domain);
  // 0114-07: a stanza that was made for, or came from, a client's stream.
  if (attrs.xmlns !== undefined) attrs.xmlns = undefined;
  const text = stanza.toString().replace(NOT_XML, "\ufffd");
  if (text.length * 3 > LARGEST && Buffer.byteLength(text) > LARGEST) {
    throw new LocalError(`<${name}> is larger than ${LARGEST} bytes`);
  }
  return text;
}

function ownAddress(from: string | undefined, domain: string): string {
  if (from === undefined) return domain;
  if (domainOf(from) === domain) return from;
  // Servers compare octets.
  const normal = normaliseJid(from);
  if (domainOf(normal) === domain) return normal;
  throw new LocalError(`"from" is not an address of ${domain}`);
}

/** Gathers what is sent within one turn of the event loop, so that it leaves in one write. */
export class Outbox {
  readonly #write: (text: string) => void;
  #text = "";
  readonly flush = (): void => {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#write(text);
  };

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(text: string): void {
    if (this.#text === "") queueMicrotask(this.#whenSettled);
    this.#text += text;
  }

  // Node runs every microtask, also those that microtasks make, before the next tick: what comes of promises in this
  // turn leaves with it. setImmediate would do as well, at the price of one more poll of the sockets for each write.
  readonly #whenSettled = (): void => process.nextTick(this.flush);
}
