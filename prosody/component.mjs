import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endGroup } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

/** What Prosody and the component know of each other: made once, and kept where only its owner can read it. */
export async function componentSecret(file) {
  const kept = await readFile(file, "utf8").catch((error) => (error.code === "ENOENT" ? null : Promise.reject(error)));
  if (kept !== null) {
    if (/^\S{16,}\n$/.test(kept)) return kept.trim();
    throw new Sentence(`${file} is spoilt: delete it, and a new secret is made.`);
  }
  const secret = randomBytes(24).toString("base64url");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
  return secret;
}

const PATIENCE = 10_000; // it takes a quarter of a second
const BETWEEN = 1000;
// Not configured rightly, or refused for good: the same would happen again.
const FINAL = [2, 3];

/**
 * Runs the built component beside a Prosody, with a log of its own, and again when it dies. Resolves when it is
 * connected, or when it will not be: `report` says which, in a sentence. It ends with this process, however this
 * process ends.
 */
export async function startComponent({ root, logFile, prosody, say, signal }) {
  const name = `The component ${prosody.componentDomain}`;
  let child = null;
  let stopped = false;
  const stop = async () => {
    stopped = true;
    if (child) await endGroup(child);
  };
  signal.addEventListener("abort", stop, { once: true });

  const report = await new Promise((resolve) => {
    let tell = (sentence) => {
      tell = say;
      resolve(sentence);
    };
    setTimeout(() => resolve(`${name} is not connected yet: look into ${logFile}.`), PATIENCE).unref();
    signal.addEventListener("abort", () => resolve(null), { once: true });
    keepRunning((sentence) => tell(sentence)).catch((error) => tell(`${name} cannot be started: ${error.message}.`));
  });
  return { report, stop };

  async function keepRunning(tell) {
    for (let lives = 1; !stopped; lives++) {
      const log = await open(logFile, "a", 0o600);
      child = launch(root, log.fd, prosody);
      await log.close();
      whenOnline(child, () => tell(`${name} is connected${lives > 1 ? " again" : ""}; its log is ${logFile}.`));
      const { code, killedBy } = await ended(child);
      if (stopped) return;
      const how = killedBy ?? `exit code ${code}`;
      if (FINAL.includes(code)) return tell(`${name} does not run (${how}): look into ${logFile}.`);
      tell(`${name} has ended by itself (${how}) and is started again: look into ${logFile}.`);
      await sleep(BETWEEN);
    }
  }
}

function launch(root, log, prosody) {
  return spawn(process.execPath, [join(root, "dist/component/main.js"), "component"], {
    detached: true,
    // Over the channel it tells whether it is connected, and learns that we are gone.
    stdio: ["ignore", log, log, "ipc"],
    env: {
      ...process.env,
      JINGLEWIRE_DOMAIN: prosody.componentDomain,
      JINGLEWIRE_SECRET: prosody.componentSecret,
      JINGLEWIRE_HOST: "127.0.0.1",
      JINGLEWIRE_PORT: String(prosody.componentPort),
    },
  });
}

/** Once in its life; when it loses Prosody, Prosody's own end is what a person hears of. */
function whenOnline(child, callback) {
  child.on("message", function heard({ type }) {
    if (type !== "online") return;
    child.off("message", heard);
    callback();
  });
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: null, killedBy: null }));
    child.once("exit", (code, killedBy) => resolve({ code, killedBy }));
  });
}
