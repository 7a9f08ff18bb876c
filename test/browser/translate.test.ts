import { strict as assert } from "node:assert";
import { parse } from "ltx";
import type { BrowserContext } from "playwright-core";
import { jingleToSdp } from "#jingle/translate.js";
import { newContext } from "../support/chromium.js";
import { type CorpusSdp, captureNames, corpus, readCapture } from "../support/corpus.js";
import { roundTrip, STRANGER, strip } from "../support/round-trip.js";

/** A page of a browser that judges; what Playwright's and other drivers' pages have in common. */
interface Judge {
  evaluate<Result>(run: (argument: string) => Promise<Result>, argument: string): Promise<Result>;
}
interface Judging {
  readonly browser: string;
  open(): Promise<Judge>;
  close(): Promise<void>;
}

/** Lines of an answer that are new each time, or moved between levels (s-7). */
const NEW = "o=|a=(?:extmap-allow-mixed|ice-ufrag|ice-pwd|fingerprint|msid-semantic|ssrc|ssrc-group|msid|candidate):?";
/** What an answer mirrors, and no XEP has (r-4, r-5, i-1, i-2, k-2). */
const MIRRORED = "a=(?:rtcp-rsize|rtcp-xr|max-message-size|rid|simulcast):?";
const NOT_COMPARED = { ours: new RegExp(`^(?:${NEW})`), strangers: new RegExp(`^(?:${NEW}|${MIRRORED})`) };

/** c-15: Firefox leaves in the rtcp-fb lines of codecs that the application took out, and Chromium refuses those. */
const REFUSED_AS_THEY_ARE = /^firefox\/codec-\w+-offer-trickle$/;

let context: BrowserContext;
judge({
  browser: "Chromium",
  open: async () => {
    context = await newContext();
    return context.newPage();
  },
  close: () => context.close(),
});

function judge({ browser, open, close }: Judging): void {
  describe(`${browser} takes what comes out of Jingle`, function () {
    this.timeout(60_000);
    let page: Judge;

    // A page of Chromium has room for 500 connections, closed ones and all.
    let judged = 0;
    beforeEach(async () => {
      if (judged++ % 100 !== 0) return;
      if (judged > 1) await close();
      page = await open();
    });
    after(close);

    for (const description of corpus()) {
      const { title, type, text } = description;
      // An answer is judged as an offer, since only who made its offer could take it.
      const original = type === "offer" ? text : asOffer(text);
      const ways = [
        ["what went from one Jinglewire to another", () => backOf(description), "ours"],
        [
          "and the same without the element that is ours alone",
          () => backOf(description, undefined, strip),
          "strangers",
        ],
        ["and what a stranger gets", () => backOf(description, STRANGER), "strangers"],
      ] as const;
      let expected: string | undefined;
      for (const [what, make, whose] of ways) {
        it(`${title}: it answers ${what} as the original`, async () => {
          const found = await answer(page, make());
          if (REFUSED_AS_THEY_ARE.test(title)) return;
          expected ??= await answer(page, original);
          assert.deepEqual(comparable(found, whose), comparable(expected, whose));
        });
      }
      if (REFUSED_AS_THEY_ARE.test(title))
        it(`${title}: as it is, Chromium refuses it`, () => assert.rejects(answer(page, original)));
    }

    for (const name of captureNames()) {
      for (const [index, { from, xml }] of readCapture(name).entries()) {
        const jingle = parse(xml).getChild("jingle");
        if (from !== "received" || jingle?.attrs.action !== "session-initiate") continue;
        it(`${name}, stanza ${index}: it answers the session-initiate with every content`, async () => {
          const offer = jingleToSdp(jingle, { role: "initiator", type: "offer" });
          const sections = (await answer(page, offer)).split("\r\nm=").slice(1);
          assert.equal(sections.length, jingle.getChildren("content").length);
          for (const section of sections) assert.match(section, /^(?:audio|video) 9 /);
        });
      }
    }
  });
}

/** What comes out of Jingle, as an offer. */
function backOf(description: CorpusSdp, peer?: ReadonlySet<string>, change?: typeof strip): string {
  const { back } = roundTrip(description, description.type === "offer" ? "initiator" : "responder", peer, change);
  return description.type === "offer" ? back : asOffer(back);
}

function asOffer(answered: string): string {
  return answered.replace(/^a=setup:\w+/gm, "a=setup:actpass");
}

/** The answer of a new RTCPeerConnection to an offer. */
function answer(page: Judge, offer: string): Promise<string> {
  return page.evaluate(async (sdp) => {
    const connection = new RTCPeerConnection();
    try {
      await connection.setRemoteDescription({ type: "offer", sdp });
      return (await connection.createAnswer()).sdp!;
    } finally {
      connection.close();
    }
  }, offer);
}

/** The lines of each section that lives: what was stopped before is not in a first offer that goes through Jingle. */
function comparable(sdp: string, whose: keyof typeof NOT_COMPARED): readonly (readonly string[])[] {
  const sections = sdp.split(/(?=^m=)/m).filter((section) => !/^m=\w+ 0 /.test(section));
  return sections.map((section) =>
    section
      .split("\r\n")
      .filter((line) => !NOT_COMPARED[whose].test(line))
      .sort(),
  );
}
