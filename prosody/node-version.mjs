// This file and start.mjs keep to what any Node with modules can read, so that an old one gets a sentence and not a
// SyntaxError.
const NEEDED = [20, 19];

/** Why a version of Node, such as "18.20.4", will not do: a sentence, or null when it will. */
export function nodeTooOld(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return null;
  return (
    "Jinglewire needs Node " +
    NEEDED.join(".") +
    " or newer, and this is Node " +
    version +
    ": " +
    "install a newer one, from https://nodejs.org/ or with your package manager."
  );
}
