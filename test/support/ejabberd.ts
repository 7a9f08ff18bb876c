import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { isUnpacked, librariesOf, unpackPackages } from "#prosody/debian.mjs";
import { freePorts } from "#prosody/ports.mjs";
import { killGroup, run } from "#prosody/run.mjs";
import { afterAllTests } from "./cleanup.js";
import { type EjabberdSettings, ejabberdConfiguration } from "./ejabberd-configuration.js";
import { root } from "./root.js";
import type { XmppServer } from "./server.js";

export interface EjabberdOptions extends Pick<EjabberdSettings, "turn" | "federation"> {
  /** Default "localhost". */
  readonly domain?: string;
}

/**
 * An ejabberd 23 of Debian bookworm on free ports of loopback, stopped after the last test. It runs as whoever runs the
 * tests: an Erlang node of its own without a name, hence without epmd, and without ejabberdctl, which wants its own user.
 */
export async function ejabberd({
  domain = "localhost",
  ...options
}: EjabberdOptions = {}): Promise<XmppServer & EjabberdServer> {
  const prefix = await obtainEjabberd();
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-ejabberd-"));
  afterAllTests(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "log"));
  const [httpPort, s2sPort] = (await freePorts(2)) as [number, number];
  const settings = { ...options, domain, httpPort, s2sPort };
  await writeFile(join(folder, "ejabberd.yml"), JSON.stringify(ejabberdConfiguration(settings)));

  const { command, env } = await erlang(prefix);
  const child = spawn(
    command,
    ["-noshell", "-mnesia", "dir", JSON.stringify(join(folder, "spool")), "-eval", program(settings)],
    {
      cwd: folder,
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
      env: {
        ...env,
        HOME: folder,
        SPOOL_DIR: join(folder, "spool"),
        EJABBERD_CONFIG_PATH: join(folder, "ejabberd.yml"),
        EJABBERD_LOG_PATH: join(folder, "log/ejabberd.log"),
      },
    },
  );
  child.stdin!.on("error", () => {});
  const ended = once(child, "exit");
  const stop = () => stopErlang(child, ended);
  afterAllTests(stop);
  const failed = ended.then(async () => {
    throw new Error(
      `ejabberd did not start:\n${await readFile(join(folder, "log/ejabberd.log"), "utf8").catch(() => "")}`,
    );
  });
  const version = await Promise.race([startReport(child), failed]);
  child.stdout!.resume(); // it also logs there
  await Promise.race([answers(httpPort), failed]);
  failed.catch(() => {});
  const api = (command: string, body: object) => callApi(httpPort, command, body);
  return {
    name: `ejabberd ${version}`,
    domain,
    httpPort,
    s2sPort: options.federation ? s2sPort : null,
    paths: { websocket: "/ws", bosh: "/bosh" },
    service: `ws://127.0.0.1:${httpPort}/ws`,
    stop,
    async register(user, password, contacts = []) {
      await api("register", { user, host: domain, password });
      for (const { address, name = "" } of contacts) {
        const [contact, host] = address.split("@");
        const item = { user: contact, host, nick: name, group: "", subs: "both" };
        await api("add_rosteritem", { localuser: user, localhost: domain, ...item });
      }
    },
  };
}

export interface EjabberdServer {
  /** Where other servers connect to, if they may. */
  readonly s2sPort: number | null;
}

/** Finds or fetches Debian's ejabberd, without root; `npm run test:all` does so before the tests. */
export async function obtainEjabberd(say?: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const prefix = join(root, ".jinglewire/ejabberd/unpacked");
  if (await isUnpacked(prefix, WISHES)) return prefix;
  await unpackPackages({
    title: "ejabberd",
    advice: "run the tests on Debian or Ubuntu, with access to a mirror of Debian",
    prefix,
    wishes: WISHES,
    async complete(tree) {
      const { command, env } = await erlang(tree);
      const parts =
        "[{ok, _} = application:ensure_all_started(App) || App <- [fast_tls, fast_xml, fast_yaml, stringprep]]";
      await run(command, ["-noshell", "-eval", `${parts}, halt(0).`], { env, signal });
    },
    ...(say && { say }),
    ...(signal && { signal }),
  });
  return prefix;
}

const WISHES = {
  packages: ["ejabberd"],
  suite: "bookworm",
  loaded: (name: string) => /^(ejabberd|erlang|lib)/.test(name) && !/^libc6/.test(name),
};

/** How to start Erlang out of an unpacked tree; its own script knows it at its usual place only. */
async function erlang(prefix: string): Promise<{ readonly command: string; readonly env: NodeJS.ProcessEnv }> {
  const home = join(prefix, "usr/lib/erlang");
  const runtime = (await readdir(home)).find((name) => name.startsWith("erts-"))!;
  const { folders } = await librariesOf(prefix);
  return {
    command: join(home, runtime, "bin/erlexec"),
    env: {
      ...process.env,
      ROOTDIR: home,
      BINDIR: join(home, runtime, "bin"),
      EMU: "beam",
      PROGNAME: "erl",
      ERL_LIBS: folders[0]!,
      LD_LIBRARY_PATH: folders.join(":"),
    },
  };
}

/** What Erlang does: it starts ejabberd, says its version in a line, and ends with its standard input. */
function program({ federation }: EjabberdSettings): string {
  const names = federation
    ? `inet_db:set_lookup([dns]), inet_db:set_resolv_conf(""), inet_db:set_hosts_file(""),
       [inet_db:del_ns(IP) || {IP, 53} <- inet_db:res_option(nameservers)],
       inet_db:ins_ns({127,0,0,1}, ${federation.nameServerPort}),`
    : "";
  return `spawn(fun() -> io:get_line(""), init:stop() end), ${names}
    {ok, _} = application:ensure_all_started(ejabberd), {ok, Version} = application:get_key(ejabberd, vsn),
    io:format("started ~s~n", [Version]).`;
}

async function startReport(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, version] = /^started ([\d.]+)/.exec(line) ?? [];
    if (version) return version;
  }
  return new Promise(() => {}); // it is gone, which `failed` tells
}

/** Its ports open a moment after it says that it has started. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await sleep(20);
  }
}

async function callApi(port: number, command: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${port}/api/${command}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`ejabberd's ${command}: ${await answer.text()}`);
}

async function stopErlang(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin!.end();
  const patience = setTimeout(() => killGroup(child.pid!, "SIGKILL"), 5000);
  if (child.exitCode === null && child.signalCode === null) await ended;
  clearTimeout(patience);
}
