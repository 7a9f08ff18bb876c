import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inView } from "./progress.mjs";
import { CommandError, run } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

/** Installs the npm dependencies when node_modules is missing or is not what package-lock.json says. */
export async function ensureInstalled({ root, say, signal }) {
  if (await isInstalled(root)) return;
  const npm = (...args) => npmRun(args, { root, signal });
  await inView(say, "Installing the npm dependencies", async () => {
    try {
      await npm("ci", "--include=dev").catch((error) => {
        // npm's own word for a lock that does not cover package.json: then npm install resolves what is missing.
        if (error instanceof CommandError && /EUSAGE/.test(error.stderr)) return npm("install", "--include=dev");
        throw error;
      });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.missing) throw new Sentence("There is no npm on PATH: install it (it comes with Node).");
      throw new Sentence(
        `The npm dependencies could not be installed: look at npm's words below, and try again.\n${error.lastWords}`,
      );
    }
  });
}

/**
 * Whether node_modules holds exactly what the lock file asks for, by npm's own record of what it installed. Optional
 * packages may be missing: they are other platforms' binaries.
 */
export async function isInstalled(root) {
  const [wanted, installed, manifest] = await Promise.all(
    ["package-lock.json", "node_modules/.package-lock.json", "package.json"].map((file) =>
      readFile(join(root, file), "utf8")
        .then(JSON.parse)
        .catch(() => null),
    ),
  );
  if (!wanted || !installed || !manifest) return false;
  const { "": own, ...packages } = wanted.packages;
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"])
    if (!sameEntries(own[kind], manifest[kind])) return false;
  return Object.entries(packages).every(([path, { version, optional }]) => {
    const found = installed.packages[path];
    return found ? found.version === version : optional === true;
  });
}

function sameEntries(one = {}, other = {}) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** npm by the very program that started us, if it did, else by name. */
function npmRun(args, { root, signal }) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith("npm-cli.js") ? [process.execPath, [own]] : ["npm", []];
  return run(command, [...first, ...args, "--no-audit", "--no-fund"], { cwd: root, signal });
}
