#!/usr/bin/env node
// The command line: `jinglewire component`
import { parseArgs } from "node:util";
import { pino } from "pino";
import { type Config, ConfigError, readConfig } from "./config.js";
import { LinkError } from "./errors.js";
import { Link } from "./link.js";
import { ownSoftware } from "./software.js";

const USAGE = `jinglewire component [--config FILE]

Connects to an XMPP server as a component (XEP-0114) and stays connected.
It is configured by the environment, or by FILE, a JSON object with the keys in brackets:

  JINGLEWIRE_DOMAIN     the component's address, such as call.example.org  [domain]
  JINGLEWIRE_SECRET     the component_secret of the server's configuration  [secret]
  JINGLEWIRE_HOST       where the server is; default localhost  [host]
  JINGLEWIRE_PORT       its port for components; default 5347  [port]
  JINGLEWIRE_LOG_LEVEL  debug, info, warn or error; default info  [logLevel]

Logs are lines of JSON on standard output. SIGTERM and SIGINT stop it.
Exit codes: 0 stopped, 1 a fault of the program, 2 not configured rightly, 3 refused by the server for good.
Started with an IPC channel (child_process.fork), it sends { type: "online" } and { type: "offline" } there, and stops
when the channel closes.`;

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseCommand(args);
    if (values.help) return print(USAGE);
    if (values.version) return print(ownSoftware().version);
    if (positionals.length !== 1 || positionals[0] !== "component") throw new ConfigError(USAGE);
    return await component(readConfig(process.env, values.config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function parseCommand(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: "string" }, help: { type: "boolean" }, version: { type: "boolean" } },
    });
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** Runs the component to its end; resolves with the exit code. */
async function component(config: Config): Promise<number> {
  const { domain, host, port, logLevel } = config;
  const log = pino({
    level: logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
  const stopped = untilStopped();
  const link = new Link(config);
  // The same trouble is told once, not at each try.
  let told: string | undefined;
  link.addEventListener("online", () => {
    told = undefined;
    log.info({ domain, host, port }, "connected");
    process.send?.({ type: "online" });
  });
  link.addEventListener("offline", ({ error, retryIn }) => {
    const { condition, detail, message } = error;
    const level = `${condition} ${detail}` === told ? "debug" : "warn";
    told = `${condition} ${detail}`;
    log[level]({ domain, condition, detail, retryIn: Math.round(retryIn) }, message);
    process.send?.({ type: "offline" });
  });
  link.addEventListener("fault", (error) => log.error({ err: error }, "a part of the component failed"));
  log.info({ domain, host, port, version: ownSoftware().version }, "starting");
  try {
    await link.run({ signal: stopped });
    log.info({ domain, reason: String(stopped.reason) }, "stopped");
    return 0;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    log.fatal({ domain, condition: error.condition, detail: error.detail }, error.message);
    return 3;
  }
}

/** Aborts at a signal, and at the end of the program that started us with a channel. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort(name));
  process.on("disconnect", () => stop.abort("the parent is gone"));
  return stop.signal;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
