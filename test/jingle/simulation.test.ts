import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/root.js";
import { happened } from "./simulation/device.js";
import { replay } from "./simulation/replay.js";
import { diaryOf, simulate } from "./simulation/run.js";

/** JINGLEWIRE_SEEDS=1234 or 1-5000 runs others; `npm run simulate` runs many. */
const [FIRST, LAST] = (process.env.JINGLEWIRE_SEEDS ?? "1-2000").split("-").map(Number);

describe("calls between people who press buttons at random, over connections that come and go", () => {
  it("end in what both sides believe, answer every iq once, and leave nothing behind", function () {
    this.timeout(120_000);
    for (let seed = FIRST!; seed <= (LAST ?? FIRST!); seed++) simulate(seed);
  });

  it("most of what can happen has happened", function () {
    if (process.env.JINGLEWIRE_SEEDS) return this.skip();
    const often = [
      "active",
      "superseded",
      "attempt answered-elsewhere",
      "content-add",
      "content-modify",
      "migrated",
      "direct",
      "restart",
    ];
    for (const what of often) assert.ok((happened.get(what) ?? 0) > 100, `${what}: ${happened.get(what)}`);
    const [runs, calls] = [happened.get("run")!, happened.get("run with a call")!];
    assert.ok(calls > runs * 0.8, `${calls} of ${runs} runs had a call`);
  });

  /** What `npm run simulate` found, and was mended. */
  const folder = join(root, "test/vectors/diaries");
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    it(`${file}: a run that once failed`, () => {
      replay(readFileSync(join(folder, file), "utf8").trimEnd().split("\n"));
    });
  }

  for (const [how, seed] of Object.entries({ copied: 3, "as text": 10 })) {
    it(`repeat from their diary alone, stanzas ${how}`, () => {
      const diary = diaryOf(seed);
      const sent = diary.filter((line) => line.split(" ")[2] === "sent");
      assert.ok(sent.length > 50);
      // Within an instant, what one machine hears is told to the other sooner or later.
      assert.deepEqual([...replay(diary)].sort(), sent.sort());
    });
  }
});
