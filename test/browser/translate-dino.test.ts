import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { toCandidates, toSdp } from "#jingle/translate.js";
import { jingle as codec, type Jingle, NS_JINGLE, otherRole, type Role } from "#jingle/xep/0166.js";
import { captureNames, readCapture } from "../support/corpus.js";
import { describeJudges, type Judge } from "./judges.js";

declare global {
  interface Window {
    judged?: RTCPeerConnection;
  }
}

/** How many descriptions of Dinos each call has. */
const CALLS: Readonly<Record<string, number>> = {
  "chromium156-calls-dino042-audio-video.prosody.xml": 1,
  "dino042-calls-chromium156-audio-then-content-add-mute.prosody.xml": 2,
  "dino042-calls-chromium156-audio.prosody.xml": 1,
  "dino042-dino042-audio-then-content-add-mute.prosody.xml": 4,
};

/** Both sides of each captured call that Dino was: the browser stands in for the other one. */
describeJudges(
  (browser) => `${browser} in a call with Dino 0.4.2, as a server logged it`,
  ({ page }) => {
    for (const name of captureNames()) {
      if (!(name in CALLS)) continue;
      it(`${name}: it takes every description and candidate of Dino's, offers and answers`, async () => {
        let described = 0;
        for (const dino of dinos(name)) {
          const call = new Replay(page(), dino);
          await call.run(actions(name));
          described += call.described;
        }
        assert.equal(described, CALLS[name]);
      });
    }
  },
);

interface Said {
  readonly from: string;
  readonly jingle: Jingle;
}

/** The actions as the server passed them on: with the address of who sent them. */
function actions(name: string): readonly Said[] {
  return readCapture(name).flatMap(({ from, xml }) => {
    const stanza = parse(xml);
    const element = stanza.name === "iq" ? stanza.getChild("jingle", NS_JINGLE) : undefined;
    if (!element || from !== "sent" || stanza.attrs.type !== "set") return [];
    return [{ from: stanza.attrs.from, jingle: codec.read(element) }];
  });
}

/** Their addresses say it. */
function dinos(name: string): readonly string[] {
  return [...new Set(actions(name).map(({ from }) => from))].filter((jid) => jid.endsWith("/dino"));
}

/** A call with one browser and one Dino. What the browser's side says is its own; what it said then is left out. */
class Replay {
  readonly #names = new ContentNames();
  readonly #page: Judge;
  readonly #dino: string;
  #role: Role = "responder";
  /** The browser's last description, and Dino's. */
  #own = "";
  #previous: string | undefined;
  described = 0;

  constructor(page: Judge, dino: string) {
    this.#page = page;
    this.#dino = dino;
  }

  async run(said: readonly Said[]): Promise<void> {
    await this.#page.evaluate(async () => {
      window.judged?.close();
      window.judged = new RTCPeerConnection();
    }, "");
    for (const { from, jingle } of said) {
      if (from === this.#dino) await this.#hear(jingle);
      else await this.#say(jingle);
    }
    const state = await this.#page.evaluate(async () => window.judged!.signalingState, "");
    assert.equal(state, "stable");
  }

  async #hear(jingle: Jingle): Promise<void> {
    const { action } = jingle;
    if (action === "session-initiate") this.#role = "initiator";
    const common = { role: this.#role, previous: this.#previous, names: this.#names };
    if (action === "session-initiate" || action === "content-add") {
      const offer = toSdp(jingle, { ...common, type: "offer" });
      this.#own = await this.#answer(offer);
      assert.doesNotMatch(this.#own, /^m=\w+ 0 /m);
      this.#took(offer);
    } else if (action === "session-accept" || action === "content-accept") {
      const answer = toSdp(jingle, { ...common, type: "answer", offer: this.#own });
      await this.#page.evaluate((sdp) => window.judged!.setRemoteDescription({ type: "answer", sdp }), answer);
      this.#took(answer);
    } else if (action === "transport-info" && this.#previous !== undefined) await this.#add(jingle);
  }

  #took(description: string): void {
    this.#previous = description;
    this.described++;
  }

  async #add(jingle: Jingle): Promise<void> {
    const candidates = JSON.stringify(toCandidates(jingle, { names: this.#names }));
    await this.#page.evaluate(async (list) => {
      for (const candidate of JSON.parse(list)) await window.judged!.addIceCandidate(candidate);
    }, candidates);
  }

  /** The other side offers: so does the browser, under the names that were used then. */
  async #say({ action, contents }: Jingle): Promise<void> {
    if (action !== "session-initiate" && action !== "content-add") return;
    if (action === "session-initiate") this.#role = "responder";
    const kinds = contents.map(({ description }) => description!.media).join(" ");
    const [sdp, ...mids] = await this.#offer(kinds);
    this.#own = sdp!;
    for (const [index, { name }] of contents.entries()) {
      this.#names.set(mids[index]!, { creator: otherRole(this.#role), name });
    }
  }

  /** The SDP of an offer with new transceivers of these kinds, and their mids. */
  #offer(kinds: string): Promise<readonly string[]> {
    return this.#page.evaluate(async (list) => {
      const connection = window.judged!;
      const added = list.split(" ").map((kind) => connection.addTransceiver(kind));
      await connection.setLocalDescription(await connection.createOffer());
      return [connection.localDescription!.sdp, ...added.map(({ mid }) => mid!)];
    }, kinds);
  }

  #answer(offer: string): Promise<string> {
    return this.#page.evaluate(async (sdp) => {
      const connection = window.judged!;
      await connection.setRemoteDescription({ type: "offer", sdp });
      await connection.setLocalDescription(await connection.createAnswer());
      return connection.localDescription!.sdp;
    }, offer);
  }
}
