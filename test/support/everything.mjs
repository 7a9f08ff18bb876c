import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { main as runToTheEnd } from "../../prosody/main.mjs";
import { obtainProsody } from "../../prosody/obtain.mjs";
import { prepare } from "../../prosody/prepare.mjs";
import { inView } from "../../prosody/progress.mjs";
import { CommandError, endGroup, run } from "../../prosody/run.mjs";
import { Sentence } from "../../prosody/sentence.mjs";
import { obtainBundlers } from "../package/bundlers/obtain.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 20; // far more than the tests need: a hang must end somewhere
const SECONDS_TO_LEAVE = 15;

/** `npm test`, once Node is known to be new enough; `args` go to mocha. */
export function main(args) {
  return runToTheEnd(async ({ say, signal }) => {
    await prepare({ root: ROOT, tests: true, say, signal });
    await obtainProsody({ dir: join(ROOT, ".jinglewire/prosody"), say, signal });
    if (process.env.JINGLEWIRE_ALL === "1") await obtainBundlers({ say, signal });
    const chromium = await obtainChromium(say, signal);
    const lintFailed = !(await lint(say, signal));
    const { passed, failed, code } = await mocha(args, chromium, signal);
    if (lintFailed) say("The linter found something: see its words above the tests.");
    say(`${passed} passed, ${failed + (lintFailed ? 1 : 0)} failed`);
    return code === 0 && !lintFailed ? 0 : 1;
  });
}

/** CHROME_PATH, or a Chromium that is there, or Debian's package where we may install it. */
async function obtainChromium(say, signal) {
  const { findChromium } = await import("../../build/test/support/chromium-path.js");
  const found = await findChromium();
  if (found) return found;
  if (process.env.CHROME_PATH)
    throw new Sentence(`CHROME_PATH=${process.env.CHROME_PATH} is no program: set it to one, or leave it unset.`);
  if (await mayInstallPackages()) {
    const apt = (...args) =>
      run("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, signal });
    await inView(say, "Installing Debian's Chromium", async () => {
      await apt("update");
      await apt("install", "-y", "--no-install-recommends", "chromium");
    }).catch((error) => {
      if (!(error instanceof CommandError)) throw error;
      throw new Sentence(`Chromium could not be installed: install one, or set CHROME_PATH.\n${error.lastWords}`);
    });
    const installed = await findChromium();
    if (installed) return installed;
  }
  throw new Sentence(
    "The tests need a Chromium: install one (Debian: apt install chromium) or set CHROME_PATH to the program of one.",
  );
}

/** Root on Debian. Ubuntu's package of this name is only a pointer to a snap. */
async function mayInstallPackages() {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return process.getuid?.() === 0 && /^ID=debian$/m.test(release);
}

async function lint(say, signal) {
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  try {
    await run(process.execPath, [biome, "check", "--error-on-warnings", "."], { cwd: ROOT, signal });
    return true;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    say(error.output);
    return false;
  }
}

/** Runs mocha in view; resolves with the counts. One that does not leave after its last test is a leak, and a failure. */
async function mocha(args, chromium, signal) {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [join(ROOT, "node_modules/mocha/bin/mocha.js"), ...mochaArguments(args)], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      JINGLEWIRE_CHROMIUM: chromium,
      JINGLEWIRE_SPEC_VECTORS: resolve(ROOT, process.env.JINGLEWIRE_SPEC_VECTORS ?? "../shared/vectors"),
    },
  });
  signal.addEventListener("abort", () => endGroup(child), { once: true });
  let counts = { passed: 0, failed: 0 };
  let tooLong = setTimeout(() => end(`The tests took more than ${MINUTES} minutes.`), MINUTES * 60_000);
  const end = (why) => {
    console.error(why);
    endGroup(child);
  };
  child.on("message", (message) => {
    counts = message;
    clearTimeout(tooLong);
    const leak = `The tests are over, but something that they started keeps the process alive.`;
    tooLong = setTimeout(() => end(leak), SECONDS_TO_LEAVE * 1000);
  });
  const code = await new Promise((done) => child.once("exit", (status) => done(status ?? 1)));
  clearTimeout(tooLong);
  signal.throwIfAborted();
  // A crash before the first test, or a leak after the last, is a failure as well.
  return { ...counts, failed: code !== 0 && counts.failed === 0 ? 1 : counts.failed, code };
}

function mochaArguments(args) {
  const paths = args.map((arg) =>
    /^(\.\/)?test\/.*\.ts$/.test(arg) ? join("build", arg.replace(/\.ts$/, ".js")) : arg,
  );
  const someFile = paths.some((arg) => /^(\.\/)?build\/test\//.test(arg));
  const reporter = ["--require", "./test/support/counts.mjs", "--reporter", "counts"];
  return [...reporter, ...paths, ...(someFile ? [] : ["build/test/**/*.test.js"])];
}
