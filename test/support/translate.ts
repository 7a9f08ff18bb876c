import { type Element, parse } from "ltx";
import { type DescribeOptions, jingleToSdp, sdpToJingle, type ToSdpOptions } from "#jingle/translate.js";
import { keep } from "./schema.js";
import { sectionsOf } from "./sdp.js";

export const FINGERPRINT =
  "3B:F0:B9:BD:C5:ED:21:A3:FA:13:4B:B7:78:90:3B:C4:E2:F2:8A:22:43:06:90:22:A4:1B:D4:48:C2:29:AD:0A";
export const UFRAG = "NvBM";
export const PWD = "yJZcz63QJGyvTDxDX7bVQpCs";

/** An SDP of a browser: `head` are session-level lines after t=, each section is its lines from m= on. */
export function sdp(sections: readonly (readonly string[])[], head: readonly string[] = []): string {
  const mids = sections.map((lines) => lines.find((line) => line.startsWith("a=mid:"))?.slice(6) ?? "");
  const top = ["v=0", "o=- 7 2 IN IP4 127.0.0.1", "s=-", "t=0 0", `a=group:BUNDLE ${mids.join(" ")}`, ...head];
  return `${[...top, ...sections.flat()].join("\r\n")}\r\n`;
}

export interface SectionParts {
  readonly mid?: string;
  /** The m-line without its payload types. */
  readonly m?: string;
  readonly ids?: string;
  /** Lines of the section's own. */
  readonly lines?: readonly string[];
  /** Replaces ICE and DTLS. */
  readonly transport?: readonly string[];
}

const TRANSPORT = [
  `a=ice-ufrag:${UFRAG}`,
  `a=ice-pwd:${PWD}`,
  "a=ice-options:trickle",
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  "a=setup:actpass",
];

/** An m=audio section with opus, or what it is told. */
export function section(parts: SectionParts = {}): readonly string[] {
  const { mid = "0", m = "audio 9 UDP/TLS/RTP/SAVPF", ids = "111", lines = ["a=rtpmap:111 opus/48000/2"] } = parts;
  const { transport = TRANSPORT } = parts;
  const format = ids === "" ? "" : ` ${ids}`;
  return [`m=${m}${format}`, "c=IN IP4 0.0.0.0", ...transport, `a=mid:${mid}`, "a=rtcp-mux", ...lines];
}

/** An m=video section with VP8 (96). */
export function video(parts: SectionParts = {}): readonly string[] {
  return section({
    mid: "1",
    m: "video 9 UDP/TLS/RTP/SAVPF",
    ids: "96",
    lines: ["a=rtpmap:96 VP8/90000"],
    ...parts,
  });
}

/** An m=application section of a data channel. */
export function data(parts: SectionParts = {}): readonly string[] {
  const m = "application 9 UDP/DTLS/SCTP webrtc-datachannel";
  return section({ mid: "2", m, ids: "", lines: ["a=sctp-port:5000", "a=max-message-size:262144"], ...parts }).filter(
    (line) => line !== "a=rtcp-mux",
  );
}

export interface ContentParts {
  readonly name?: string;
  readonly attributes?: string;
  readonly media?: string | null;
  /** Inside <description/>. */
  readonly description?: string;
  /** Inside <transport/>. */
  readonly transport?: string;
  readonly credentials?: string;
  readonly fingerprint?: string;
}

export const OPUS = "<payload-type id='111' name='opus' clockrate='48000' channels='2'/>";

/** A <content/> with opus, or what it is told. */
export function content(parts: ContentParts = {}): string {
  const { name = "0", attributes = "", media = "audio", description = OPUS, transport = "" } = parts;
  const { credentials = `ufrag='${UFRAG}' pwd='${PWD}'`, fingerprint = fingerprintXml() } = parts;
  const rtp =
    media === null
      ? ""
      : `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='${media}'>${description}<rtcp-mux/></description>`;
  return `<content creator='initiator' name='${name}' ${attributes}>${rtp}
    <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ${credentials}>${fingerprint}${transport}</transport></content>`;
}

export function fingerprintXml(value = FINGERPRINT, setup = "actpass", hash = "sha-256"): string {
  const attribute = setup === "" ? "" : ` setup='${setup}'`;
  return `<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='${hash}'${attribute}>${value}</fingerprint>`;
}

/** A group of the contents with these names. */
export function group(names: string, semantics = "BUNDLE"): string {
  const members = names.split(" ").map((name) => `<content name='${name}'/>`);
  return `<group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='${semantics}'>${members.join("")}</group>`;
}

export function jingle(inner: string, action = "session-initiate"): Element {
  return parse(`<jingle xmlns='urn:xmpp:jingle:1' action='${action}' sid='s1'>${inner}</jingle>`);
}

/** SDP -> Jingle, as session-initiate of the initiator to a stranger; every result goes into the diary. */
export function toJingle(text: string, options: Partial<DescribeOptions> = {}): Element {
  const element = sdpToJingle(text, {
    action: "session-initiate",
    sid: "s1",
    role: "initiator",
    peer: new Set(["urn:xmpp:jingle:1"]),
    ...options,
  });
  keep(`<iq type='set' id='1'>${element}</iq>`);
  return parse(element.toString());
}

/** Jingle -> SDP, as an offer of the initiator. */
export function toSdp(element: Element, options: Partial<ToSdpOptions> = {}): string {
  return jingleToSdp(element, { role: "initiator", type: "offer", ...options });
}

/** The lines of the first section of what contents become in SDP. */
export function linesOf(element: Element, options: Partial<ToSdpOptions> = {}): readonly string[] {
  return [...sectionsOf(toSdp(element, options)).values()][0]!;
}

/** Every element of that name, anywhere, in document order. */
export function all(element: Element, name: string): readonly Element[] {
  return element.getChildElements().flatMap((one) => [...(one.name === name ? [one] : []), ...all(one, name)]);
}

/** The attributes of each such element as `name=value` texts, without xmlns. */
export function attributesOf(element: Element, name: string): readonly string[] {
  return all(element, name).map(({ attrs }) =>
    Object.entries(attrs)
      .filter(([key]) => key !== "xmlns")
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
  );
}
