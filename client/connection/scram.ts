// SASL SCRAM, RFC 5802 (SCRAM-SHA-1) and RFC 7677 (SCRAM-SHA-256), without channel binding, on the Web Cryptography API

export type ScramHash = "SHA-256" | "SHA-1";

export interface ScramOptions {
  readonly hash: ScramHash;
  readonly username: string;
  readonly password: string;
  /** Printable ASCII without a comma, fresh and unpredictable for every login. */
  readonly nonce: string;
  readonly subtle: SubtleCrypto;
  /** Bounds of the server's iteration count; default 4,096 (RFC 7677 section 4) to 10,000,000 (some seconds). */
  readonly iterations?: { readonly min: number; readonly max: number };
}

/** The server broke the rules of SCRAM, or could not prove that it knows the password. */
export class ScramError extends Error {
  override readonly name = "ScramError";
}

/** One SCRAM exchange, from the client's side: `first`, then `respond` to the server's first message, then `verify`. */
export class Scram {
  /** client-first-message: no channel binding ("n"), no authorization identity. */
  readonly first: string;
  readonly #options: ScramOptions;
  readonly #bare: string;
  #serverSignature: string | null = null;

  constructor(options: ScramOptions) {
    this.#options = options;
    this.#bare = `n=${escapeName(prepare(options.username))},r=${options.nonce}`;
    this.first = `n,,${this.#bare}`;
  }

  /** Answers server-first-message with client-final-message. Rejects with ScramError. */
  async respond(serverFirst: string): Promise<string> {
    const { hash, subtle, password } = this.#options;
    const { nonce, salt, iterations } = this.#readFirst(serverFirst);
    const salted = await deriveBits(subtle, hash, prepare(password), salt, iterations);
    const clientKey = await hmac(subtle, hash, salted, "Client Key");
    const storedKey = new Uint8Array(await subtle.digest(hash, clientKey));
    // "biws" is the base64 of the header "n,,"
    const withoutProof = `c=biws,r=${nonce}`;
    const message = `${this.#bare},${serverFirst},${withoutProof}`;
    const signature = await hmac(subtle, hash, storedKey, message);
    const serverKey = await hmac(subtle, hash, salted, "Server Key");
    this.#serverSignature = toBase64(await hmac(subtle, hash, serverKey, message));
    return `${withoutProof},p=${toBase64(xor(clientKey, signature))}`;
  }

  /** Checks server-final-message. Throws ScramError unless the server proved that it knows the password. */
  verify(serverFinal: string): void {
    const { e: error, v: signature } = attributes(serverFinal);
    if (error !== undefined) throw new ScramError(`the server answers ${error}`);
    if (this.#serverSignature === null || signature !== this.#serverSignature) {
      throw new ScramError("the server's signature is wrong");
    }
  }

  #readFirst(serverFirst: string): { nonce: string; salt: Bytes; iterations: number } {
    const { m: extension, r: nonce, s: salt, i: count } = attributes(serverFirst);
    // RFC 5802 section 5.1: "m" is a mandatory extension, and whoever does not know it must fail
    if (extension !== undefined) throw new ScramError("the server demands an extension of SCRAM");
    const ours = this.#options.nonce;
    if (nonce === undefined || !nonce.startsWith(ours) || nonce.length === ours.length) {
      throw new ScramError("the server's nonce does not continue ours");
    }
    if (salt === undefined) throw new ScramError("the server sent no salt");
    const { min, max } = this.#options.iterations ?? { min: 4096, max: 10_000_000 };
    const iterations = Number(count);
    // Too few would let a false server guess the password from our proof; too many would keep us busy for hours.
    if (!/^[1-9]\d*$/.test(count ?? "") || iterations < min || iterations > max) {
      throw new ScramError(`the server's iteration count is not in ${min}..${max}`);
    }
    return { nonce, salt: fromBase64(salt), iterations };
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The part of SASLprep (RFC 4013) that needs no tables: other spaces become a space, invisible characters vanish, NFKC.
 * Throws RangeError for control characters. Not checked: unassigned code points, and the rule on mixed directions.
 */
export function prepare(text: string): string {
  const mapped = text
    .replace(/[\p{Zs}\u200B]/gu, " ")
    .replace(/\u034F|[\u180B-\u180D]|[\uFE00-\uFE0F]|\u200D|[\u00AD\u1806\u200C\u2060\uFEFF]/gu, "")
    .normalize("NFKC");
  if (/\p{Cc}/u.test(mapped)) throw new RangeError("control characters");
  return mapped;
}

/** Base64 of the UTF-8 bytes of a text, as SASL messages travel in XMPP. */
export function encode(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}

/** The text that `encode` encoded. Throws ScramError when it is not base64 of UTF-8. */
export function decode(base64: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(fromBase64(base64));
  } catch (cause) {
    throw new ScramError("the server's message is not base64 of UTF-8", { cause });
  }
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new ScramError("the server's message holds bad base64", { cause });
  }
}

/** RFC 5802 section 5.1: "=" and "," have a meaning in the messages. */
function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function attributes(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

/** Hi() of RFC 5802 is PBKDF2; one call of deriveBits does it a hundred times faster than a loop of HMACs would. */
async function deriveBits(subtle: SubtleCrypto, hash: ScramHash, password: string, salt: Bytes, iterations: number) {
  const key = await subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  const bits = hash === "SHA-1" ? 160 : 256;
  return new Uint8Array(await subtle.deriveBits({ name: "PBKDF2", hash, salt, iterations }, key, bits));
}

async function hmac(subtle: SubtleCrypto, hash: ScramHash, secret: Bytes, text: string): Promise<Bytes> {
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}

function xor(a: Bytes, b: Bytes): Bytes {
  return a.map((byte, index) => byte ^ (b[index] ?? 0));
}
