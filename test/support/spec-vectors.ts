import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "./root.js";

/**
 * The folder of XEP examples and schemas, which are not ours to publish: JINGLEWIRE_SPEC_VECTORS, or beside this
 * repository. Undefined, after one message, where it is missing; but with CI=true that is a failure.
 */
export function specVectors(): string | undefined {
  const folder = resolve(root, process.env.JINGLEWIRE_SPEC_VECTORS ?? "../shared/vectors");
  if (existsSync(folder)) return folder;
  const message = `The XEPs' examples and schemas are not in ${folder} (JINGLEWIRE_SPEC_VECTORS says where).`;
  if (process.env.CI === "true") throw new Error(message);
  if (!isTold) console.warn(`${message} What needs them is skipped.`);
  isTold = true;
  return undefined;
}

let isTold = false;

/** For the head of a test: skips it, or fails it with CI=true, where the examples and schemas are missing. */
export function needSpecVectors(context: Mocha.Context): string {
  return specVectors() ?? context.skip();
}
