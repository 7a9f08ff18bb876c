import { complain } from "./sentence.mjs";

/**
 * Runs a command to its end and exits: 0 when it is done or was asked to stop, 1 after printing why it cannot go on.
 * `command` gets { say, signal }; `signal` is aborted by Ctrl-C and its kin, after which the command has to end all
 * that it started and return or throw. Signals may come twice, from a terminal and from npm: once is enough.
 */
export async function main(command) {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  stopWithNpm(stop);
  // A terminal that was closed takes no more lines; that must not keep us from tidying up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  let code = 0;
  try {
    code = (await command({ say: (line) => console.log(line), signal: stop.signal })) ?? 0;
  } catch (error) {
    if (!stop.signal.aborted) {
      complain(error);
      code = 1;
    }
  }
  process.exit(code);
}

/** npm hands signals on to us, but when it is killed outright nobody tells us: then our parent is another. */
function stopWithNpm(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop.abort(new Error("npm is gone"));
  }, 1000).unref();
}
