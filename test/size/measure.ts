import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { root } from "../support/root.js";

/** Bytes after gzip -9, of what a browser has to load. */
export interface Size {
  readonly what: string;
  readonly bytes: number;
  /** What it should cost at most. */
  readonly goal: number;
  /** A goal that is not reached yet has a ceiling, so that it does not slip further away (docs/decisions/package-size.md). */
  readonly ceiling: number;
}

const PHONE = `export { fromXmppClient, Phone } from "jinglewire/client";`;

export async function sizes(): Promise<readonly Size[]> {
  const phone = (await bundle(PHONE)).bytes;
  const alone = (await bundle(`export { Phone } from "jinglewire/client";`)).bytes;
  const both = (await bundle(`export { connect, Phone } from "jinglewire/client";`)).bytes;
  const elements = await readFile(join(root, "test/client/ui/call-elements.mjs"), "utf8");
  return [
    row("jingle and Phone, over the host's connection", phone, 20_000, 36_000),
    row("what connect() adds", both - alone, 15_000),
    row("the call elements beside Lit", (await bundle(elements, { external: ["lit", "lit/*"] })).bytes, 12_000),
    row("first load of the page", await firstLoad(), 75_000),
  ];
}

function row(what: string, bytes: number, goal: number, ceiling = goal): Size {
  return { what, bytes, goal, ceiling };
}

/** What the first row is made of: bytes after minification, before gzip, the largest first. */
export async function largestInputs(): Promise<readonly (readonly [file: string, bytes: number])[]> {
  const { inputs } = await bundle(PHONE);
  return inputs.toSorted(([, a], [, b]) => b - a);
}

/** Bundles an entry as a host's own build would: for a browser, minified, without a setting of ours. */
async function bundle(contents: string, more: BuildOptions = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    logLevel: "silent",
    ...more,
  });
  const inputs = Object.values(metafile!.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const),
  );
  return { bytes: gzip(outputFiles![0]!.contents), inputs };
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
