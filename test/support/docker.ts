import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAllTests } from "./cleanup.js";
import { obtainUnpacked } from "./prosody.js";
import { root } from "./root.js";

export type Engine = "answers" | "rootless" | "absent" | "hangs" | "cannot build" | "elsewhere" | "port taken";

/** One call of the stand-in's command line. */
export interface DockerCall {
  readonly command: string;
  readonly args: readonly string[];
  /** Of a container that runs Prosody: its process and the environment inside. */
  readonly pid?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A `docker` for PATH without an engine behind it: docker-stand-in.mjs says what it does. */
export interface DockerStandIn {
  /** The folder with nothing but `docker` in it. */
  readonly folder: string;
  /** This process's PATH with it in front. */
  readonly path: string;
  calls(): Promise<readonly DockerCall[]>;
}

export async function dockerStandIn(engine: Engine): Promise<DockerStandIn> {
  const home = await mkdtemp(join(tmpdir(), "jinglewire-docker-"));
  afterAllTests(() => rm(home, { recursive: true, force: true }));
  const folder = join(home, "bin");
  const record = join(home, "calls.jsonl");
  await mkdir(folder);
  await writeFile(join(home, "stand-in.json"), JSON.stringify({ engine, obtained: await obtainUnpacked(), record }));
  const script = join(root, "test/support/docker-stand-in.mjs");
  await writeFile(join(folder, "docker"), `#!/bin/sh\nexec '${process.execPath}' '${script}' '${home}' "$@"\n`);
  await chmod(join(folder, "docker"), 0o755);
  return {
    folder,
    path: [folder, process.env.PATH].join(delimiter),
    async calls() {
      const lines = await readFile(record, "utf8").catch(() => "");
      return lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as DockerCall);
    },
  };
}
