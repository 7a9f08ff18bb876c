import { strict as assert } from "node:assert";
import type { Row } from "./row.js";
import { growth, type Peers, translations } from "./translations.js";
import { readVector } from "./translator.bench.js";

/** No time is asserted here: that the benchmark runs, and compares what it says. */
describe("npm run bench -- translator", () => {
  let now = 0;
  // Each look at the clock takes far longer than any task may: so all is done once, and every ratio is 1.
  const pace = { rounds: 2, budget: 1, clock: () => (now += 100) };
  const echo = { out: (text: string) => text, in: (text: string) => text };
  const peers: Peers = { stanza: echo, json: echo };

  it("has four rows for each description, and two for growth", async () => {
    const rows: Row[] = [];
    for await (const row of translations(readVector, peers, { out: 15, in: 5, ofLtxOut: 0.4, ofLtxIn: 0.6 }, pace)) {
      rows.push(row);
    }
    assert.equal(rows.length, 12);
    for await (const row of growth(readVector, pace)) rows.push(row);
    assert.equal(rows.length, 14);
    for (const { what, value } of rows) assert.ok(value > 0 && Number.isFinite(value), `${what}: ${value}`);
  });

  it("asks stanza for the same description and the same XML", async () => {
    const asked = { out: new Set<string>(), in: new Set<string>() };
    const note = (way: "in" | "out") => (text: string) => {
      asked[way].add(text);
      return text;
    };
    const stanza = { out: note("out"), in: note("in") };
    for await (const _ of translations(readVector, { ...peers, stanza }, { out: 15, in: 5 }, pace));
    assert.equal(asked.out.size, 3);
    assert.ok([...asked.out].every((text) => text.startsWith("v=0")));
    assert.ok([...asked.in].every((text) => text.startsWith("<jingle")));
  });
});
