import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Makes an example's folder ready to be served. */
export async function bundleExample(name, folder) {
  await mkdir(folder, { recursive: true });
  await copyFile(join(HERE, name, "index.html"), join(folder, "index.html"));
  const entryPoints = [join(HERE, name, "main.ts")];
  await build({ entryPoints, bundle: true, format: "esm", outdir: folder, logLevel: "warning" });
}
