import { type Element, parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { jingleToSdp, sdpToJingle } from "#jingle/translate.js";
import type { Role } from "#jingle/xep/0166.js";
import { NS_SDP } from "#jingle/xep/jinglewire-sdp.js";
import type { CorpusSdp } from "./corpus.js";
import { isRejected } from "./sdp.js";

/** A stranger who knows data channels, so that they are offered. */
export const STRANGER: ReadonlySet<string> = new Set(["urn:xmpp:jingle:transports:dtls-sctp:1"]);

export interface RoundTrip {
  readonly xml: string;
  readonly back: string;
}

/**
 * A description through Jingle text and back, as two sessions do it: both sides know the names.
 * @param peer what the other side announces; undefined: another Jinglewire.
 * @param change what happens to the element on the way.
 */
export function roundTrip(
  { type, text, offer }: CorpusSdp,
  role: Role,
  peer: ReadonlySet<string> | undefined,
  change: (element: Element) => void = () => {},
): RoundTrip {
  const [ours, theirs] = [new ContentNames(), new ContentNames()];
  const isFirst = role === (type === "offer" ? "initiator" : "responder");
  const [offering, answering] = isFirst
    ? (["session-initiate", "session-accept"] as const)
    : (["content-add", "content-accept"] as const);
  if (offer !== undefined) {
    const other = role === "initiator" ? "responder" : "initiator";
    const said = sdpToJingle(offer, { action: offering, sid: "s1", role: other, names: theirs, peer });
    jingleToSdp(said, { role: other, type: "offer", names: ours });
  }
  const action = type === "offer" ? offering : answering;
  const xml = sdpToJingle(text, { action, sid: "s1", role, names: ours, peer }).toString();
  const element = parse(xml);
  change(element);
  const back = jingleToSdp(element, { role, type, offer, names: theirs });
  return { xml, back };
}

/** Takes out the element that is ours alone. */
export function strip(element: Element): void {
  for (const content of element.getChildren("content")) content.remove("sdp", NS_SDP);
}

/** The lines of a section that have no place in a comparison: wishes of the map's sections 1 and 2. */
const NOT_COMPARED = /^(?:c=|a=rtcp:|a=msid-semantic)/;
/** Session-level lines that each section may say in their place (map, section 0). */
const INHERITED =
  /^a=(?:fingerprint|setup|ice-ufrag|ice-pwd|ice-options|extmap-allow-mixed|sendrecv|inactive|sendonly|recvonly)/;

/** The lines of each section by mid, to be compared line by line; a rejected one is that and its mid (map m-6). */
export function comparable(sdp: string): ReadonlyMap<string, readonly string[]> {
  const [head, ...parts] = sdp.split(/(?=^m=)/m).map((part) => part.split("\r\n").filter((line) => line !== ""));
  const inherited = head!.filter((line) => INHERITED.test(line));
  return new Map(
    parts.map((own) => {
      const mid = own.find((line) => line.startsWith("a=mid:"))!;
      const lines = [...own, ...inherited.filter((line) => !own.some((one) => isSameKind(one, line)))];
      const compared = lines.filter((line) => !NOT_COMPARED.test(line)).map(comparableLine);
      return [mid, isRejected(own) ? ["m=rejected", mid] : compared.sort()];
    }),
  );
}

/** Map m-3 and c-5: the port but 0, and blanks after ";". */
function comparableLine(line: string): string {
  if (line.startsWith("m=")) return line.replace(/ \d+ /, " 9 ");
  return line.startsWith("a=fmtp:") ? line.replace(/; +/g, ";") : line;
}

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

function isSameKind(a: string, b: string): boolean {
  return DIRECTION.test(b) ? DIRECTION.test(a) : a.split(":")[0] === b.split(":")[0];
}
