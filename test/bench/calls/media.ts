import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../support/root.js";

/** What RTCPeerConnections would say: two descriptions of Chromium, with ten candidates each. */
export interface Media {
  readonly offer: string;
  readonly answer: string;
}

export const CANDIDATES = 10;

export async function media(): Promise<Media> {
  const read = (name: string) => readFile(join(root, "test/vectors/sdp/chrome", name), "utf8");
  return {
    offer: withCandidates(await read("audio-video-offer.sdp")),
    answer: withCandidates(await read("audio-video-answer.sdp")),
  };
}

export function candidatesOf(sdp: string): readonly { readonly sdpMid: string; readonly candidate: string }[] {
  return sdp.split(/^(?=m=)/m).flatMap((section) => {
    const sdpMid = /^a=mid:(\S*)/m.exec(section)?.[1] ?? "";
    return [...section.matchAll(/^a=(candidate:.*)$/gm)].map(([, candidate]) => ({
      sdpMid,
      candidate: candidate!.trim(),
    }));
  });
}

export function withoutCandidates(sdp: string): string {
  return sdp.replaceAll(/^a=candidate:.*\r\n/gm, "");
}

/** Each m-line that has a candidate gets its share: host, then reflexive, then relayed ones. */
function withCandidates(sdp: string): string {
  const sections = sdp.match(/^a=candidate:/gm)!.length;
  return sdp.replaceAll(/^a=candidate:.*\r\n/gm, (host) =>
    Array.from({ length: CANDIDATES / sections }, (_, index) => another(host, index)).join(""),
  );
}

function another(host: string, index: number): string {
  const [foundation, component, protocol, , address, port] = host.slice("a=candidate:".length).split(" ");
  const type = ["host", "host", "srflx", "relay"][index % 4]!;
  const priority = { host: 2122260223, srflx: 1686052607, relay: 41886207 }[type]! - index * 256;
  const related = type === "host" ? "" : ` raddr ${address} rport ${port}`;
  const at = type === "host" ? address : `192.0.2.${index + 1}`;
  const first = [Number(foundation) + index, component, protocol, priority, at, Number(port) + index].join(" ");
  return `a=candidate:${first} typ ${type}${related} generation 0 network-id ${1 + (index % 2)}\r\n`;
}
