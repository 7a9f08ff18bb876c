// RFC 8839, RFC 8122, RFC 8842, XEP-0320: what a transport must prove before media may flow (map t-1 ... t-6)
import { RemoteError } from "./errors.js";
import { isPwd, isUfrag } from "./sdp-grammar.js";
import type { Content } from "./xep/0166.js";
import type { Fingerprint, Setup } from "./xep/0320.js";

export interface Security {
  readonly ufrag: string;
  readonly pwd: string;
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  readonly setup: Setup;
}

/** Bytes of each hash. Browsers take sha-1 only beside a better one (map t-4). */
const HASHES: ReadonlyMap<string, number> = new Map([
  ["sha-1", 20],
  ["sha-224", 28],
  ["sha-256", 32],
  ["sha-384", 48],
  ["sha-512", 64],
]);
const STRONG = new Set(["sha-256", "sha-384", "sha-512"]);

/**
 * Checks the credentials and fingerprints of a content.
 * @param answer what an answer says when the content says nothing, or actpass; undefined in an offer.
 * @throws RemoteError bad-request for ICE credentials that no browser takes, not-acceptable with security-required
 *   where DTLS would not be verified.
 */
export function securityOf(content: Content, answer: Setup | undefined): Security {
  const { transport } = content;
  const fingerprints = transport?.fingerprints ?? [];
  const usable = fingerprints.flatMap((one) => usableFingerprint(content, one));
  if (!usable.some(({ hash }) => STRONG.has(hash))) throw insecure(content, "transport/fingerprint: missing");
  const ufrag = transport?.ufrag ?? "";
  const pwd = transport?.pwd ?? "";
  if (!isUfrag(ufrag)) throw bad(content, "transport@ufrag: missing, or not 4 to 256 ice-chars");
  if (!isPwd(pwd)) throw bad(content, "transport@pwd: missing, or not 22 to 256 ice-chars");
  return { ufrag, pwd, fingerprints: usable, setup: agreedSetup(content, fingerprints, answer) };
}

function usableFingerprint(content: Content, { hash, value }: Fingerprint): Security["fingerprints"] {
  const name = hash.toLowerCase();
  const bytes = HASHES.get(name);
  // 0320-06: a hash that is unknown to us is not an error.
  if (bytes === undefined) return [];
  if (value.length !== bytes * 3 - 1 || !/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*$/.test(value)) {
    throw insecure(content, "transport/fingerprint: not the hex pairs of its hash");
  }
  // 0320-08: Firefox refuses lower case.
  return [{ hash: name, value: value.toUpperCase() }];
}

/** Map t-5, t-6: one a=setup for the section; an answer never says actpass. */
function agreedSetup(content: Content, fingerprints: readonly Fingerprint[], answer: Setup | undefined): Setup {
  let said: Setup | undefined;
  for (const { setup } of fingerprints) {
    if (said !== undefined && setup !== undefined && setup !== said) {
      throw insecure(content, "transport/fingerprint@setup: not the same in all");
    }
    said ??= setup;
  }
  // 0320-02: COLIBRI-style fingerprints have none.
  if (answer === undefined) return said ?? "actpass";
  return said === undefined || said === "actpass" ? answer : said;
}

function bad(content: Content, what: string): RemoteError {
  return new RemoteError("bad-request", undefined, `content ${content.name}/${what}`);
}

function insecure(content: Content, what: string): RemoteError {
  return new RemoteError("not-acceptable", "security-required", `content ${content.name}/${what}`);
}
