/** Session-level lines that speak for each section that does not speak for itself (map, section 0). */
const INHERITED = /^a=(?:fingerprint|setup|ice-ufrag|ice-pwd|ice-options|extmap-allow-mixed|sendrecv|inactive)\b/;
const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

/** The lines of each m-section, by mid, in order; with what it inherits. */
export function sectionsOf(sdp: string): Map<string, readonly string[]> {
  const [head, ...parts] = sdp.split(/(?=^m=)/m).map((part) => part.split("\r\n").filter((line) => line !== ""));
  const inherited = head!.filter((line) => INHERITED.test(line));
  return new Map(
    parts.map((lines) => {
      const mid = lines.find((line) => line.startsWith("a=mid:"))!.slice("a=mid:".length);
      return [mid, [...lines, ...inherited.filter((line) => !lines.some((own) => isSameKind(own, line)))]];
    }),
  );
}

function isSameKind(a: string, b: string): boolean {
  if (DIRECTION.test(a)) return DIRECTION.test(b);
  const [name] = a.split(":");
  return name === b.split(":")[0];
}

/** The values of all lines that start so: `linesOf(lines, "a=rtpmap:")`. */
export function valuesOf(lines: readonly string[], prefix: string): readonly string[] {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

/** Port 0, and not because it is bundled. */
export function isRejected(lines: readonly string[]): boolean {
  return /^m=\w+ 0 /.test(lines[0]!) && !lines.includes("a=bundle-only");
}
