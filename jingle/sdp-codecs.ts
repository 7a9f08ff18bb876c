// RFC 3551 §6, RFC 4588, map section 3: what must be known of codecs to keep descriptions sound
import { isText, isToken } from "./sdp-grammar.js";
import type { Payload, PayloadParameter } from "./xep/0167.js";

/** A payload type whose codec is known. */
export interface Codec {
  readonly name: string;
  readonly clockrate: number;
  readonly channels: number;
}

/** Map c-3: static types need no rtpmap in SDP and no name or clockrate in XEP examples. */
const STATIC: ReadonlyMap<number, Codec> = new Map(
  (
    [
      [0, "PCMU", 8000, 1],
      [3, "GSM", 8000, 1],
      [4, "G723", 8000, 1],
      [5, "DVI4", 8000, 1],
      [6, "DVI4", 16000, 1],
      [7, "LPC", 8000, 1],
      [8, "PCMA", 8000, 1],
      [9, "G722", 8000, 1],
      [10, "L16", 44100, 2],
      [11, "L16", 44100, 1],
      [12, "QCELP", 8000, 1],
      [13, "CN", 8000, 1],
      [14, "MPA", 90000, 1],
      [15, "G728", 8000, 1],
      [16, "DVI4", 11025, 1],
      [17, "DVI4", 22050, 1],
      [18, "G729", 8000, 1],
      [25, "CelB", 90000, 1],
      [26, "JPEG", 90000, 1],
      [28, "nv", 90000, 1],
      [31, "H261", 90000, 1],
      [32, "MPV", 90000, 1],
      [33, "MP2T", 90000, 1],
      [34, "H263", 90000, 1],
    ] as const
  ).map(([id, name, clockrate, channels]) => [id, { name, clockrate, channels }]),
);

const CLOCKRATES: ReadonlyMap<string, number> = new Map([
  ["opus", 48000],
  ...[...STATIC.values()].map(({ name, clockrate }) => [name.toLowerCase(), clockrate] as const),
]);

/** The codec of a static payload type (RFC 3551). */
export function staticCodec(id: number): Codec | undefined {
  return STATIC.get(id);
}

/** What the rtpmap line says, with the gaps filled that peers leave; undefined when nobody can know the codec. */
export function codecOf(payload: Payload, media: string): Codec | undefined {
  const known = STATIC.get(payload.id);
  const name = payload.name === undefined || payload.name === "" ? known?.name : payload.name;
  if (name === undefined || !isToken(name)) return undefined;
  const clockrate =
    payload.clockrate ??
    (known && sameName(known.name, name) ? known.clockrate : CLOCKRATES.get(name.toLowerCase())) ??
    (media === "video" ? 90000 : undefined);
  return clockrate === undefined ? undefined : { name, clockrate, channels: payload.channels ?? 1 };
}

/** Map c-2, c-4: names in any case, one channel written or not. */
export function isSameCodec(a: Codec, b: Codec): boolean {
  return a.clockrate === b.clockrate && a.channels === b.channels && sameName(a.name, b.name);
}

/** Two payload types mean the same when codec and parameters do; the order of parameters has no meaning (0167-03). */
export function hasSameParameters(a: Payload, b: Payload): boolean {
  if (a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every(({ name, value }) => parameterOf(b, name) === value);
}

export function parameterOf(payload: Payload, name: string): string | undefined {
  return payload.parameters.find((parameter) => parameter.name === name)?.value;
}

/** Map c-13: with rtcp-mux 64..95 cannot be told from RTCP (RFC 5761 §4), and RTP has seven bits. */
export function isPayloadId(id: number): boolean {
  return id >= 0 && id <= 127 && !(id >= 64 && id <= 95);
}

/** rtx without a payload type to repair: Chromium refuses the whole description (map c-7, c-16). */
export function isRtx(name: string): boolean {
  return sameName(name, "rtx");
}

/** RFC 4585 feedback is about media, not about its protection (map f-2). */
export function isProtection(name: string): boolean {
  return /^(rtx|red|ulpfec|flexfec.*)$/i.test(name);
}

/** The value of the fmtp line without its payload id; undefined when there is nothing to write (map c-5 ... c-9). */
export function formatParameters(payload: Payload, codec: Codec): string | undefined {
  let line = "";
  for (const parameter of payload.parameters) {
    const one = formatParameter(parameter, codec);
    if (one === undefined) continue;
    line += line === "" ? one : `;${one}`;
  }
  return line === "" ? undefined : line;
}

/** What needs neither check nor repair: most of what there is. */
const PLAIN = /^(?!fmtp=)[A-Z\d-]+=[A-F\d.,-]+$/i;

function formatParameter({ name, value }: PayloadParameter, codec: Codec): string | undefined {
  const plain = `${name}=${value}`;
  if (PLAIN.test(plain)) return plain;
  // A ";" would make two parameters of one.
  if (value.includes(";") || (value !== "" && !isText(value))) return undefined;
  // Map c-6: a nameless value; XEP-0517 calls it "fmtp", stanza writes it as the name.
  if (name === "" || name === "fmtp") return value === "" ? undefined : value.trim() || undefined;
  if (value === "") return isText(name) && !name.includes(";") ? name.trim() || undefined : undefined;
  if (!isToken(name)) return undefined;
  const [known, repaired] = repair(name, value.trim(), codec);
  return `${known}=${repaired}`;
}

const BOOLEANS = new Set(["cbr", "level-asymmetry-allowed", "stereo", "useinbandfec", "usedtx"]);

/** COMPAT(Monal): underscores, decimal profile levels and true/false (map c-8, c-9). */
function repair(name: string, value: string, codec: Codec): readonly [string, string] {
  if (value === "true" || value === "false") {
    const dashed = name.replaceAll("_", "-");
    if (BOOLEANS.has(dashed)) return [dashed, value === "true" ? "1" : "0"];
  }
  if (!name.includes("_") || !sameName(codec.name, "H264")) return [name, value];
  const dashed = name.replaceAll("_", "-");
  if (dashed !== "profile-level-id" || !/^\d{1,8}$/.test(value)) return [dashed, value];
  return [dashed, Number(value).toString(16).padStart(6, "0")];
}

function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}
