// RFC 7622: addresses. Enough of it to compare them.

/** The address without its resource. */
export function bareJid(jid: string): string {
  const slash = jid.indexOf("/");
  return slash === -1 ? jid : jid.slice(0, slash);
}

/** The resource, or "" where there is none. */
export function resourceOf(jid: string): string {
  const slash = jid.indexOf("/");
  return slash === -1 ? "" : jid.slice(slash + 1);
}

export function domainOf(jid: string): string {
  const bare = bareJid(jid);
  return bare.slice(bare.indexOf("@") + 1);
}

/**
 * The form in which addresses are compared: local part and domain in lower case, composed, and in characters of usual
 * width (RFC 7622 §3.2, §3.3), the resource composed but in its own case (§3.4).
 */
export function normaliseJid(jid: string): string {
  const slash = jid.indexOf("/");
  if (slash === -1) return folded(jid);
  return `${folded(jid.slice(0, slash))}/${jid.slice(slash + 1).normalize("NFC")}`;
}

/** NFKC, not NFC: servers of RFC 6122's time fold more than the width, and so may what they tell us. */
function folded(bare: string): string {
  return bare.normalize("NFKC").toLowerCase();
}

/** Is it the same account, whatever the resources? */
export function sameAccount(a: string, b: string): boolean {
  return normaliseJid(bareJid(a)) === normaliseJid(bareJid(b));
}
