// `npm run size`: what a browser has to load, after gzip, beside the goals. Fails when one is missed; `--why` lists what
// the first row is made of.
import { fileURLToPath } from "node:url";
import { main } from "../../prosody/main.mjs";
import { prepare } from "../../prosody/prepare.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

main(async ({ say, signal }) => {
  await prepare({ root: ROOT, tests: true, say, signal });
  const { largestInputs, sizes } = await import("../../build/test/size/measure.js");
  const rows = await sizes();
  for (const { what, bytes, goal } of rows)
    say(`${what.padEnd(46)}${kB(bytes)}  goal ${kB(goal)}${bytes > goal ? "  missed" : ""}`);
  if (process.argv.includes("--why")) for (const [file, bytes] of await largestInputs()) say(`${kB(bytes)}  ${file}`);
  return rows.some(({ bytes, goal }) => bytes > goal) ? 1 : 0;
});

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(8);
}
