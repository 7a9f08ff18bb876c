import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program to its end and returns what it printed. It has a process group of its own, so that `signal` takes
 * its children down with it, and so that Ctrl-C reaches it through us and not twice.
 * Rejects with `signal.reason` once the program is gone, or with a CommandError when it fails.
 */
export function run(command, args, { cwd, env = process.env, signal, input = "ignore" } = {}) {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: [input, "pipe", "pipe"], detached: true });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => {
        output[stream] += text;
      });
    }
    const stop = () => endGroup(child);
    signal?.addEventListener("abort", stop, { once: true });
    child.once("error", (cause) => {
      signal?.removeEventListener("abort", stop);
      reject(new CommandError(command, args, { code: null, ...output, cause }));
    });
    child.once("close", (code, killedBy) => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else reject(new CommandError(command, args, { code: code ?? 128 + constants.signals[killedBy], ...output }));
    });
  });
}

/** A program that could not be started (`code` is null) or that failed; `output` is what it printed. */
export class CommandError extends Error {
  name = "CommandError";
  constructor(command, args, { code, stdout, stderr, cause }) {
    super(`${[command, ...args].join(" ")}: ${cause ? cause.message : `exit code ${code}`}`, { cause });
    this.code = code;
    this.missing = cause?.code === "ENOENT";
    this.output = `${stdout}${stderr}`.trim();
    this.lastWords = this.output.split("\n").slice(-20).join("\n");
    this.stderr = stderr;
  }
}

/** SIGTERM for a detached child and all its children, SIGKILL `patience` milliseconds later; resolves when it is gone. */
export async function endGroup(child, patience = 5000) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  killGroup(child.pid, "SIGTERM");
  const impatience = setTimeout(() => killGroup(child.pid, "SIGKILL"), patience);
  await gone;
  clearTimeout(impatience);
  killGroup(child.pid, "SIGKILL"); // whatever of its children did not listen
}

/** Sends a signal to a process group; one that is already gone is fine. */
export function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
