import { strict as assert } from "node:assert";
import { Counter } from "../support/operations.js";
import { ANSWERS, type Direction, JINGLE, SDP } from "../support/work-cases.js";

/** As many as the limits allow of most things; the second half has to cost what the first did. */
const [FEW, MANY] = [64, 128] as const;

describe("work is linear in what a peer sends, without any limit", () => {
  let counter: Counter;
  before(() => {
    counter = new Counter();
  });
  after(() => counter.close());

  for (const what of Object.keys(JINGLE)) it(`${what}, to SDP`, () => assertLinear("in", what));
  for (const what of Object.keys(ANSWERS)) it(`${what} of an answer, to SDP`, () => assertLinear("answer", what));
  it("contents that are added, to SDP", () => assertLinear("add", "contents"));
  it("contents that are accepted later, to SDP", () => assertLinear("accept", "contents"));
  it("candidates, to addIceCandidate", () => assertLinear("candidates", "candidates"));
  for (const what of Object.keys(SDP)) it(`${what}, from SDP`, () => assertLinear("out", what));

  async function assertLinear(direction: Direction, what: string): Promise<void> {
    const costs: number[] = [];
    // Twice, since what runs for the first time may make tables.
    for (const n of [1, 1, FEW, MANY]) costs.push(await counter.count(direction, what, n));
    const [, one, few, many] = costs as [number, number, number, number];
    const [first, second] = [few - one, many - few];
    assert.ok(first >= FEW, `${FEW} cost ${first} blocks of code: they were not read`);
    assert.ok(second <= first * 1.25, `${FEW} cost ${first} blocks of code, the next ${MANY - FEW} cost ${second}`);
  }
});
