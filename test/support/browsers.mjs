import { readFile } from "node:fs/promises";
import { inView } from "../../prosody/progress.mjs";
import { CommandError, run } from "../../prosody/run.mjs";
import { Sentence } from "../../prosody/sentence.mjs";

/** CHROME_PATH, or a Chromium that is there, or Debian's package where we may install it. The tests must be built. */
export async function obtainChromium({ say, signal }) {
  const { findChromium } = await import("../../build/test/support/browser-paths.js");
  return obtain({ browser: "Chromium", find: findChromium, variable: "CHROME_PATH", debian: "chromium" }, say, signal);
}

/** FIREFOX_PATH, or a Firefox that is there, or Debian's package where we may install it. The tests must be built. */
export async function obtainFirefox({ say, signal }) {
  const { findFirefox } = await import("../../build/test/support/browser-paths.js");
  const wanted = { browser: "Firefox", find: findFirefox, variable: "FIREFOX_PATH", debian: "firefox-esr" };
  return obtain(wanted, say, signal);
}

async function obtain({ browser, find, variable, debian }, say, signal) {
  const found = await find();
  if (found) return found;
  if (process.env[variable])
    throw new Sentence(
      `${variable}=${process.env[variable]} is no program: set it to that of a ${browser}, or leave it unset.`,
    );
  const problem = await installPackage(debian, { say, signal });
  const installed = await find();
  if (installed) return installed;
  const why = problem ? `\nDebian's ${debian} could not be installed:\n${problem}` : "";
  throw new Sentence(
    `The tests need a ${browser}: install one (Debian: apt install ${debian}) or set ${variable} to its program.${why}`,
  );
}

/**
 * Installs one of Debian's packages where we may: as root, on Debian itself, since Ubuntu's browsers are only pointers
 * to snaps. Resolves with the last words of an attempt that failed, else null, also when there was none.
 */
export async function installPackage(name, { say, signal }) {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (process.getuid?.() !== 0 || !/^ID=debian$/m.test(release)) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => run("apt-get", args, { env, signal });
  try {
    await inView(say, `Installing Debian's ${name}`, async () => {
      await apt("update");
      await apt("install", "-y", "--no-install-recommends", name);
    });
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.lastWords;
    throw error;
  }
}
