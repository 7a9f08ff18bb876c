import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.js";

export type BrowserName = "chrome" | "firefox";

/** One SDP of test/vectors/sdp, as Chromium 156 or Firefox ESR 153 wrote it. */
export interface CorpusSdp {
  readonly browser: BrowserName;
  /** For titles: `chrome/audio-video-offer`. */
  readonly title: string;
  readonly type: "offer" | "answer";
  /** Of an answer: what it answers. */
  readonly offer: string | undefined;
  readonly text: string;
}

const FOLDER = join(root, "test/vectors/sdp");

/** Every SDP that browsers wrote for us. */
export function corpus(): readonly CorpusSdp[] {
  return (["chrome", "firefox"] as const).flatMap((browser) => {
    const names = readdirSync(join(FOLDER, browser)).filter((name) => name.endsWith(".sdp"));
    return names.map((name): CorpusSdp => {
      const type = /-offer(-trickle)?\.sdp$/.test(name) ? "offer" : "answer";
      // What was really offered: candidates of the offer do not matter to its answer.
      const offer =
        type === "answer" ? readSdp(browser, name.replace(/-answer(-trickle)?\.sdp$/, "-offer$1.sdp")) : undefined;
      return { browser, title: `${browser}/${name.slice(0, -4)}`, type, offer, text: readSdp(browser, name) };
    });
  });
}

export function readSdp(browser: BrowserName, name: string): string {
  return readFileSync(join(FOLDER, browser, name), "utf8");
}

/** The RTCIceCandidate events of a call's side, null for "no more". */
export function readCandidates(
  browser: BrowserName,
  name: string,
): Record<"offerer" | "answerer", readonly (CandidateJson | null)[]> {
  return JSON.parse(readSdp(browser, `${name}.candidates.json`));
}

export interface CandidateJson {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
  readonly usernameFragment: string;
}

export interface Stanza {
  readonly from: "received" | "sent";
  readonly xml: string;
}

/** The stanzas of a call of Dino 0.4.2, as Prosody logged them. */
export function readCapture(name: string): readonly Stanza[] {
  const text = readFileSync(join(root, "test/vectors/captures", name), "utf8");
  return [...text.matchAll(/<!--[^>]*(RECV|SEND)[^>]*-->\n([^\n]+)/g)].map(([, direction, xml]) => ({
    from: direction === "RECV" ? "received" : "sent",
    xml: xml!,
  }));
}

export function captureNames(): readonly string[] {
  return readdirSync(join(root, "test/vectors/captures"));
}
