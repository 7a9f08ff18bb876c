import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const USUAL_PLACES = [
  ...["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"].flatMap((folder) =>
    NAMES.map((name) => join(folder, name)),
  ),
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser that the tests drive: CHROME_PATH if set, else the first found on PATH or in a usual place, else null. */
export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const chosen = env.CHROME_PATH;
  if (chosen) return (await runnable(chosen)) ? chosen : null;
  const onPath = (env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const file of [...onPath.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...USUAL_PLACES])
    if (await runnable(file)) return file;
  return null;
}

function runnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
