import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { interopPage } from "../support/interop-page.js";
import { root } from "../support/root.js";

describe("docs/interop.md", () => {
  it("is what npm run docs makes of the outcomes of the scripted peers", () => {
    assert.equal(readFileSync(join(root, "docs/interop.md"), "utf8"), interopPage());
  });
});
