// Stands in for Docker's command line where there is no engine. What it is told to be lies in stand-in.json beside the
// script that runs it: { engine, obtained, record }. It writes each call to `record`, a line of JSON, and runs the
// image's entry point with the Prosody of `obtained` in the place of the image's own: in a process group that it does not
// belong to, with the image's environment and what --env passes on, and with its standard streams relayed, as an engine
// does it. Two things differ: files stay where they are, and nothing listens outside loopback.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [home, command, ...args] = process.argv.slice(2);
const { engine, obtained, record } = JSON.parse(readFileSync(join(home, "stand-in.json"), "utf8"));
const image = join(home, "image.json");

const COMMANDS = { info, build, run, kill };
COMMANDS[command](args);

function note(more = {}) {
  appendFileSync(record, `${JSON.stringify({ command, args, ...more })}\n`);
}

function fail(words, code = 1) {
  process.stderr.write(`${words}\n`);
  process.exit(code);
}

function info([, format]) {
  note();
  if (engine === "hangs") return setInterval(() => {}, 1000);
  if (engine === "absent") {
    console.log("null");
    fail("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
  }
  if (format !== "{{json .SecurityOptions}}") fail(`template parsing error: ${format}`, 64);
  console.log(JSON.stringify(["name=seccomp,profile=builtin", ...(engine === "rootless" ? ["name=rootless"] : [])]));
}

function build(words) {
  note();
  if (engine === "cannot build") fail("ERROR: failed to resolve reference debian:trixie-slim");
  const { flags, rest } = parse(words, ["--tag"]);
  const [context] = rest;
  const lines = readFileSync(join(context, "Dockerfile"), "utf8").replaceAll(/\\\n/g, " ").split("\n");
  const every = (name) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const copies = every("COPY").map((line) => line.split(/\s+/));
  const environment = Object.fromEntries(
    every("ENV").flatMap((line) =>
      line
        .trim()
        .split(/\s+/)
        .map((pair) => pair.split("=")),
    ),
  );
  const entry = JSON.parse(every("ENTRYPOINT")[0]);
  writeFileSync(image, JSON.stringify({ tag: flags["--tag"][0], context, copies, environment, entry }));
}

function run(words) {
  const { flags, rest } = parse(words, ["--name", "--user", "--mount", "--publish", "--env", "--entrypoint"]);
  const [tag, ...tail] = rest;
  const made = existsSync(image) ? JSON.parse(readFileSync(image, "utf8")) : null;
  if (made?.tag !== tag) fail(`Unable to find image '${tag}:latest' locally`, 125);
  const { source, target } = Object.fromEntries(flags["--mount"][0].split(",").map((pair) => pair.split("=")));
  if (engine === "elsewhere")
    fail(`invalid mount config for type "bind": bind source path does not exist: ${source}`, 125);
  const places = [[target, source], ...made.copies.map(([from, to]) => [to, join(made.context, from)])];
  const outside = (path) => {
    const [inner, outer] = places.find(([inside]) => path === inside || path.startsWith(`${inside}/`)) ?? ["", ""];
    return inner ? outer + path.slice(inner.length) : path;
  };
  if (flags["--entrypoint"]?.[0] === "cat") {
    note();
    process.stdout.write(readFileSync(outside(tail[0])));
    return;
  }
  if (engine === "port taken" && !existsSync(join(home, "refused"))) {
    note();
    writeFileSync(join(home, "refused"), "");
    fail(
      "docker: Error response from daemon: driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated.",
      125,
    );
  }
  const passed = Object.fromEntries(flags["--env"].map((name) => [name, process.env[name]]));
  const environment = { ...made.environment, ...passed };
  const here = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, outside(value)]));
  if (here.JINGLEWIRE_PROSODY_INTERFACE === "*") here.JINGLEWIRE_PROSODY_INTERFACE = "127.0.0.1";
  const [program, ...options] = made.entry;
  if (program !== "prosody") fail(`exec: "${program}": executable file not found in $PATH`, 127);
  contain([...obtained.args, "--config", outside("/etc/prosody/prosody.cfg.lua"), ...options], here, {
    name: flags["--name"][0],
    environment,
  });
}

function contain(argv, env, facts) {
  const child = spawn(obtained.command, argv, {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...obtained.env, ...env },
  });
  note({ ...facts, pid: child.pid });
  writeFileSync(join(home, facts.name), String(child.pid));
  process.stdin.pipe(child.stdin).on("error", () => {});
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code) => process.exit(code ?? 137));
}

function kill([name]) {
  note();
  process.kill(Number(readFileSync(join(home, name), "utf8")), "SIGKILL");
}

/** Flags that take a value, as lists; the others count as given. What is no flag ends them, as with Docker. */
function parse(words, withValue) {
  const flags = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word.startsWith("--")) return { flags, rest: words.slice(at) };
    const [name, inline] = word.split(/=(.*)/s);
    if (!inline && withValue.includes(name)) at += 1;
    flags[name] = [...(flags[name] ?? []), inline ?? words[at]];
  }
  return { flags, rest: [] };
}
