import { build } from "esbuild";
import { chromium } from "playwright-core";
import { ensureInstalled } from "#prosody/install.mjs";
import { findChromium } from "../support/browser-paths.js";
import { root } from "../support/root.js";
import type { Row } from "./row.js";
import { PEERS, readVector } from "./translator.bench.js";

const PAGE = `
  import { translations } from "./build/test/bench/translations.js";
  import * as peers from "./test/bench/peers/peers.mjs";
  const clock = () => performance.now() * 1000;
  const read = (name) => window.readVector(name);
  window.measure = () => Array.fromAsync(translations(read, peers, { out: 15, in: 3 }, { rounds: 31, budget: 10_000, clock }));
`;

/** The same as in Node, inside Chromium. A page has no clock for CPU time: what is measured is time. */
export async function* bench(): AsyncGenerator<Row> {
  await ensureInstalled({ root: PEERS, say: console.log });
  const page = await build({
    stdin: { contents: PAGE, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  const executablePath = process.env.JINGLEWIRE_CHROMIUM ?? (await findChromium());
  if (!executablePath) throw new Error("no Chromium found: install one, or set CHROME_PATH to its program");
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  try {
    const tab = await browser.newPage();
    await tab.exposeFunction("readVector", readVector);
    await tab.addScriptTag({ type: "module", content: page.outputFiles[0]!.text });
    yield* await tab.evaluate<readonly Row[]>("window.measure()");
  } finally {
    await browser.close();
  }
}
