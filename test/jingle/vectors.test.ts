import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { ContentNames, fingerprintKey } from "#jingle/description.js";
import { toCandidates, toSdp } from "#jingle/translate.js";
import { type Content, jingle as codec, type Jingle, NS_JINGLE, otherRole, type Role } from "#jingle/xep/0166.js";
import type { Candidate } from "#jingle/xep/0176.js";
import { readJingleMessage } from "#jingle/xep/0353.js";
import { captureNames, readCapture } from "../support/corpus.js";
import { isRejected, sectionsOf, valuesOf } from "../support/sdp.js";

describe("calls of Dino 0.4.2, as a server logged them", () => {
  for (const name of captureNames()) {
    it(`${name}: every action is read, and becomes SDP that says the same`, () => {
      const session = new Replay();
      // As the server passed them on: with the address of who sent them.
      for (const { from, xml } of readCapture(name)) {
        const stanza = parse(xml);
        if (stanza.name === "message") readJingleMessage(stanza);
        const element = stanza.name === "iq" ? stanza.getChild("jingle", NS_JINGLE) : undefined;
        if (element && from === "sent" && stanza.attrs.type === "set")
          session.hear(stanza.attrs.from, codec.read(element));
      }
      assert.equal(session.described, DESCRIPTIONS[name]);
    });
  }
});

/** How many descriptions each call has: offers and answers. */
const DESCRIPTIONS: Record<string, number> = {
  "chromium156-calls-dino042-audio-video.prosody.xml": 2,
  "chromium156-calls-dino042-reject.prosody.xml": 0,
  "dino042-calls-chromium156-audio-then-content-add-mute.prosody.xml": 4,
  "dino042-calls-chromium156-audio.prosody.xml": 2,
  "dino042-calls-then-retract.prosody.xml": 0,
  "dino042-dino042-audio-then-content-add-mute.prosody.xml": 4,
};

/** Both parties' descriptions as they grow. */
class Replay {
  readonly #names = new ContentNames();
  readonly #last: Partial<Record<Role, string>> = {};
  #initiator = "";
  described = 0;

  hear(from: string, jingle: Jingle): void {
    if (jingle.action === "session-initiate") this.#initiator = from;
    const role = from === this.#initiator ? "initiator" : "responder";
    if (jingle.action === "session-initiate" || jingle.action === "content-add") this.#describe(jingle, role, "offer");
    if (jingle.action === "session-accept" || jingle.action === "content-accept")
      this.#describe(jingle, role, "answer");
    if (jingle.action === "transport-info") this.#candidates(jingle);
  }

  #describe(jingle: Jingle, role: Role, type: "offer" | "answer"): void {
    const [previous, offer] = [this.#last[role], this.#last[otherRole(role)]];
    const text = toSdp(jingle, { role, type, offer, previous, names: this.#names });
    const sections = sectionsOf(text);
    for (const lines of sections.values()) assert.equal(isRejected(lines), false);
    for (const content of jingle.contents) {
      const lines = sections.get(this.#names.midOf(content)!)!;
      const { media, payloads } = content.description!;
      assert.equal(lines[0], `m=${media} 9 UDP/TLS/RTP/SAVPF ${payloads.map(({ id }) => id).join(" ")}`);
      assert.deepEqual(valuesOf(lines, "a=ice-ufrag:"), [content.transport!.ufrag]);
      assert.equal(valuesOf(lines, "a=fingerprint:").join(), fingerprintKey(content));
      assert.deepEqual(valuesOf(lines, "a=setup:"), [type === "offer" ? "actpass" : "active"]);
      assert.equal(valuesOf(lines, "a=candidate:").length, usable(content).length);
    }
    this.#last[role] = text;
    this.described++;
  }

  #candidates(jingle: Jingle): void {
    const [content] = jingle.contents;
    const found = toCandidates(jingle, { names: this.#names });
    assert.equal(found.length, usable(content!).length);
    for (const { usernameFragment } of found) assert.equal(usernameFragment, content!.transport!.ufrag);
  }
}

/** t-13: Dino gathers for RTCP too. */
function usable({ transport }: Content): readonly Candidate[] {
  return transport!.candidates.filter(({ component }) => component === 1);
}
