import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * Removes what the compiler once made of sources that are gone: it never does so itself, and a deleted test would run
 * for ever. `out` mirrors `source`.
 */
export async function removeOrphans(out, source) {
  const entries = await readdir(out, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const [, stem] = /^(.+)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(entry.name) ?? [];
    if (!stem || !entry.isFile()) continue;
    const folder = entry.parentPath ?? entry.path;
    if (!existsSync(join(source, relative(out, folder), `${stem}.ts`))) await rm(join(folder, entry.name));
  }
}
