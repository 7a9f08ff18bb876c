import type { ChildProcess } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program. */
  readonly signal?: AbortSignal | undefined;
  /** What its standard input is; default: nothing. */
  readonly input?: "ignore" | "inherit";
}

/** Runs a program to its end and returns what it printed; rejects with a CommandError when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<{ readonly stdout: string; readonly stderr: string }>;

export class CommandError extends Error {
  /** The exit code; null when it could not be started. */
  readonly code: number | null;
  readonly missing: boolean;
  readonly output: string;
  readonly lastWords: string;
  readonly stderr: string;
}

/** SIGTERM for a detached child and all its children, SIGKILL `patience` milliseconds later; resolves when it is gone. */
export function endGroup(child: ChildProcess, patience?: number): Promise<void>;

/** Sends a signal to a process group; one that is already gone is fine. */
export function killGroup(pid: number, signal: NodeJS.Signals): void;
