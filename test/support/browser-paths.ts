import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const FIREFOXES = ["firefox-esr", "firefox"];

/** The Chromium that the tests drive: CHROME_PATH if set, else the first found on PATH or in a usual place, else null. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  return find(env.CHROME_PATH, env.PATH, CHROMIUMS, [
    "/opt/google/chrome/chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ]);
}

/** The Firefox that the tests drive: FIREFOX_PATH if set, else the first found on PATH or in a usual place, else null. */
export function findFirefox(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  return find(env.FIREFOX_PATH, env.PATH, FIREFOXES, ["/Applications/Firefox.app/Contents/MacOS/firefox"]);
}

async function find(
  chosen: string | undefined,
  path = "",
  names: readonly string[],
  usual: readonly string[],
): Promise<string | null> {
  if (chosen) return (await runnable(chosen)) ? chosen : null;
  const folders = [...path.split(delimiter).filter(Boolean), "/usr/bin", "/usr/local/bin", "/snap/bin"];
  for (const file of [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...usual])
    if (await runnable(file)) return file;
  return null;
}

function runnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
