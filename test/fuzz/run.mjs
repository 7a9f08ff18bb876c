// `npm run fuzz -- --minutes N`: the properties of what peers may send (test/support/hostile-properties.ts), with a new
// seed each round, until the time is up or one fails; then exit code 1, the seed and the counterexample.
// `--seed S` repeats the one round that failed.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { main } from "../../prosody/main.mjs";
import { prepare } from "../../prosody/prepare.mjs";
import { Sentence } from "../../prosody/sentence.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

main(async ({ say, signal }) => {
  const { minutes, seed } = readArguments();
  await prepare({ root: ROOT, tests: true, say, signal });
  const { fuzz } = await import("../../build/test/fuzz/fuzz.js");
  return (await fuzz({ minutes, seed, say, signal })) ? 0 : 1;
});

function readArguments() {
  const options = { minutes: { type: "string", default: "1" }, seed: { type: "string" } };
  const { values } = parseArgs({ options });
  const [minutes, seed] = [Number(values.minutes), values.seed === undefined ? undefined : Number(values.seed)];
  if (!(minutes > 0)) throw new Sentence("--minutes wants a number above 0.");
  if (seed !== undefined && !Number.isInteger(seed))
    throw new Sentence("--seed wants the number that a failure printed.");
  return { minutes, seed };
}
