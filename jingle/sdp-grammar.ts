// RFC 8866 §9, RFC 8839 §5, RFC 3986: which text may stand where in an SDP line. Nothing from a peer passes unchecked.

const TOKEN = 1;
const MID = 2;
const ICE = 4;
const ADDRESS = 8;
const VISIBLE = 16;

/** For each ASCII character the classes that it belongs to. */
const CLASSES = classes();

/** RFC 8866 token: codec names, kinds of feedback, names of attributes, semantics of groups. */
export function isToken(text: string): boolean {
  return isAll(text, TOKEN, 1, 255);
}

/** Map n-2: both browsers refuse a mid of 17 characters, and Chromium some characters that a token may have. */
export function isMid(text: string): boolean {
  return isAll(text, MID, 1, 16);
}

/** RFC 8839 §5.4 `4*256ice-char`: both browsers refuse shorter ones (map t-1). */
export function isUfrag(text: string): boolean {
  return isAll(text, ICE, 4, 256);
}

/** RFC 8839 §5.4 `22*256ice-char`. */
export function isPwd(text: string): boolean {
  return isAll(text, ICE, 22, 256);
}

/** ice-char too; the RFC says at most 32 characters, browsers write and take 40 (map t-8). */
export function isFoundation(text: string): boolean {
  return isAll(text, ICE, 1, 64);
}

/** An IPv4 or IPv6 address or a host name such as `uuid.local` (map t-10). */
export function isAddress(text: string): boolean {
  return isAll(text, ADDRESS, 1, 253);
}

/** Printable ASCII without blanks: a URI, or one word of an attribute's value. */
export function isWord(text: string): boolean {
  return isAll(text, VISIBLE, 1, 2048);
}

/** RFC 8866 byte-string, without the control characters that nobody needs; not empty. */
export function isText(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}

/** RFC 8830 §2: `id [appdata]`, both tokens of at most 64 characters. */
export function isMsid(text: string): boolean {
  const blank = text.indexOf(" ");
  if (blank < 0) return isAll(text, TOKEN, 1, 64);
  return isAll(text.slice(0, blank), TOKEN, 1, 64) && isAll(text.slice(blank + 1), TOKEN, 1, 64);
}

/** A plain decimal number between two places of a text; -1 when it is none, or has more than ten digits. */
export function decimal(text: string, from = 0, to = text.length): number {
  if (from >= to || to - from > 10) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isAll(text: string, mask: number, min: number, max: number): boolean {
  const { length } = text;
  if (length < min || length > max) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || (CLASSES[code]! & mask) === 0) return false;
  }
  return true;
}

function classes(): Uint8Array {
  const table = new Uint8Array(128);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  mark(table, letters, TOKEN | MID | ICE | ADDRESS);
  mark(table, "!#$%&'*+-.^_~", TOKEN | MID);
  mark(table, "`{|}", TOKEN);
  mark(table, "+/", ICE);
  mark(table, ".:-_", ADDRESS);
  for (let code = 0x21; code < 0x7f; code++) table[code]! |= VISIBLE;
  return table;
}

function mark(table: Uint8Array, characters: string, mask: number): void {
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)]! |= mask;
}
