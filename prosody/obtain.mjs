import { join } from "node:path";
import { findOnPath } from "./find.mjs";
import { Sentence } from "./sentence.mjs";
import { findUnpacked, unpackProsody } from "./unpack.mjs";

const CHOICES = ["local", "unpacked"];

/**
 * Finds a Prosody, or gets one: the machine's own, else Debian's or Ubuntu's packages unpacked into `dir` without root.
 * `choice` (the variable PROSODY) forces one way. Resolves with how to run it: { kind, command, args, env }.
 */
export async function obtainProsody({
  dir,
  choice = process.env.PROSODY,
  suite,
  path = process.env.PATH,
  say,
  signal,
}) {
  checkChoice(choice);
  const prefix = join(dir, "unpacked");
  if (choice !== "unpacked") {
    const command = await findOnPath("prosody", path);
    if (command) return { kind: "local", command, args: [], env: {} };
    if (choice === "local")
      throw new Sentence(
        "PROSODY=local, but there is no prosody on PATH: install it (Debian, Ubuntu: apt install prosody; " +
          "macOS: brew install prosody), or unset PROSODY.",
      );
  }
  return (await findUnpacked(prefix, suite)) ?? (await unpackProsody({ prefix, suite, path, say, signal }));
}

/** Throws the sentence for a value of PROSODY that nobody knows. */
export function checkChoice(choice) {
  if (choice && !CHOICES.includes(choice))
    throw new Sentence(`PROSODY=${choice} is not known: set it to ${CHOICES.join(" or ")}, or leave it unset.`);
}
