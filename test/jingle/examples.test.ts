import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Element, parse } from "ltx";
import { RemoteError } from "#jingle/errors.js";
import { toCandidates, toSdp } from "#jingle/translate.js";
import { jingle as codec, NS_JINGLE } from "#jingle/xep/0166.js";
import { NS_JINGLE_MESSAGE } from "#jingle/xep/0353.js";
import { initiationOutcome, jingleOutcome, type Outcome } from "../support/example-outcome.js";
import { root } from "../support/root.js";
import { sectionsOf } from "../support/sdp.js";
import { needSpecVectors, specVectors } from "../support/spec-vectors.js";
import { all } from "../support/translate.js";

/** What comes of each printed stanza with an action; an example that is not here has none. */
const OUTCOMES: Readonly<Record<string, Outcome>> = JSON.parse(
  readFileSync(join(root, "test/vectors/xep-examples.json"), "utf8"),
);

describe("the XEPs' examples", () => {
  const folder = specVectors() && join(specVectors()!, "examples");
  const files = folder ? exampleFiles(folder) : [];

  it("are there, 511 of them", function () {
    needSpecVectors(this);
    assert.equal(files.length, 511);
  });

  it("with an action are all in the table, and nothing else is", function () {
    needSpecVectors(this);
    const acting = files.filter((file) => actingStanza(read(folder!, file)));
    assert.deepEqual(acting.sort(), Object.keys(OUTCOMES).sort());
  });

  for (const file of files) {
    const outcome = OUTCOMES[file];
    it(`${file}: ${outcome ? outcome.join(", ") || "nothing" : "it parses"}`, () => {
      const element = read(folder!, file);
      const found = [element, ...all(element, "jingle")].filter((one) => one.is("jingle", NS_JINGLE));
      for (const one of found) assertRefusedOrRead(one);
      const run = actingStanza(element);
      if (run) assert.deepEqual(run(), outcome);
    });
  }
});

/** Runs a stanza with a Jingle action or a step of message initiation; undefined for others. */
function actingStanza(stanza: Element): (() => Outcome) | undefined {
  if (stanza.name === "iq" && stanza.getChild("jingle", NS_JINGLE)?.attrs.action) return () => jingleOutcome(stanza);
  const isStep =
    stanza.name === "message" && stanza.getChildElements().some((one) => one.getNS() === NS_JINGLE_MESSAGE);
  return isStep ? () => initiationOutcome(stanza) : undefined;
}

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

function read(folder: string, file: string): Element {
  return parse(readFileSync(join(folder, file), "utf8"));
}

function exampleFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".xml"));
}
