import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Element, parse } from "ltx";
import { ContentNames, fingerprintKey } from "#jingle/description.js";
import { RemoteError } from "#jingle/errors.js";
import { toCandidates, toSdp } from "#jingle/translate.js";
import { jingle as codec, type Jingle, NS_JINGLE, otherRole, type Role } from "#jingle/xep/0166.js";
import { readJingleMessage } from "#jingle/xep/0353.js";
import { captureNames, readCapture } from "../support/corpus.js";
import { isRejected, sectionsOf, valuesOf } from "../support/sdp.js";
import { needSpecVectors, specVectors } from "../support/spec-vectors.js";
import { all } from "../support/translate.js";

describe("calls of Dino 0.4.2, as a server logged them", () => {
  for (const name of captureNames()) {
    it(`${name}: every action is read, and becomes SDP that says the same`, () => {
      const session = new Replay();
      for (const { xml } of readCapture(name)) {
        const stanza = parse(xml);
        if (stanza.name === "message") readJingleMessage(stanza);
        const element = stanza.name === "iq" ? stanza.getChild("jingle", NS_JINGLE) : undefined;
        if (element && stanza.attrs.type === "set") session.hear(codec.read(element));
      }
      if (name.includes("audio")) assert.ok(session.translated >= 2);
    });
  }
});

/** Both parties' descriptions as they grow; an action that the server passed on is heard twice and counts once. */
class Replay {
  readonly #names = new ContentNames();
  readonly #last: Partial<Record<Role, string>> = {};
  readonly #heard = new Set<string>();
  translated = 0;

  hear(jingle: Jingle): void {
    const text = codec.write(jingle).toString();
    if (this.#heard.has(text)) return;
    this.#heard.add(text);
    if (jingle.action === "session-initiate") this.#describe(jingle, "initiator", "offer");
    if (jingle.action === "session-accept") this.#describe(jingle, "responder", "answer");
    if (jingle.action === "transport-info") this.#candidates(jingle);
  }

  #describe(jingle: Jingle, role: Role, type: "offer" | "answer"): void {
    const offer = this.#last[otherRole(role)];
    const text = toSdp(jingle, { role, type, offer, names: this.#names });
    const sections = sectionsOf(text);
    assert.equal(sections.size, jingle.contents.length);
    for (const content of jingle.contents) {
      const mid = this.#names.midOf(content);
      const lines = sections.get(mid!)!;
      assert.equal(isRejected(lines), false);
      const { media, payloads } = content.description!;
      assert.equal(lines[0], `m=${media} 9 UDP/TLS/RTP/SAVPF ${payloads.map(({ id }) => id).join(" ")}`);
      assert.deepEqual(valuesOf(lines, "a=ice-ufrag:"), [content.transport!.ufrag]);
      assert.equal(valuesOf(lines, "a=fingerprint:").join(), fingerprintKey(content));
      assert.deepEqual(valuesOf(lines, "a=setup:"), [type === "offer" ? "actpass" : "active"]);
      const usable = content.transport!.candidates.filter(({ component }) => component === 1);
      assert.equal(valuesOf(lines, "a=candidate:").length, usable.length);
    }
    this.#last[role] = text;
    this.translated++;
  }

  #candidates(jingle: Jingle): void {
    const [content] = jingle.contents;
    const usable = content!.transport!.candidates.filter(({ component }) => component === 1);
    const found = toCandidates(jingle, { names: this.#names });
    assert.equal(found.length, usable.length);
    for (const { usernameFragment } of found) assert.equal(usernameFragment, content!.transport!.ufrag);
  }
}

describe("the XEPs' examples", () => {
  const examples = specVectors() ? exampleFiles(join(specVectors()!, "examples")) : [];

  it("are there", function () {
    needSpecVectors(this);
    assert.ok(examples.length > 400);
  });

  for (const file of examples) {
    it(`${file.split("/examples/")[1]}: it parses, and no Jingle in it surprises us`, () => {
      const element = parse(readFileSync(file, "utf8"));
      const found = [element, ...all(element, "jingle")].filter((one) => one.is("jingle", NS_JINGLE));
      for (const one of found) assertRefusedOrRead(one);
    });
  }
});

/** No exception but one that becomes an IQ error. */
function assertRefusedOrRead(element: Element): void {
  try {
    const jingle = codec.read(element);
    toCandidates(jingle, {});
    if (jingle.action === "session-initiate" || jingle.action === "content-add") {
      const text = toSdp(jingle, { role: "initiator", type: "offer" });
      assert.ok(sectionsOf(text).size <= jingle.contents.length);
    }
  } catch (error) {
    assert.ok(error instanceof RemoteError, String(error));
  }
}

function exampleFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return exampleFiles(path);
    return name.endsWith(".xml") ? [path] : [];
  });
}
