import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { jingleToSdp, sdpToJingle } from "#jingle/translate.js";
import { type Action, otherRole, type Role } from "#jingle/xep/0166.js";
import { type BrowserName, readSdp } from "../support/corpus.js";
import { comparable } from "../support/round-trip.js";
import { keep } from "../support/schema.js";

/** The descriptions of one call of the corpus after another; each offer has its answer. */
const CALLS: readonly (readonly string[])[] = [
  ["add-video-1", "add-video-2"],
  ["hold-1", "hold-2-sendonly", "hold-3-inactive", "hold-4-resumed"],
  ["ice-restart-1", "ice-restart-2", "ice-restart-3-by-answerer"],
  ["screen-share-1", "screen-share-2-added", "screen-share-3-removetrack", "screen-share-4-again"],
  ["transceiver-stopped-1", "transceiver-stopped-2-port0", "transceiver-stopped-3-recycled"],
];

describe("the corpus, step after step, between two Jinglewires", () => {
  for (const browser of ["chrome", "firefox"] as const) {
    for (const steps of CALLS) {
      for (const suffix of ["", "-trickle"]) {
        for (const first of ["initiator", "responder"] as const) {
          it(`${browser}/${steps.join(", ")}${suffix}, by the ${first}: what a step says is there, the rest is as it was`, () => {
            const call = new TwoSessions(browser, suffix, first);
            for (const step of steps) call.take(step);
            assert.ok(call.compared > 0);
          });
        }
      }
    }
  }
});

/** Two sessions, and what each has heard of the other. */
class TwoSessions {
  readonly #names = { initiator: new ContentNames(), responder: new ContentNames() };
  /** What each party's browser wrote, and what the other party made of what it was told. */
  readonly #written: Partial<Record<Role, string>> = {};
  readonly #heard: Partial<Record<Role, string>> = {};
  /** Sections that were compared line by line. */
  compared = 0;

  constructor(
    readonly browser: BrowserName,
    readonly suffix: string,
    /** Who offers; a responder's first offer adds to a call that the other party has begun. */
    readonly first: Role,
  ) {}

  take(step: string): void {
    const offerer = step.endsWith("by-answerer") ? otherRole(this.first) : this.first;
    const offer = readSdp(this.browser, `${step}-offer${this.suffix}.sdp`);
    const answer = readSdp(this.browser, `${step}-answer${this.suffix}.sdp`);
    const before = this.#written[offerer];
    if (before === undefined) {
      const isInitiator = offerer === "initiator";
      this.#tell(offerer, isInitiator ? "session-initiate" : "content-add", offer, mids(offer));
      const agreed = isInitiator ? "session-accept" : "content-accept";
      this.#tell(otherRole(offerer), agreed, answer, mids(answer), offer);
    } else this.#change(offerer, before, offer, answer);
    this.#written[offerer] = offer;
    this.#written[otherRole(offerer)] = answer;
  }

  #change(offerer: Role, before: string, offer: string, answer: string): void {
    const [old, now] = [comparable(before), comparable(offer)];
    const both = mids(offer).filter((mid) => old.has(`a=mid:${mid}`) && isLive(old, mid));
    const differs = (prefix: RegExp) =>
      both.filter((mid) => isLive(now, mid) && line(old, mid, prefix) !== line(now, mid, prefix));
    const stopped = both.filter((mid) => !isLive(now, mid));
    const added = mids(offer).filter((mid) => isLive(now, mid) && !old.has(`a=mid:${mid}`));
    this.#tell(offerer, "content-remove", offer, stopped);
    this.#tell(offerer, "content-modify", offer, differs(DIRECTION));
    const restarted = differs(/^a=ice-ufrag:/);
    this.#tell(offerer, "transport-info", offer, restarted);
    this.#tell(otherRole(offerer), "transport-info", answer, restarted, offer);
    this.#tell(offerer, "content-add", offer, added);
    this.#tell(otherRole(offerer), "content-accept", answer, added, offer);
  }

  /** One action through text; then its sections are compared with what the browser wrote, the others with before. */
  #tell(role: Role, action: Action, text: string, contents: readonly string[], offer?: string): void {
    if (contents.length === 0) return;
    const previous = this.#heard[role];
    const xml = sdpToJingle(text, { action, sid: "s1", role, names: this.#names[role], contents }).toString();
    keep(`<iq type='set' id='1' from='romeo@example.org/1' to='juliet@example.org/1'>${xml}</iq>`);
    const names = this.#names[otherRole(role)];
    const type = offer === undefined ? "offer" : "answer";
    const heard = jingleToSdp(parse(xml), { role, type, offer, previous, names });
    this.#heard[role] = heard;
    const [said, old, now] = [comparable(text), comparable(previous ?? ""), comparable(heard)];
    for (const mid of contents) this.#compare(action, mid, said, now);
    for (const [mid, lines] of old) {
      if (contents.includes(mid.slice("a=mid:".length)) || type === "answer") continue;
      assert.deepEqual(now.get(mid)!.filter(isKept), lines.filter(isKept));
    }
  }

  #compare(action: Action, mid: string, said: Sections, now: Sections): void {
    this.compared++;
    const lines = now.get(`a=mid:${mid}`)!;
    if (action === "content-remove") assert.deepEqual(lines, ["m=rejected", `a=mid:${mid}`]);
    else if (action === "content-modify") assert.equal(line(now, mid, DIRECTION), line(said, mid, DIRECTION));
    else if (action === "transport-info") {
      for (const prefix of [/^a=ice-ufrag:/, /^a=ice-pwd:/])
        assert.equal(line(now, mid, prefix), line(said, mid, prefix));
      // t-19: candidates follow.
      assert.equal(line(now, mid, /^a=candidate:/), undefined);
    } else assert.deepEqual(lines, said.get(`a=mid:${mid}`));
  }
}

type Sections = ReadonlyMap<string, readonly string[]>;

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

/** RFC 8842 §5.5: an offer opens the DTLS role again. */
function isKept(text: string): boolean {
  return !text.startsWith("a=setup:");
}

function mids(sdp: string): readonly string[] {
  return [...comparable(sdp).keys()].map((one) => one.slice("a=mid:".length));
}

function isLive(sections: Sections, mid: string): boolean {
  return !sections.get(`a=mid:${mid}`)!.includes("m=rejected");
}

function line(sections: Sections, mid: string, pattern: RegExp): string | undefined {
  return sections.get(`a=mid:${mid}`)!.find((one) => pattern.test(one));
}
