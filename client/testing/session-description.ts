// The SDP of a browser, as far as a call needs it (RFC 8829), written and read without any part of jinglewire/jingle

export type Kind = "audio" | "video";

export interface Codec {
  readonly id: number;
  /** Name, clock rate and channels as in a=rtpmap. */
  readonly map: string;
  readonly format?: string;
  readonly feedback?: readonly string[];
}

/** What a section says of the transport and of one transceiver. */
export interface SectionOfSdp {
  readonly kind: string;
  readonly mid: string;
  readonly rejected: boolean;
  readonly direction: RTCRtpTransceiverDirection;
  readonly codecs: readonly Codec[];
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: string;
  readonly setup: string;
  readonly streams: readonly string[];
  readonly candidates: readonly string[];
}

export interface Sdp {
  readonly sections: readonly SectionOfSdp[];
  readonly bundled: readonly string[];
}

export interface SdpToWrite extends Sdp {
  readonly sessionId: string;
  readonly version: number;
  readonly gathered: boolean;
}

export const CODECS: Readonly<Record<Kind, readonly Codec[]>> = {
  audio: [
    { id: 111, map: "opus/48000/2", format: "minptime=10;useinbandfec=1", feedback: ["transport-cc"] },
    { id: 0, map: "PCMU/8000" },
    { id: 8, map: "PCMA/8000" },
  ],
  video: [
    { id: 96, map: "VP8/90000", feedback: ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] },
    { id: 97, map: "rtx/90000", format: "apt=96" },
  ],
};

/** As Chromium refuses what it can read, but not use. */
export function unusable(why: string): DOMException {
  return new DOMException(`Failed to set remote description: ${why}`, "InvalidAccessError");
}

/** As it refuses what is no SDP. */
function unreadable(why: string): DOMException {
  return new DOMException(`Failed to parse SessionDescription. ${why}`, "OperationError");
}

export function writeSdp({ sections, bundled, sessionId, version, gathered }: SdpToWrite): string {
  const lines = ["v=0", `o=- ${sessionId} ${version} IN IP4 127.0.0.1`, "s=-", "t=0 0"];
  if (bundled.length > 0) lines.push(`a=group:BUNDLE ${bundled.join(" ")}`);
  lines.push("a=extmap-allow-mixed", "a=msid-semantic: WMS");
  for (const section of sections) lines.push(...writeSection(section, gathered));
  return `${lines.join("\r\n")}\r\n`;
}

function writeSection(section: SectionOfSdp, gathered: boolean): string[] {
  const { kind, mid, rejected, direction, codecs, ufrag, password, fingerprint, setup, streams, candidates } = section;
  const ids = rejected ? ["0"] : codecs.map(({ id }) => id);
  const head = [`m=${kind} ${rejected ? 0 : 9} UDP/TLS/RTP/SAVPF ${ids.join(" ")}`, "c=IN IP4 0.0.0.0"];
  if (rejected) return [...head, "a=inactive", `a=mid:${mid}`];
  return [
    ...head,
    "a=rtcp:9 IN IP4 0.0.0.0",
    ...candidates.map((candidate) => `a=${candidate}`),
    ...(gathered ? ["a=end-of-candidates"] : []),
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    "a=ice-options:trickle",
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
    `a=mid:${mid}`,
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    `a=${direction}`,
    ...streams.map((stream) => `a=msid:${stream}`),
    "a=rtcp-mux",
    "a=rtcp-rsize",
    ...codecs.flatMap(writeCodec),
  ];
}

function writeCodec({ id, map, format, feedback = [] }: Codec): string[] {
  const lines = [`a=rtpmap:${id} ${map}`, ...feedback.map((one) => `a=rtcp-fb:${id} ${one}`)];
  return format === undefined ? lines : [...lines, `a=fmtp:${id} ${format}`];
}

/** Reads a description as strictly as browsers do. Throws DOMException. */
export function readSdp(text: string): Sdp {
  const [session = "", ...rest] = text.split(/\r\n(?=m=)/);
  if (!session.startsWith("v=0\r\n") || !text.endsWith("\r\n")) throw unreadable("Expect line: v=");
  const group = attribute(session, "group");
  const bundled = group?.startsWith("BUNDLE") ? group.split(" ").slice(1) : [];
  const sections = rest.map((section) => readSection(section, session));
  for (const mid of bundled) {
    if (!sections.some((section) => section.mid === mid)) throw unusable(`BUNDLE names the unknown mid ${mid}`);
  }
  return { sections, bundled };
}

function readSection(text: string, session: string): SectionOfSdp {
  const [, kind = "", port = ""] = /^m=(\S+) (\d+) \S+ .+/.exec(text) ?? [];
  const mid = attribute(text, "mid");
  if (kind === "" || mid === undefined) throw unreadable("A section has no mid, or no m= line that can be read");
  const either = (name: string) => attribute(text, name) ?? attribute(session, name) ?? "";
  const section = {
    kind,
    mid,
    rejected: port === "0",
    direction: (/^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(text)?.[1] ??
      "sendrecv") as RTCRtpTransceiverDirection,
    codecs: attributes(text, "rtpmap").map((line) => readCodec(line, text)),
    ufrag: either("ice-ufrag"),
    password: either("ice-pwd"),
    fingerprint: either("fingerprint")
      .replace(/^sha-256 /i, "")
      .toUpperCase(),
    setup: either("setup"),
    streams: attributes(text, "msid"),
    candidates: attributes(text, "candidate").map((value) => `candidate:${value}`),
  };
  if (section.rejected) return section;
  if (section.ufrag === "" || section.password === "") throw unusable("SDP without ice-ufrag and ice-pwd");
  if (section.fingerprint === "") throw unusable("SDP without DTLS fingerprint");
  if (kind !== "application" && !/^a=rtcp-mux\r?$/m.test(text)) throw unusable("rtcp-mux must be enabled");
  return section;
}

function readCodec(rtpmap: string, text: string): Codec {
  const [id = "", map = ""] = rtpmap.split(" ");
  const format = attributes(text, "fmtp").find((line) => line.startsWith(`${id} `));
  const feedback = attributes(text, "rtcp-fb").filter((line) => line.startsWith(`${id} `));
  return {
    id: Number(id),
    map,
    ...(format !== undefined && { format: format.slice(id.length + 1) }),
    feedback: feedback.map((line) => line.slice(id.length + 1)),
  };
}

function attribute(text: string, name: string): string | undefined {
  return attributes(text, name)[0];
}

function attributes(text: string, name: string): string[] {
  const start = `a=${name}:`;
  return text
    .split("\r\n")
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}

/** The codecs of an offer that we have too, under the offer's numbers; repair goes with what it repairs. */
export function commonCodecs(kind: Kind, offered: readonly Codec[]): readonly Codec[] {
  const plain = offered.filter(({ map }) => !isRepair(map) && CODECS[kind].some((own) => sameMap(own.map, map)));
  const repair = offered.filter(({ map, format }) => isRepair(map) && plain.some(({ id }) => format === `apt=${id}`));
  return kind === "video" ? [...plain, ...repair] : plain;
}

function isRepair(map: string): boolean {
  return /^rtx\//i.test(map);
}

function sameMap(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Seen from the other side. */
export function reversed(direction: RTCRtpTransceiverDirection): RTCRtpTransceiverDirection {
  if (direction === "sendonly") return "recvonly";
  return direction === "recvonly" ? "sendonly" : direction;
}

/** What both allow. */
export function intersection(a: RTCRtpTransceiverDirection, b: RTCRtpTransceiverDirection): RTCRtpTransceiverDirection {
  const send = sends(a) && sends(b);
  const receive = receives(a) && receives(b);
  if (send) return receive ? "sendrecv" : "sendonly";
  return receive ? "recvonly" : "inactive";
}

export function sends(direction: RTCRtpTransceiverDirection | null): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

export function receives(direction: RTCRtpTransceiverDirection | null): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}
