// `npm run simulate -- --seed S --runs N`: calls between people who press buttons at random (test/jingle/simulation), with
// the seeds S, S + 1, ...; at the first that fails exit code 1, and its diary in a file that is a test from then on.
// `--seed S` alone repeats one.

import { randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { main } from "../../prosody/main.mjs";
import { prepare } from "../../prosody/prepare.mjs";
import { Sentence } from "../../prosody/sentence.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

main(async ({ say, signal }) => {
  const { seed, runs } = readArguments();
  await prepare({ root: ROOT, tests: true, say, signal });
  const { simulate } = await import("../../build/test/jingle/simulation/run.js");
  const begin = performance.now();
  for (let one = seed; one < seed + runs; one++) {
    await setImmediate();
    signal.throwIfAborted();
    try {
      simulate(one);
    } catch (error) {
      if (error.name !== "SimulationError") throw error;
      const file = join(tmpdir(), `simulation-${one}.diary`);
      await writeFile(file, `${error.diary.join("\n")}\n`);
      say(`FAILED  ${error.message}`);
      say(`Again: npm run simulate -- --seed ${one}. Its whole diary is ${file}:`);
      say("copied to test/vectors/diaries, its machines run again in test/jingle/simulation.test.ts.");
      return 1;
    }
  }
  const seconds = (performance.now() - begin) / 1000;
  say(`${runs} runs from seed ${seed} in ${seconds.toFixed(1)} s, and nothing failed`);
  return 0;
});

function readArguments() {
  const options = { seed: { type: "string" }, runs: { type: "string" } };
  const { values } = parseArgs({ options });
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const runs = Number(values.runs ?? (values.seed === undefined ? 1000 : 1));
  if (!Number.isInteger(seed) || seed < 0) throw new Sentence("--seed wants a whole number.");
  if (!Number.isInteger(runs) || runs < 1) throw new Sentence("--runs wants a whole number above 0.");
  return { seed, runs };
}
