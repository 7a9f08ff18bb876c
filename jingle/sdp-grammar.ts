// RFC 8866 §9, RFC 8839 §5, RFC 3986: which text may stand where in an SDP line. Nothing from a peer passes unchecked.

/** RFC 8866 token: codec names, kinds of feedback, names of attributes, semantics of groups. */
export const isToken = all(/[!#-'*+.^-~\w-]/, 1, 255);

/** Map n-2: both browsers refuse a mid of 17 characters, and Chromium some characters that a token may have. */
export const isMid = all(/[!#-'*+.^~\w-]/, 1, 16);

/** RFC 8839 §5.4 `4*256ice-char`: both browsers refuse shorter ones (map t-1). */
export const isUfrag = all(/[A-Za-z\d+/]/, 4, 256);

/** RFC 8839 §5.4 `22*256ice-char`. */
export const isPwd = all(/[A-Za-z\d+/]/, 22, 256);

/** ice-char too; the RFC says at most 32 characters, browsers write and take 40 (map t-8). */
export const isFoundation = all(/[A-Za-z\d+/]/, 1, 64);

/** An IPv4 or IPv6 address or a host name such as `uuid.local` (map t-10). */
export const isAddress = all(/[\w.:-]/, 1, 253);

/** Printable ASCII without blanks: a URI, or one word of an attribute's value. */
export const isWord = matches(/^[!-~]{1,2048}$/);

/** RFC 8866 byte-string, without the control characters that nobody needs; not empty. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
export const isText = matches(/^[^\0-\x1f\x7f]+$/);

/** RFC 8830 §2: `id [appdata]`, both tokens of at most 64 characters. */
export const MSID = /^[!#-'*+.^-~\w-]{1,64}(?: [!#-'*+.^-~\w-]{1,64})?$/;
export const isMsid = matches(MSID);

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

/** A text of so many such characters of ASCII. Most are short, and for those a table is quicker than a pattern. */
function all(character: RegExp, min: number, max: number): (text: string) => boolean {
  const isAllowed = Array.from({ length: 128 }, (_, code) => character.test(String.fromCharCode(code)));
  return (text) => {
    const { length } = text;
    if (length < min || length > max) return false;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127 || !isAllowed[code]) return false;
    }
    return true;
  };
}

function matches(pattern: RegExp): (text: string) => boolean {
  return (text) => pattern.test(text);
}
