import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { SessionManager } from "#jingle/session-manager.js";
import { assertHarmless, assertHarmlessCandidates, assertHarmlessSdp, MODES } from "../support/hostile-properties.js";
import { root } from "../support/root.js";

const FOLDER = join(root, "test/vectors/hostile");

/**
 * What once made us throw, or would have: an iq, an action, the actions of one call one after another (`<call/>`), or an
 * SDP. What `npm run fuzz` finds goes there.
 */
describe("what was found by fuzzing", () => {
  for (const file of readdirSync(FOLDER)) {
    it(file, () => {
      const text = readFileSync(join(FOLDER, file), "utf8");
      if (file.endsWith(".sdp")) {
        for (const role of ["initiator", "responder"] as const) assertHarmlessSdp(text, role);
      } else replay(text);
    });
  }
});

function replay(text: string): void {
  const element = parse(text);
  if (element.name === "iq") {
    const manager = new SessionManager({ newId: () => "1", admit: () => null });
    const outputs = manager.handle({ type: "stanza", stanza: element }, 0);
    const replies = outputs.filter((one) => one.type === "send" && /^(?:result|error)$/.test(one.stanza.attrs.type));
    assert.equal(replies.length, 1);
    return;
  }
  const names = new ContentNames();
  let previous: string | undefined;
  for (const jingle of element.name === "call" ? element.getChildElements() : [element]) {
    for (const mode of MODES) assertHarmless(jingle, mode(new ContentNames()));
    assertHarmlessCandidates(jingle);
    previous = assertHarmless(jingle, { role: "initiator", type: "offer", names, previous }) ?? previous;
  }
}
