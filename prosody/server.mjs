import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeAccount, writeRoster } from "./accounts.mjs";
import { freePorts } from "./ports.mjs";
import { endGroup, killGroup } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

const CONFIG = fileURLToPath(new URL("prosody.cfg.lua", import.meta.url));
const MODULES = fileURLToPath(new URL("modules", import.meta.url));
const DOMAIN = "localhost";
const COMPONENT = "call.localhost";

/**
 * Starts a Prosody of its own on free ports of loopback, with its data, log and accounts below `dataDir`, and resolves
 * when its ports are open. It ends with this process, however this process ends.
 */
export async function startProsody({
  dataDir,
  obtained,
  passwordHash = "SHA-256",
  hibernation = 60,
  componentSecret = randomBytes(24).toString("base64url"),
  logLevel,
  signal,
}) {
  const options = { dataDir, obtained, passwordHash, hibernation, componentSecret, logLevel, signal };
  for (let attempt = 1; ; attempt++) {
    const server = await launch(options);
    if (server) return server;
    // Somebody took a port between our look at it and Prosody's: other ports, then.
    if (attempt === 5) throw new Sentence(`Prosody found its ports taken five times; its log is ${logFile(dataDir)}.`);
  }
}

async function launch({ dataDir, obtained, passwordHash, hibernation, componentSecret, logLevel, signal }) {
  signal?.throwIfAborted();
  await mkdir(join(dataDir, "data"), { recursive: true, mode: 0o700 });
  const [httpPort, c2sPort, componentPort] = await freePorts(3);
  const child = spawn(obtained.command, [...obtained.args, "--config", CONFIG, "-F"], {
    cwd: dataDir,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      ...obtained.env,
      JINGLEWIRE_PROSODY_DATA: dataDir,
      JINGLEWIRE_PROSODY_MODULES: MODULES,
      JINGLEWIRE_PROSODY_HTTP_PORT: String(httpPort),
      JINGLEWIRE_PROSODY_C2S_PORT: String(c2sPort),
      JINGLEWIRE_PROSODY_COMPONENT_PORT: String(componentPort),
      JINGLEWIRE_PROSODY_COMPONENT_SECRET: componentSecret,
      JINGLEWIRE_PROSODY_PASSWORD_HASH: passwordHash,
      JINGLEWIRE_PROSODY_HIBERNATION: String(hibernation),
      JINGLEWIRE_PROSODY_ROOT: process.getuid?.() === 0 ? "yes" : "no",
      ...(logLevel && { JINGLEWIRE_PROSODY_LOG: logLevel }),
    },
  });
  child.stdin.on("error", () => {});
  const ended = whenEnded(child);
  const abort = () => endGroup(child);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const report = await Promise.race([startReport(child), failedStart(ended, dataDir)]);
    signal?.throwIfAborted();
    const problem = prosodyTooOld(report.version);
    if (problem) throw new Sentence(problem);
    const { http, c2s, component } = report.ports;
    if (http !== httpPort || c2s !== c2sPort || component !== componentPort) {
      await endGroup(child);
      return null;
    }
    return {
      httpPort,
      c2sPort,
      componentPort,
      componentDomain: COMPONENT,
      componentSecret,
      domain: DOMAIN,
      pid: child.pid,
      version: report.version,
      logFile: logFile(dataDir),
      ended,
      register: (user, password, contacts) => register({ dataDir, passwordHash }, user, password, contacts),
      stop: () => endGroup(child),
      kill: () => {
        killGroup(child.pid, "SIGKILL");
        return ended;
      },
    };
  } catch (error) {
    await endGroup(child);
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function register({ dataDir, passwordHash }, user, password, contacts) {
  await writeAccount({ dataDir, domain: DOMAIN, user, password, passwordHash });
  if (contacts) await writeRoster({ dataDir, domain: DOMAIN, user, contacts });
}

/** The line that modules/mod_starter.lua prints when the ports are open. */
function startReport(child) {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) resolve(JSON.parse(line));
    });
  });
}

/** Resolves with { code, signal, stderr } when the process is gone; it never rejects. */
function whenEnded(child) {
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-4000);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.once("close", (code, signal) => resolve({ code, signal, stderr }));
  });
}

/** Rejects when the process ends, or when it lives but never opens its ports. */
async function failedStart(ended, dataDir) {
  const timeout = sleep(START_TIMEOUT, null, { ref: false });
  const end = await Promise.race([ended, timeout]);
  const how = end ? (end.signal ?? `exit code ${end.code}`) : `no open port within ${START_TIMEOUT / 1000} s`;
  const log = await readFile(logFile(dataDir), "utf8").catch(() => "");
  const words = end?.stderr.trim() || log.trim().split("\n").slice(-3).join("\n");
  throw new Sentence(`Prosody did not start (${how}): ${words}`);
}

const START_TIMEOUT = 30_000; // it takes 0.1 s

/** Why a version of Prosody, such as "0.11.9", will not do: a sentence, or null when it will. */
export function prosodyTooOld(version) {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  // A nightly build has no number.
  if (major === undefined || Number(major) > 0 || Number(minor) >= 12) return null;
  return `This is Prosody ${version}, and Jinglewire needs 0.12 or newer: install one, from https://prosody.im/download/.`;
}

function logFile(dataDir) {
  return join(dataDir, "prosody.log");
}
