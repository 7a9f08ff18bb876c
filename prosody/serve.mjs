import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readyMadeAccounts } from "./accounts.mjs";
import { componentSecret, startComponent } from "./component.mjs";
import { takeLock } from "./lock.mjs";
import { main as runToTheEnd } from "./main.mjs";
import { checkChoice, obtainProsody } from "./obtain.mjs";
import { servePage } from "./page.mjs";
import { prepare } from "./prepare.mjs";
import { Sentence } from "./sentence.mjs";
import { startProsody } from "./server.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** `npm start`, once Node is known to be new enough. */
export function main() {
  return runToTheEnd(({ say, signal }) => serve({ root: ROOT, env: process.env, say, signal }));
}

/**
 * Prepares and runs everything until `signal` is aborted, or throws a Sentence why it cannot; either way nothing is
 * left running. `pageRoot` is what is served, by default the page that is built. The quick checks come first, so that
 * nobody waits a minute to hear that a port is busy.
 */
export async function serve({ root, pageRoot = join(root, "dist/page"), env, say, signal }) {
  const port = pagePort(env.PORT);
  checkChoice(env.PROSODY);
  const data = resolve(root, env.JINGLEWIRE_DATA ?? ".jinglewire");
  const undo = [];
  try {
    let prosody;
    const page = await servePage({ port, root: pageRoot, prosodyHttpPort: () => prosody?.httpPort });
    undo.push(() => page.close());
    undo.push(await takeFolder(data, page.address));

    const obtained = await prepareAll({ root, env, say, signal });
    const dataDir = join(data, "prosody");
    const file = join(data, "accounts.json");
    const accounts = await readyMadeAccounts({ file, dataDir });
    const secret = await componentSecret(join(data, "component-secret"));
    prosody = await startProsody({ dataDir, obtained, componentSecret: secret, signal });
    undo.push(() => prosody.stop());
    const component = await startComponent({ root, logFile: join(data, "component.log"), prosody, say, signal });
    undo.push(() => component.stop());

    say(welcome({ page, prosody, component, accounts, file }));
    await untilStopped(prosody, signal);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function pagePort(setting) {
  const text = setting || "8080";
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new Sentence(`PORT=${text} is not a port: choose a number from 1 to 65535, or leave it unset for 8080.`);
}

/** Prosody's data may serve one Prosody only. Resolves with what gives the folder free again. */
async function takeFolder(data, address) {
  const { holder, release } = await takeLock(join(data, "running.lock"), address);
  if (!holder) return release;
  throw new Sentence(
    `Jinglewire already runs from this folder, at ${holder.note} (process ${holder.pid}): stop it first.`,
  );
}

/** The slow part, side by side: npm's packages and the build, and Prosody. The first failure ends the other. */
async function prepareAll({ root, env, say, signal }) {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const dir = join(root, ".jinglewire/prosody");
  const obtaining = obtainProsody({ dir, choice: env.PROSODY, docker: true, say, signal: either });
  const both = [prepare({ root, say, signal: either }), obtaining];
  try {
    const [, obtained] = await Promise.all(both);
    return obtained;
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(both);
    throw error;
  }
}

function welcome({ page, prosody, component, accounts, file }) {
  return [
    `Prosody ${prosody.version} runs; its log is ${prosody.logFile}.`,
    component.report,
    `Sign in with one of these accounts (they are also in ${file}):`,
    ...accounts.map(({ address, password }) => `  ${address}  ${password}`),
    `Jinglewire is ready: ${page.address} (Ctrl-C stops it)`,
  ].join("\n");
}

async function untilStopped(prosody, signal) {
  const stopped = new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
  const end = signal.aborted ? null : await Promise.race([stopped, prosody.ended]);
  if (!end) return;
  const how = end.signal ?? `exit code ${end.code}`;
  throw new Sentence(`Prosody has ended by itself (${how}): look into ${prosody.logFile}, then start again.`);
}
