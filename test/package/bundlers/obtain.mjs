import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../../../prosody/install.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Installs, unless they are there, the tools that others build with; resolves with the folder that holds node_modules. */
export async function obtainBundlers({ say = () => {}, signal } = {}) {
  const folder = join(ROOT, ".jinglewire/bundlers");
  await mkdir(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) await copyFile(join(HERE, file), join(folder, file));
  await copyFile(join(ROOT, ".npmrc"), join(folder, ".npmrc")); // no install scripts there either
  await ensureInstalled({ root: folder, say, signal });
  return folder;
}
