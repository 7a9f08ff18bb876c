import { strict as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { bundle } from "./demo-page.js";

const size = (text: string) => gzipSync(text, { level: 9 }).length;

describe("the size of the page without its engine", () => {
  it("leaves the engine more than half of its 75 kB", async () => {
    const text = await bundle("build/test/client/ui/demo.js", ["./in-call.js"]);
    assert.ok(size(text) <= 37_500, `${size(text)} bytes`);
  });
});
