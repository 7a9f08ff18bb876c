/** 128 unpredictable bits that are an NMTOKEN and an XML name: fit for iq ids, message ids and resources. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `j${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A UUIDv4 (RFC 9562 §5.4), as XEP-0353 §3.1 recommends. crypto.randomUUID is missing on insecure pages. */
export function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
