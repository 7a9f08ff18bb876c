/**
 * What a person is told when a command cannot go on: the message is one sentence that names the cure, and a command
 * prints nothing but it. Any other error is a fault of ours and keeps its stack.
 */
export class Sentence extends Error {
  name = "Sentence";
}

/** Prints why a command ends: a Sentence as it is, anything else with its stack. */
export function complain(error, print = (line) => process.stderr.write(`${line}\n`)) {
  print(error instanceof Sentence ? error.message : (error?.stack ?? String(error)));
}
