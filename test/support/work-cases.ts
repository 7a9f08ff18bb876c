import { ContentNames } from "#jingle/description.js";
import { NO_LIMITS } from "#jingle/limits.js";
import { jingleToSdp, sdpToJingle, toCandidates } from "#jingle/translate.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { content, FINGERPRINT, fingerprintXml, group, jingle, OPUS, sdp, section } from "./translate.js";

const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join("");
const candidate = (port: number) =>
  `<candidate component='1' foundation='1' ip='10.0.0.1' port='${port}' priority='1' protocol='udp'/>`;
const source = (ssrc: number) =>
  `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='${ssrc + 1}'><parameter name='cname' value='x'/></source>`;
const feedback = (index: number) => `<rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='t${index}'/>`;
const extension = (id: number) =>
  `<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='${(id % 14) + 1}' uri='urn:x:${id}'/>`;
const inOpus = (inner: string) => OPUS.replace("/>", `>${inner}</payload-type>`);

/** A peer's description with n of something. */
export const JINGLE: Readonly<Record<string, (n: number) => string>> = {
  contents: (n) =>
    many(n, (i) => content({ name: String(i) })) + group(Array.from({ length: n }, (_, i) => i).join(" ")),
  "contents of names that are no mid": (n) => many(n, (i) => content({ name: `a b ${i}` })),
  "contents of one name": (n) => many(n, () => content()),
  candidates: (n) => content({ transport: many(n, candidate) }),
  "payload types": (n) =>
    content({ description: many(n, (i) => `<payload-type id='${i % 128}' name='x${i}' clockrate='1'/>`) }),
  "rtx payload types": (n) =>
    content({
      description:
        OPUS +
        many(
          n,
          (i) =>
            `<payload-type id='${i % 128}' name='rtx' clockrate='1'><parameter name='apt' value='${i % 128}'/></payload-type>`,
        ),
    }),
  parameters: (n) => content({ description: inOpus(many(n, (i) => `<parameter name='p${i}' value='1'/>`)) }),
  "kinds of feedback": (n) => content({ description: inOpus(many(n, feedback)) }),
  "header extensions": (n) => content({ description: OPUS + many(n, extension) }),
  sources: (n) => content({ description: OPUS + many(n, source) }),
  "source groups": (n) =>
    content({
      description:
        OPUS +
        many(n, source) +
        many(
          n - 1,
          (i) =>
            `<ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'><source ssrc='${n - i}'/><source ssrc='${n - i - 1}'/></ssrc-group>`,
        ),
    }),
  fingerprints: (n) =>
    content({
      fingerprint: many(n, (i) => fingerprintXml(FINGERPRINT.slice(0, -2) + (16 + (i % 240)).toString(16))),
    }),
  groups: (n) => content() + content({ name: "1" }) + many(n, () => group("0 1")),
  "names in a group": (n) => content() + group(Array.from({ length: n }, (_, i) => i).join(" ")),
  "lines of our own": (n) =>
    content().replace(
      "</content>",
      `<sdp xmlns='urn:jinglewire:sdp:0'>${many(n, (i) => `rid:r${i} send\n`)}simulcast:send ${Array.from({ length: n }, (_, i) => `r${i}`).join(";")}</sdp></content>`,
    ),
  "unknown elements": (n) => content({ description: OPUS + many(n, () => "<x xmlns='urn:x'/>") }),
};

/** A browser's description with n of something. */
export const SDP: Readonly<Record<string, (n: number) => string>> = {
  "m-lines": (n) => sdp(Array.from({ length: n }, (_, i) => section({ mid: String(i) }))),
  candidates: (n) => lines(n, (i) => `a=candidate:1 1 udp 1 10.0.0.1 ${i} typ host`),
  "payload types": (n) =>
    sdp([
      section({
        ids: Array.from({ length: n }, (_, i) => i % 128).join(" "),
        lines: list(n, (i) => `a=rtpmap:${i % 128} x/1`),
      }),
    ]),
  parameters: (n) => lines(1, () => `a=fmtp:111 ${many(n, (i) => `p${i}=1;`)}`),
  "kinds of feedback": (n) => lines(n, (i) => `a=rtcp-fb:111 t${i}`),
  "feedback of all payload types": (n) => lines(n, (i) => `a=rtcp-fb:* t${i}`),
  "header extensions": (n) => lines(n, (i) => `a=extmap:${i} urn:x`),
  sources: (n) => lines(n, (i) => `a=ssrc:${i + 1} cname:x`),
  "source groups": (n) => lines(n, (i) => `a=ssrc-group:FID ${i + 1} ${i + 2}`),
  groups: (n) =>
    sdp(
      [section()],
      list(n, () => "a=group:LS 0"),
    ),
  "unknown lines": (n) => lines(n, (i) => `a=unknown:${i}`),
};

function list(n: number, one: (index: number) => string): readonly string[] {
  return Array.from({ length: n }, (_, i) => one(i));
}

function lines(n: number, one: (index: number) => string): string {
  return sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", ...list(n, one)] })]);
}

/** An answer of a peer with n of something, to an offer of ours with as many. */
export const ANSWERS: Readonly<Record<string, (n: number) => string>> = {
  contents: JINGLE.contents!,
  "header extensions": JINGLE["header extensions"]!,
  "payload types": (n) =>
    content({ description: many(n, (i) => `<payload-type id='${i % 128}' name='x${i % 128}' clockrate='1'/>`) }),
  "renumbered payload types": (n) =>
    content({
      description: many(n, (i) => `<payload-type id='${(i + 1) % 128}' name='x${i % 128}' clockrate='1'/>`),
    }),
  sources: JINGLE.sources!,
};

/** Which way a case goes: offers, answers and additions of a peer, and its answers to ours, to SDP; its candidates, and from SDP. */
export type Direction = "in" | "answer" | "add" | "accept" | "candidates" | "out";

/** Makes the input of a case, and returns the work on it. */
export function prepare(direction: Direction, what: string, n: number): () => unknown {
  if (direction === "in") {
    const element = jingle(JINGLE[what]!(n));
    return () => jingleToSdp(element, { role: "initiator", type: "offer", limits: NO_LIMITS });
  }
  if (direction === "answer") {
    const element = jingle(ANSWERS[what]!(n), "session-accept");
    const offer = jingleToSdp(element, { role: "initiator", type: "offer", limits: NO_LIMITS });
    return () => jingleToSdp(element, { role: "responder", type: "answer", offer, limits: NO_LIMITS });
  }
  if (direction === "add") {
    // To as many that are there, as a session does it.
    const names = new ContentNames();
    const options = { role: "initiator", type: "offer", limits: NO_LIMITS, names } as const;
    const previous = jingleToSdp(jingle(JINGLE[what]!(n)), options);
    const more = jingle(JINGLE[what]!(n).replaceAll("name='", "name='more"), "content-add");
    return () => jingleToSdp(more, { ...options, previous });
  }
  if (direction === "accept") {
    // All of them at once, of which half were there.
    const names = new ContentNames();
    const options = { role: "initiator", limits: NO_LIMITS, names } as const;
    const previous = jingleToSdp(jingle(JINGLE[what]!(n)), { ...options, type: "offer" });
    const more = jingle(JINGLE[what]!(n).replaceAll("name='", "name='more"), "content-accept");
    const offer = jingleToSdp(more, { ...options, role: "responder", type: "offer", previous });
    return () => jingleToSdp(more, { ...options, type: "answer", offer, previous });
  }
  if (direction === "candidates") {
    const element = jingle(JINGLE[what]!(n), "transport-info");
    return () => toCandidates(codec.read(element), { limits: NO_LIMITS });
  }
  const text = SDP[what]!(n);
  const options = { action: "session-initiate", sid: "s1", role: "initiator", limits: NO_LIMITS } as const;
  return () => sdpToJingle(text, options).toString();
}
