import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeAccount, writeRoster } from "./accounts.mjs";
import { inContainer, isPortTaken } from "./docker.mjs";
import { freePorts } from "./ports.mjs";
import { endGroup, killGroup } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

const CONFIG = fileURLToPath(new URL("prosody.cfg.lua", import.meta.url));
const MODULES = fileURLToPath(new URL("modules", import.meta.url));

/**
 * Starts a Prosody of its own on free ports of loopback, with its data, log and accounts below `dataDir`, and resolves
 * when its ports are open. It ends with this process, however this process ends.
 */
export async function startProsody(options) {
  for (let attempt = 1; ; attempt++) {
    const server = await launch({ ...DEFAULTS, componentSecret: randomBytes(24).toString("base64url"), ...options });
    if (server) return server;
    // Somebody took a port between our look at it and Prosody's: other ports, then.
    if (attempt === 5)
      throw new Sentence(`Prosody found its ports taken five times; its log is ${logFile(options.dataDir)}.`);
  }
}

const DEFAULTS = { domain: "localhost", passwordHash: "SHA-256" };

async function launch(options) {
  const { dataDir, domain, passwordHash, componentSecret, signal } = options;
  signal?.throwIfAborted();
  await mkdir(join(dataDir, "data"), { recursive: true, mode: 0o700 });
  const ports = await choosePorts(options);
  const where = options.obtained.kind === "docker" ? inContainer : onThisMachine;
  const { command, args, env, kill } = where(options.obtained, { dataDir, ports, settings: settings(options, ports) });
  const child = spawn(command, args, { cwd: dataDir, detached: true, stdio: ["pipe", "pipe", "pipe"], env });
  child.stdin.on("error", () => {});
  const ended = whenEnded(child);
  const abort = () => endGroup(child);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const report = await Promise.race([startReport(child), failedStart(ended, dataDir)]);
    signal?.throwIfAborted();
    const problem = prosodyTooOld(report.version);
    if (problem) throw new Sentence(problem);
    if (Object.entries(ports).some(([service, port]) => report.ports[service] !== port)) {
      await endGroup(child);
      return null;
    }
    return {
      name: `Prosody ${report.version}`,
      httpPort: ports.http,
      c2sPort: ports.c2s,
      s2sPort: ports.s2s ?? null,
      componentPort: ports.component,
      componentDomain: `call.${domain}`,
      componentSecret,
      domain,
      pid: child.pid,
      version: report.version,
      logFile: logFile(dataDir),
      ended,
      register: (user, password, contacts) => register({ dataDir, domain, passwordHash }, user, password, contacts),
      stop: () => endGroup(child),
      async kill() {
        if (kill) await kill();
        else killGroup(child.pid, "SIGKILL");
        return ended;
      },
    };
  } catch (error) {
    await endGroup(child);
    if (signal?.aborted) throw signal.reason;
    if (error instanceof Sentence && isPortTaken(error.message)) return null;
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** A free port for each service: { http, c2s, component }, and s2s where there are other servers. */
async function choosePorts({ federation }) {
  const services = ["http", "c2s", "component", ...(federation ? ["s2s"] : [])];
  const free = await freePorts(services.length);
  return Object.fromEntries(services.map((service, index) => [service, free[index]]));
}

/** What prosody.cfg.lua reads, apart from where things lie. */
function settings(options, ports) {
  const { domain, passwordHash, hibernation, componentSecret, logLevel, federation, environment } = options;
  const named = { DOMAIN: domain, PASSWORD_HASH: passwordHash, HIBERNATION: hibernation, LOG: logLevel, TIED: "yes" };
  named.COMPONENT_SECRET = componentSecret;
  if (federation) Object.assign(named, { CERTS: federation.certificates, CA: federation.authority });
  for (const [service, port] of Object.entries(ports)) named[`${service.toUpperCase()}_PORT`] = port;
  const known = Object.entries(named).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(known.map(([name, value]) => [`JINGLEWIRE_PROSODY_${name}`, String(value)])),
    ...environment,
  };
}

/** The command for a Prosody that runs here, with the paths of this machine. */
function onThisMachine(obtained, { dataDir, settings: own }) {
  return {
    command: obtained.command,
    args: [...obtained.args, "--config", CONFIG, "-F"],
    env: {
      ...process.env,
      ...obtained.env,
      ...own,
      JINGLEWIRE_PROSODY_DATA: dataDir,
      JINGLEWIRE_PROSODY_MODULES: MODULES,
      JINGLEWIRE_PROSODY_ROOT: process.getuid?.() === 0 ? "yes" : "no",
    },
  };
}

async function register({ dataDir, domain, passwordHash }, user, password, contacts) {
  await writeAccount({ dataDir, domain, user, password, passwordHash });
  if (contacts) await writeRoster({ dataDir, domain, user, contacts });
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
