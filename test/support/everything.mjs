import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main as runToTheEnd } from "../../prosody/main.mjs";
import { obtainProsody } from "../../prosody/obtain.mjs";
import { prepare } from "../../prosody/prepare.mjs";
import { CommandError, endGroup, run } from "../../prosody/run.mjs";
import { obtainBundlers } from "../package/bundlers/obtain.mjs";
import { installPackage, obtainChromium, obtainFirefox } from "./browsers.mjs";
import { ownNetwork } from "./namespace.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ALL = process.env.JINGLEWIRE_ALL === "1"; // npm run test:all
const MINUTES = ALL ? 45 : 20; // far more than the tests need: a hang must end somewhere
const SECONDS_TO_LEAVE = 15;

/** `npm test`, once Node is known to be new enough; `args` go to mocha. */
export function main(args) {
  return runToTheEnd(async ({ say, signal }) => {
    await prepare({ root: ROOT, tests: true, say, signal });
    // Everything that comes from elsewhere comes now: the tests themselves run in a network that leads nowhere.
    await obtainProsody({ dir: join(ROOT, ".jinglewire/prosody"), say, signal });
    const environment = { JINGLEWIRE_CHROMIUM: await obtainChromium({ say, signal }) };
    if (ALL) environment.JINGLEWIRE_FIREFOX = await obtainFirefox({ say, signal });
    if (ALL) await obtainBundlers({ say, signal });
    if (ALL) await obtainServers({ say, signal });
    const network = await obtainNetwork({ say, signal });
    environment.JINGLEWIRE_NETWORK = network.prefix ? "own" : network.reason;
    const lintFailed = !(await lint(say, signal));
    const { passed, failed, code } = await mocha(args, network.prefix ?? [], environment, signal);
    if (lintFailed) say("The linter found something: see its words above the tests.");
    say(`${passed} passed, ${failed + (lintFailed ? 1 : 0)} failed`);
    return code === 0 && !lintFailed ? 0 : 1;
  });
}

/** Other servers than the machine's own Prosody. */
async function obtainServers({ say, signal }) {
  const servers = await import("../../build/test/support/servers.js");
  await servers.obtainServers(say, signal);
}

/** A network for the tests alone where the machine allows one, else the machine's loopback: Chromium is content with it. */
async function obtainNetwork({ say, signal }) {
  let network = await ownNetwork({ signal });
  if (network.missing === "ip") {
    await installPackage("iproute2", { say, signal });
    network = await ownNetwork({ signal });
  }
  if (!network.prefix) say(`The tests use this machine's loopback, not a network of their own: ${network.reason}.`);
  return network;
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
async function mocha(args, prefix, environment, signal) {
  signal.throwIfAborted();
  const script = join(ROOT, "node_modules/mocha/bin/mocha.js");
  const [command, ...words] = [...prefix, process.execPath, script, ...mochaArguments(args)];
  const child = spawn(command, words, {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...environment },
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
