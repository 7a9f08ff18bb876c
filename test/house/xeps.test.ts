import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/root.js";
import { readHead, xepsPage } from "../support/xeps-page.js";

describe("docs/xeps.md", () => {
  it("is what npm run docs makes of the heads of jingle/xep", () => {
    assert.equal(readFileSync(join(root, "docs/xeps.md"), "utf8"), xepsPage(root));
  });

  it("needs of each head the number, the title, the version, what we do and what we do not", () => {
    const head =
      "// XEP-0001: A, title, version 1.0\n// Does: this,\n//   and that.\n// Does not: more.\n\nexport {};\n";
    assert.deepEqual(readHead("0001.ts", head), {
      id: "XEP-0001",
      title: "A, title",
      version: "1.0",
      does: "this, and that.",
      doesNot: "more.",
    });
    for (const part of [", version 1.0", "// Does not: more.\n", "Does: "]) {
      assert.throws(() => readHead("0001.ts", head.replace(part, "")), /0001\.ts/);
    }
  });
});
