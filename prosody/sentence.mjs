/**
 * What a person is told when a command cannot go on: the message is one sentence that names the cure, and a command
 * prints nothing but it. Any other error is a fault of ours and keeps its stack.
 */
export class Sentence extends Error {
  name = "Sentence";
}

/** Prints why a command ends: a Sentence as it is, trouble with a file in words, anything else with its stack. */
export function complain(error, print = (line) => process.stderr.write(`${line}\n`)) {
  if (error instanceof Sentence) print(error.message);
  else if (["EACCES", "EPERM", "EROFS", "ENOSPC"].includes(error?.code) && error.path)
    print(`${error.path} cannot be written (${error.code}): make sure that it is yours and that the disk has room.`);
  else print(error?.stack ?? String(error));
}
