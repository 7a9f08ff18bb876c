import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The full path of a program, or null. */
export async function findOnPath(name, path = process.env.PATH) {
  for (const folder of (path ?? "").split(delimiter)) {
    const file = join(folder || ".", name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
