import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { removeOrphans } from "./orphans.mjs";
import { inView } from "./progress.mjs";
import { CommandError, run } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

/**
 * Compiles the TypeScript projects and bundles the page into dist/page. What is built is known by a digest of its
 * sources, so that nothing is built twice. `tests` compiles the tests as well.
 */
export async function build({ root, tests = false, say, signal }) {
  const digest = await digestOf(root);
  const fresh = await isBuilt(root, digest);
  if (fresh && !tests) return;
  await inView(say, tests ? "Building, with the tests" : "Building", async () => {
    await compile(root, tests, signal);
    if (fresh) return;
    await bundle(root, signal);
    await writeFile(join(root, STAMP), digest);
  });
}

/** Whether dist/ was built from the sources as they are now. */
export async function isBuilt(root, digest) {
  const stamp = await readFile(join(root, STAMP), "utf8").catch(() => null);
  return stamp === (digest ?? (await digestOf(root))) && existsSync(join(root, PAGE, "index.html"));
}

const STAMP = "dist/.built";
const PAGE = "dist/page";
const APP = "client/app";
const SOURCES = ["jingle", "client", "component"];

async function compile(root, tests, signal) {
  const { references } = JSON.parse(await readFile(join(root, "tsconfig.json"), "utf8"));
  const projects = references.map(({ path }) => path).filter((path) => tests || path !== "test");
  await tool(root, "typescript/bin/tsc", ["--build", "--pretty", "false", ...projects], signal);
  for (const folder of SOURCES) await removeOrphans(join(root, "dist", folder), join(root, folder));
  if (tests) await removeOrphans(join(root, "build/test"), join(root, "test"));
}

async function bundle(root, signal) {
  // Beside its place and then renamed: a page that is being served never misses half of its files.
  const work = join(root, `${PAGE}.new`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const options = ["--bundle", "--format=esm", "--splitting", "--minify", "--sourcemap", "--target=es2022"];
  const names = ["--chunk-names=chunk-[hash]", "--log-level=warning"];
  const entry = join(root, "dist", APP, "main.js");
  await tool(root, "esbuild/bin/esbuild", [entry, ...options, ...names, `--outdir=${work}`], signal);
  for (const file of await readdir(join(root, APP), { withFileTypes: true }))
    if (isPagePart(file)) await cp(join(root, APP, file.name), join(work, file.name), { recursive: true });
  await rm(join(root, PAGE), { recursive: true, force: true });
  await rename(work, join(root, PAGE));
}

/** Everything in client/app that is not source: the page, its styles, icons and sounds. */
function isPagePart(file) {
  return (
    file.isFile() && extname(file.name) !== ".ts" && !file.name.startsWith("tsconfig") && !file.name.startsWith(".")
  );
}

async function tool(root, path, args, signal) {
  try {
    await run(process.execPath, [join(root, "node_modules", path), ...args], { cwd: root, signal });
  } catch (error) {
    if (error instanceof CommandError) throw new Sentence(`The build failed:\n${error.lastWords}`);
    throw error;
  }
}

/** One digest over the names and contents of all that dist/ is made from, the tools' versions included. */
async function digestOf(root) {
  const hash = createHash("sha256");
  const folders = SOURCES.filter((folder) => existsSync(join(root, folder)));
  const files = ["package-lock.json", "tsconfig.base.json", "tsconfig.json", "prosody/build.mjs"];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries)
      if (entry.isFile()) files.push(relative(root, join(entry.parentPath ?? entry.path, entry.name)));
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`);
    hash.update(await readFile(join(root, file)));
  }
  return hash.digest("hex");
}
