import { parse } from "ltx";
import type { Content, Jingle } from "#jingle/xep/0166.js";
import { jingle as codec } from "#jingle/xep/0166.js";

const FINGERPRINT = "3B:F0:B9:BD:C5:ED:21:A3:FA:13:4B:B7:78:90:3B:C4:E2:F2:8A:22:43:06:90:22:A4:1B:D4:48:C2:29:AD:0A";

export interface ContentParts {
  readonly name?: string;
  readonly media?: string;
  readonly senders?: string;
  readonly fingerprint?: string | null;
  readonly setup?: string;
}

/** A content as XML, whole unless told otherwise. */
export function contentXml(parts: ContentParts = {}): string {
  const { name = "audio", media = name, senders, fingerprint = FINGERPRINT, setup = "actpass" } = parts;
  const sendersAttribute = senders ? ` senders='${senders}'` : "";
  const proof = fingerprint
    ? `<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='${setup}'>${fingerprint}</fingerprint>`
    : "";
  return `<content creator='initiator' name='${name}'${sendersAttribute}>
    <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='${media}'>
      <payload-type id='111' name='opus' clockrate='48000' channels='2'/><rtcp-mux/>
    </description>
    <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='NvBM' pwd='yJZcz63QJGyvTDxDX7bVQpCs'>${proof}</transport>
  </content>`;
}

/** A whole <jingle/> as XML. */
export function jingleXml(action: string, sid: string, inner: string): string {
  return `<jingle xmlns='urn:xmpp:jingle:1' action='${action}' sid='${sid}'>${inner}</jingle>`;
}

export function readJingle(xml: string): Jingle {
  return codec.read(parse(xml));
}

export function contents(...parts: readonly ContentParts[]): readonly Content[] {
  return readJingle(jingleXml("session-initiate", "s", parts.map(contentXml).join(""))).contents;
}

export { FINGERPRINT };
