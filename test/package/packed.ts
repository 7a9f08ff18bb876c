import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAllTests } from "../support/cleanup.js";
import { root } from "../support/root.js";

const run = promisify(execFile);

/** A project of somebody else that has installed us. */
export interface Project {
  readonly folder: string;
  /** What our package holds, by path. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
  write(file: string, content: string): Promise<string>;
  /** Runs a program with Node, in the project; resolves with what it printed, rejects with it when it fails. */
  node(...args: string[]): Promise<string>;
}

export interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

let shared: Promise<Project> | undefined;

/** Our package, packed as npm would publish it and unpacked in a project of its own. Beside it lie its dependencies. */
export function packed(): Promise<Project> {
  shared ??= install();
  return shared;
}

async function install(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-package-"));
  afterAllTests(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await npm("pack", "--json", "--pack-destination", folder);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const home = join(folder, "node_modules/jinglewire");
  await mkdir(home, { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", home, "--strip-components=1"]);
  const manifest = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as Manifest;
  // Besides what we depend on, what every project in Node has of its own.
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) await link(name, folder);
  const write = async (file: string, content: string) => {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  await write("package.json", JSON.stringify({ private: true, type: "module" }));
  return {
    folder,
    files: files.map(({ path }) => path),
    manifest,
    write,
    async node(...args) {
      return (await run(process.execPath, args, { cwd: folder }).catch(withWords)).stdout;
    },
  };
}

/** Nothing but what we declare to depend on can be found from there; what that depends on lies at home. */
async function link(name: string, folder: string): Promise<void> {
  const path = join(folder, "node_modules", name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(root, "node_modules", name), path);
}

/** The folder with what others build with; installs it when it is not there (npm run test:all has done so before). */
export async function obtainTools(): Promise<string> {
  const module = pathToFileURL(join(root, "test/package/bundlers/obtain.mjs")).href;
  const { obtainBundlers } = (await import(module)) as typeof import("./bundlers/obtain.mjs");
  return obtainBundlers();
}

/** npm by the very program that started us, if it did, else by name. */
function npm(...args: string[]) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith("npm-cli.js") ? [process.execPath, [own]] : ["npm", []];
  return run(command, [...first, ...args], { cwd: root, maxBuffer: 2 ** 24 });
}

function withWords(error: Error & { stdout?: string; stderr?: string }): never {
  throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
}
