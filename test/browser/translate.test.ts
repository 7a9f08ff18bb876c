import { strict as assert } from "node:assert";
import { type CorpusSdp, corpus } from "../support/corpus.js";
import { roundTrip, STRANGER, strip } from "../support/round-trip.js";
import { describeJudges, type Judge } from "./judges.js";

/** Lines of an answer that are new each time, or moved between levels (s-7). */
const NEW = "o=|a=(?:extmap-allow-mixed|ice-ufrag|ice-pwd|fingerprint|msid-semantic|ssrc|ssrc-group|msid|candidate):?";
/** What an answer mirrors, and no XEP has (r-4, r-5, i-1, i-2, k-2). */
const MIRRORED = "a=(?:rtcp-rsize|rtcp-xr|max-message-size|rid|simulcast):?";
const NOT_COMPARED = { ours: new RegExp(`^(?:${NEW})`), strangers: new RegExp(`^(?:${NEW}|${MIRRORED})`) };

/** c-15: Firefox leaves in the rtcp-fb lines of codecs that the application took out, and Chromium refuses those. */
const CHROMIUM_REFUSES = /^firefox\/codec-\w+-offer-trickle$/;

/** Offers of Chromium and of Firefox, each judged by both. */
describeJudges(
  (browser) => `${browser} takes what comes out of Jingle`,
  ({ browser, page }) => {
    for (const description of corpus()) {
      const { title, type, text } = description;
      const isRefused = browser === "Chromium" && CHROMIUM_REFUSES.test(title);
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
          const found = await answer(page(), make());
          if (isRefused) return;
          expected ??= await answer(page(), original);
          assert.deepEqual(comparable(found, whose), comparable(expected, whose));
        });
      }
      if (isRefused) it(`${title}: as it is, ${browser} refuses it`, () => assert.rejects(answer(page(), original)));
    }
  },
);

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
