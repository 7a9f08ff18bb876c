import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/root.js";
import { specVectors } from "../support/spec-vectors.js";

/** The ids of the map's rows (sdp-jingle-map.md), in its order. */
const ROWS: readonly string[] = JSON.parse(readFileSync(join(root, "test/vectors/map-rows.json"), "utf8"));

describe("every row of the map of SDP and Jingle", () => {
  const tested = new Set(titles().flatMap((title) => title.match(/\b[a-z]{1,2}-\d+\b/g) ?? []));
  const notFollowed = new Set(
    [...readFileSync(join(root, "docs/decisions/map.md"), "utf8").matchAll(/^\| ([a-z]+-\d+) \|/gm)].map(
      ([, id]) => id!,
    ),
  );

  for (const row of ROWS) {
    it(`${row} is in the title of a test, or in docs/decisions/map.md with the reason why not; not in both`, () => {
      assert.ok(tested.has(row) !== notFollowed.has(row));
    });
  }

  it("and no other row is excused", () => {
    assert.deepEqual(
      [...notFollowed].filter((row) => !ROWS.includes(row)),
      [],
    );
  });

  it("the list is that of the map, where the map is at hand", function () {
    const file = join(specVectors() ?? this.skip(), "../design/sdp-jingle-map.md");
    if (!existsSync(file)) this.skip();
    const map = readFileSync(file, "utf8");
    assert.deepEqual(
      [...map.matchAll(/^\| ([a-z]+-\d+) \|/gm)].map(([, id]) => id),
      ROWS,
    );
  });
});

/** What stands between the quotes of each it() of the tests. */
function titles(): readonly string[] {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".test.ts") && !name.endsWith("rows.test.ts") && !name.includes("node_modules"),
  );
  return files.flatMap((name) =>
    [...readFileSync(join(root, "test", name), "utf8").matchAll(/^\s*it\((["`])(.*?)\1/gm)].map(
      ([, , title]) => title!,
    ),
  );
}
