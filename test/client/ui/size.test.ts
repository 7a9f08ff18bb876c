import { strict as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { bundle } from "./demo-page.js";

const size = (text: string) => gzipSync(text, { level: 9 }).length;

describe("the size of the elements", () => {
  it("the call elements beside Lit are no more than 12 kB", async () => {
    const text = await bundle("test/client/ui/call-elements.mjs", ["lit", "lit/*"]);
    assert.ok(size(text) <= 12_000, `${size(text)} bytes`);
  });

  it("the whole page on the fake engine leaves the engine more than half of its 75 kB", async () => {
    const text = await bundle("build/test/client/ui/demo.js");
    assert.ok(size(text) <= 37_500, `${size(text)} bytes`);
  });
});
