import { readFileSync } from "node:fs";
import type { Version } from "../jingle/index.js";

/** This package, as it tells others. */
export function ownSoftware(): Version {
  const file = new URL("../../package.json", import.meta.url);
  return { name: "Jinglewire", version: (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version };
}
