// `npm run build`: installs what is missing, compiles everything, tests included, and bundles the page.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, isBuilt } from "./build.mjs";
import { ensureInstalled, isInstalled } from "./install.mjs";
import { withLock } from "./lock.mjs";
import { main } from "./main.mjs";

/** Installs and builds what is missing or stale; a second process in the same clone waits for the first. */
export async function prepare({ root, tests = false, say, signal }) {
  if (!tests && (await isInstalled(root)) && (await isBuilt(root))) return;
  const onWait = ({ pid }) => say(`Waiting for process ${pid}, which is installing or building here`);
  await withLock(join(root, ".jinglewire/preparing.lock"), { onWait, signal }, async () => {
    await ensureInstalled({ root, say, signal });
    await build({ root, tests, say, signal });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  main(({ say, signal }) => prepare({ root, tests: true, say, signal }));
}
