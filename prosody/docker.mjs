import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOnPath } from "./find.mjs";
import { inView } from "./progress.mjs";
import { CommandError, run } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

/**
 * Makes the image of Prosody where a Docker engine answers and can run it with a folder of this machine. Resolves with
 * null when no engine answers; rejects with a Sentence when the engine cannot do it.
 */
export async function obtainDocker({ dir, path, say = () => {}, signal }) {
  const command = await findOnPath("docker", path);
  const user = command && (await userInside(command, signal));
  if (!user) return null;
  try {
    await inView(say, "Building the image of Prosody with Docker", () =>
      run(command, ["build", "--quiet", "--tag", IMAGE, FOLDER], { signal }),
    );
    await tryOut({ command, user, dir, signal });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Sentence(
      "Docker answers, but cannot make or run the image of Prosody: mend that, or set PROSODY=local or " +
        `PROSODY=unpacked to go without Docker.\n${error.lastWords}`,
    );
  }
  return { kind: "docker", command, args: [], env: {}, user };
}

/**
 * The command for a Prosody in a container: it stays attached to its standard streams, reads and writes `dataDir`, and
 * has its ports on this machine's loopback. `settings` are the variables that prosody.cfg.lua reads; their values travel
 * in the environment, so that no secret stands on a command line. `kill` ends it as a power cut would.
 */
export function inContainer({ command, user }, { dataDir, ports, settings }) {
  const name = `jinglewire-${randomBytes(6).toString("hex")}`;
  const turn = Object.entries(process.env).filter(([variable]) => variable.startsWith("TURN_"));
  const own = {
    ...Object.fromEntries(turn),
    ...settings,
    JINGLEWIRE_PROSODY_PUBLISHED: "loopback",
    JINGLEWIRE_PROSODY_ROOT: user.startsWith("0:") ? "yes" : "no",
  };
  const args = [
    ...["run", "--rm", "--interactive", "--init", "--name", name],
    ...confined(user, dataDir),
    ...Object.values(ports).flatMap((port) => ["--publish", `127.0.0.1:${port}:${port}`]),
    ...Object.keys(own).flatMap((variable) => ["--env", variable]),
    IMAGE,
  ];
  return { command, args, env: { ...process.env, ...own }, kill: () => run(command, ["kill", name]) };
}

/** Whether a container did not start because somebody had taken one of its ports. */
export function isPortTaken(words) {
  return /port is already allocated|address already in use|ports are not available/i.test(words);
}

const IMAGE = "jinglewire-prosody";
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const PATIENCE = 5000; // an engine that is there answers in a tenth of a second

/**
 * Who we have to be inside a container to be ourselves in our folders, as UID:GID; null when no engine answers. In a
 * rootless engine that is root, which stands for the engine's user.
 */
async function userInside(command, signal) {
  const soon = AbortSignal.any([AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]);
  const info = await run(command, ["info", "--format", "{{json .SecurityOptions}}"], { signal: soon }).catch(
    (error) => {
      signal?.throwIfAborted();
      if (error instanceof CommandError || soon.aborted) return null;
      throw error;
    },
  );
  const options = info && parse(info.stdout);
  if (!Array.isArray(options)) return null;
  if (options.some((option) => /\brootless\b/.test(option)) || !process.getuid) return "0:0";
  return `${process.getuid()}:${process.getgid()}`;
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function confined(user, folder) {
  return [
    ...["--pull=never", "--user", user, "--cap-drop=ALL", "--security-opt=no-new-privileges"],
    // Where SELinux rules, a container would else not see a folder of ours.
    ...["--security-opt=label=disable", "--mount", `type=bind,source=${folder},target=/data`],
  ];
}

/** An engine may be on another machine, or may not be allowed to see this folder: then it is of no use here. */
async function tryOut({ command, user, dir, signal }) {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dir, "docker-"));
  try {
    const token = randomBytes(12).toString("hex");
    await writeFile(join(folder, "token"), token);
    const read = ["run", "--rm", ...confined(user, folder), "--entrypoint", "cat", IMAGE, "/data/token"];
    const { stdout, stderr } = await run(command, read, { signal });
    if (stdout !== token) throw new CommandError(command, read, { code: 1, stdout: "", stderr });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
