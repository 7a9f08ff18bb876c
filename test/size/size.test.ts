import assert from "node:assert/strict";
import { largestInputs, sizes } from "./measure.js";

describe("what a browser has to load", () => {
  it("stays within its limits (npm run size prints them)", async () => {
    for (const { what, bytes, goal } of await sizes()) {
      assert.ok(bytes > 1000, `${what}: ${bytes} bytes are too few to be true`);
      assert.ok(bytes <= goal, `${what}: ${bytes} bytes, at most ${goal}`);
    }
  });

  it("holds one copy of ltx's elements, and no XML parser where the host has the connection", async () => {
    const files = (await largestInputs()).filter(([, bytes]) => bytes > 0).map(([file]) => file);
    assert.deepEqual(
      files.filter((file) => file.startsWith("node_modules/")),
      ["node_modules/ltx/lib/Element.js", "node_modules/ltx/lib/escape.js"],
    );
  });
});
