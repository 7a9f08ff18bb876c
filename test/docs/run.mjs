// `npm run docs`: writes docs/xeps.md from the heads of jingle/xep, docs/interop.md from the scripted peers' outcomes.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../prosody/main.mjs";
import { prepare } from "../../prosody/prepare.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

main(async ({ say, signal }) => {
  await prepare({ root: ROOT, tests: true, say, signal });
  const { xepsPage } = await import("../../build/test/support/xeps-page.js");
  await writeFile(join(ROOT, "docs/xeps.md"), xepsPage(ROOT));
  const { interopPage } = await import("../../build/test/support/interop-page.js");
  await writeFile(join(ROOT, "docs/interop.md"), interopPage());
  say("docs/xeps.md and docs/interop.md are written");
});
