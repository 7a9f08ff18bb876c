import { strict as assert } from "node:assert";
import { GOAL, heapPerSession } from "./idle-sessions.js";

describe("what an idle session holds of the heap", () => {
  it("is at most 1,366 bytes, whatever the size of the description that came", function () {
    this.timeout(60_000);
    const small = heapPerSession(0, 1000);
    assert.ok(small < GOAL, `${small} bytes`);
    // A piece of text that is kept would keep the whole stanza, here some 5 kB.
    const large = heapPerSession(60, 1000);
    assert.ok(large < GOAL, `${large} bytes with 120 payload types`);
  });
});
