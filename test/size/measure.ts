import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../support/root.js";

/** Bytes after gzip -9, of what a browser has to load. */
export interface Size {
  readonly what: string;
  readonly bytes: number;
  /** What it may cost at most. */
  readonly goal: number;
}

const PHONE = `export { fromXmppClient, Phone } from "jinglewire/client";`;

export async function sizes(): Promise<readonly Size[]> {
  const phone = await bundle(PHONE);
  const alone = await bundle(`export { Phone } from "jinglewire/client";`);
  const both = await bundle(`export { connect, Phone } from "jinglewire/client";`);
  const elements = await readFile(join(root, "test/client/ui/call-elements.mjs"), "utf8");
  return [
    { what: "jingle and Phone, over the host's connection", bytes: phone.first, goal: 20_000 },
    // Not a goal but a ceiling, so that it does not grow unseen.
    { what: "what a call is made of, loaded beside the page", bytes: phone.later, goal: 30_000 },
    { what: "what connect() adds", bytes: both.first - alone.first, goal: 15_000 },
    { what: "the call elements beside Lit", bytes: (await bundle(elements, ["lit", "lit/*"])).first, goal: 12_000 },
    { what: "first load of the page", bytes: await firstLoad(), goal: 75_000 },
  ];
}

/** What the first two rows are made of: bytes after minification, before gzip, the largest first. */
export async function largestInputs(): Promise<readonly (readonly [file: string, bytes: number])[]> {
  const { inputs } = await bundle(PHONE);
  return inputs.toSorted(([, a], [, b]) => b - a);
}

/**
 * Bundles an entry as a host's own build would: for a browser, minified, with what is imported later in files of its own.
 * @returns the bytes that the entry loads before it runs, and those that come after.
 */
async function bundle(contents: string, external: string[] = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    external,
    splitting: true,
    outdir: "out",
    minify: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const { outputs } = metafile;
  const first = new Set(["out/stdin.js"]);
  for (const name of first) {
    for (const { path, kind, external } of outputs[name]!.imports) {
      if (kind === "import-statement" && !external) first.add(path);
    }
  }
  const bytes = (isFirst: boolean) =>
    outputFiles
      .filter(({ path }) => first.has(relative(root, path)) === isFirst)
      .reduce((sum, { contents }) => sum + gzip(contents), 0);
  const inputs = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const),
  );
  return { first: bytes(true), later: bytes(false), inputs };
}

/** The page, its style, its script and what that imports without waiting for anything. */
async function firstLoad(): Promise<number> {
  const page = await file("index.html");
  const styles = [...page.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map((match) => match[1]!);
  const waiting = [...page.matchAll(/<script [^>]*src="([^"]+)"/g)].map((match) => match[1]!);
  const scripts = new Set<string>();
  for (let script = waiting.pop(); script !== undefined; script = waiting.pop()) {
    if (scripts.has(script)) continue;
    scripts.add(script);
    for (const [, chunk] of (await file(script)).matchAll(/(?:\bimport|\bfrom)\s*"(\.\/[^"]+)"/g)) waiting.push(chunk!);
  }
  const files = await Promise.all([...styles, ...scripts].map(file));
  return [page, ...files].reduce((sum, text) => sum + gzip(text), 0);
}

function file(name: string): Promise<string> {
  return readFile(join(root, "dist/page", name), "utf8");
}

function gzip(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length;
}
