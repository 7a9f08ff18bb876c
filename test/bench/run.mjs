// `npm run bench`: every benchmark, or those that are named: `npm run bench -- component`. With `--browser` those that run
// in a browser. Each row compares things that were measured in this one run. Exits with 1 when a goal is missed by more
// than 20 %.
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { main } from "../../prosody/main.mjs";
import { prepare } from "../../prosody/prepare.mjs";
import { Sentence } from "../../prosody/sentence.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = join(ROOT, "build/test/bench");
const TOLERANCE = 1.2;
const MINUTES = 5; // for one row, which takes some seconds

main(async ({ say, signal }) => {
  await prepare({ root: ROOT, tests: true, say, signal });
  let missed = 0;
  for (const file of await chosen(process.argv.slice(2))) {
    const { bench } = await import(pathToFileURL(join(BUILT, file)).href);
    for await (const row of inTime(bench(), signal)) {
      const verdict = judge(row);
      if (verdict === "MISSED") missed += 1;
      say(
        `${verdict.padEnd(6)}  ${row.what}: ${row.value.toFixed(2)}${row.unit}, goal ${row.is} ${row.goal}${row.unit}`,
      );
      for (const line of row.beside) say(`          ${line}`);
    }
  }
  if (missed > 0) say(`${missed} ${missed === 1 ? "goal" : "goals"} missed by more than 20 %`);
  return missed > 0 ? 1 : 0;
});

/** How a row stands to its goal; machines are noisy, so what is nearly there is not missed. */
function judge({ value, goal, is }) {
  const ratio = is === "<=" ? value / goal : goal / value;
  return ratio <= 1 ? "ok" : ratio <= TOLERANCE ? "nearly" : "MISSED";
}

/** The rows of a benchmark, until `signal` is aborted, or one takes for ever; what they started ends with us. */
async function* inTime(rows, signal) {
  for (;;) {
    const end = AbortSignal.any([signal, AbortSignal.timeout(MINUTES * 60_000)]);
    const never = new Promise((_, reject) => {
      end.addEventListener("abort", () => reject(new Sentence(`No row within ${MINUTES} minutes.`)), { once: true });
    });
    const { value, done } = await Promise.race([rows.next(), never]);
    if (done) return;
    yield value;
  }
}

/** The files of the benchmarks that are named, or all. */
async function chosen(args) {
  const names = args.filter((arg) => arg !== "--browser");
  const end = args.includes("--browser") ? ".browser-bench.js" : ".bench.js";
  const files = (await readdir(BUILT)).filter((file) => file.endsWith(end));
  const known = files.map((file) => basename(file, end));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Sentence(`There is no benchmark ${unknown}: there are ${known.join(", ")}.`);
  return files.filter((file) => names.length === 0 || names.includes(basename(file, end)));
}
