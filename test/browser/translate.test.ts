import { strict as assert } from "node:assert";
import { parse } from "ltx";
import type { BrowserContext, Page } from "playwright-core";
import { jingleToSdp, sdpToJingle } from "#jingle/translate.js";
import { newContext } from "../support/chromium.js";
import { captureNames, corpus, readCapture } from "../support/corpus.js";

/** Lines of an answer that are new each time, that moved between levels (s-7), or mirror what no XEP has (r-4, r-5, i-1, i-2, k-2). */
const NOT_COMPARED =
  /^(?:o=|a=(?:extmap-allow-mixed|ice-ufrag|ice-pwd|fingerprint|msid-semantic|ssrc|ssrc-group|msid|candidate|rtcp-rsize|rtcp-xr|max-message-size|rid|simulcast):?)/;

/** c-15: Firefox leaves in the rtcp-fb lines of codecs that the application took out, and Chromium refuses those. */
const REFUSED_AS_THEY_ARE = /^firefox\/codec-\w+-offer-trickle$/;

describe("Chromium takes what comes out of Jingle", function () {
  this.timeout(60_000);
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    context = await newContext();
    page = await context.newPage();
  });
  after(() => context?.close());

  for (const { title, text, type } of corpus()) {
    if (type !== "offer") continue;
    it(`${title}: it answers the offer that went through Jingle as the offer itself`, async () => {
      const xml = sdpToJingle(text, { action: "session-initiate", sid: "s1", role: "initiator" }).toString();
      const offer = jingleToSdp(parse(xml), { role: "initiator", type: "offer" });
      const through = await answer(page, offer);
      if (REFUSED_AS_THEY_ARE.test(title)) await assert.rejects(answer(page, text), /Failed to parse codecs/);
      else assert.deepEqual(comparable(through), comparable(await answer(page, text)));
    });
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

/** The answer of a new RTCPeerConnection to an offer. */
function answer(page: Page, offer: string): Promise<string> {
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
function comparable(sdp: string): readonly (readonly string[])[] {
  const sections = sdp.split(/(?=^m=)/m).filter((section) => !/^m=\w+ 0 /.test(section));
  return sections.map((section) =>
    section
      .split("\r\n")
      .filter((line) => !NOT_COMPARED.test(line))
      .sort(),
  );
}
