import assert from "node:assert/strict";
import { backOff } from "#jingle/back-off.js";

describe("the wait before the next try", () => {
  it("doubles from one second to thirty", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => backOff(failures, 0)),
      [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
    );
  });

  it("is spread over its second half by chance", () => {
    assert.equal(backOff(2, 1), 2000);
    assert.equal(backOff(2, 0.5), 3000);
  });
});
