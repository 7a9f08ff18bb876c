import { findOnPath } from "../../prosody/find.mjs";
import { CommandError, run } from "../../prosody/run.mjs";

/**
 * How to run a command in a network namespace of its own, as on a machine that is alone in the world: words to put
 * before the command's. The command keeps its user, its process id and its open files, and the namespace goes when it
 * goes. Where the machine allows none, resolves with { prefix: null, reason }; `missing` is the program that was sought.
 */
export async function ownNetwork({ signal } = {}) {
  for (const missing of ["unshare", "ip"])
    if (!(await findOnPath(missing, `${process.env.PATH}:${SYSTEM}`)))
      return { prefix: null, missing, reason: `there is no ${missing} on PATH` };
  let reason;
  for (const prefix of ways(process.getuid(), process.getgid())) {
    try {
      await run(prefix[0], [...prefix.slice(1), "true"], { signal });
      return { prefix };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reason ??= error.lastWords.replaceAll("\n", "; ");
    }
  }
  return { prefix: null, reason };
}

// An ordinary user's PATH may leave out where ip lives.
const SYSTEM = "/usr/sbin:/sbin";

// Firefox gathers no candidate on lo alone, hence the veth pair, of which both ends stay inside; nor without a route to
// the world. So all the world is this machine: whoever asks for it is refused at once, instead of waiting for an answer.
const SET_UP = `set -eu
PATH="$PATH:${SYSTEM}"
ip link set lo up
ip link add jinglewire0 type veth peer name jinglewire1
ip address add 10.99.0.1/24 dev jinglewire0
ip link set jinglewire0 up
ip link set jinglewire1 up
ip route add local default dev lo src 10.99.0.1
exec "$@"`;

/** Root needs no more than the namespace; anybody else is root in a user namespace for as long as the setting up takes. */
function ways(uid, gid) {
  const setUp = ["sh", "-c", SET_UP, "sh"];
  const asBefore = ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
  const anybody = ["unshare", "--user", "--map-root-user", "--net", "--", ...setUp, ...asBefore];
  return uid === 0 ? [["unshare", "--net", "--", ...setUp], anybody] : [anybody];
}
