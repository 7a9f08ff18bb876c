import { join } from "node:path";
import { obtainDocker } from "./docker.mjs";
import { findOnPath } from "./find.mjs";
import { Sentence } from "./sentence.mjs";
import { findUnpacked, unpackProsody } from "./unpack.mjs";

const CHOICES = ["docker", "local", "unpacked"];

/**
 * Finds a Prosody, or gets one: in a container where `docker` is true and an engine answers, else the machine's own, else
 * Debian's or Ubuntu's packages unpacked into `dir` without root. `choice` (the variable PROSODY) forces one way.
 * Resolves with how to run it: { kind, command, args, env }.
 */
export async function obtainProsody({ dir, choice = process.env.PROSODY, docker = false, suite, ...options }) {
  checkChoice(choice);
  const { path = process.env.PATH, say, signal } = options;
  if (choice === "docker" || (docker && !choice)) {
    const found = await tryDocker({ dir, path, say, signal, forced: choice === "docker" });
    if (found) return found;
  }
  if (choice !== "unpacked") {
    const command = await findOnPath("prosody", path);
    if (command) return { kind: "local", command, args: [], env: {} };
    if (choice === "local")
      throw new Sentence(
        "PROSODY=local, but there is no prosody on PATH: install it (Debian, Ubuntu: apt install prosody; " +
          "macOS: brew install prosody), or unset PROSODY.",
      );
  }
  const prefix = join(dir, "unpacked");
  return (await findUnpacked(prefix, suite)) ?? (await unpackProsody({ prefix, suite, path, say, signal }));
}

/** Throws the sentence for a value of PROSODY that nobody knows. */
export function checkChoice(choice) {
  if (choice && !CHOICES.includes(choice))
    throw new Sentence(`PROSODY=${choice} is not known: set it to docker, local or unpacked, or leave it unset.`);
}

/** Unless it is forced, a Docker that does not answer or cannot do it leaves the work to the next way. */
async function tryDocker({ forced, ...options }) {
  const found = await obtainDocker(options).catch((error) => {
    if (forced || !(error instanceof Sentence)) throw error;
    options.say?.(`${error.message}\nGoing on without Docker`);
    return null;
  });
  if (found || !forced) return found;
  throw new Sentence(
    "PROSODY=docker, but no Docker engine answers: start one (docker info shows it), or unset PROSODY.",
  );
}
