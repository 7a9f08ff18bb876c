import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "./root.js";

/**
 * The folder of XEP examples and schemas, which are not ours to publish: JINGLEWIRE_SPEC_VECTORS, or beside this
 * repository. Undefined, after one message, where there is none: a clone alone has to pass. A folder that was named and
 * is missing is a failure.
 */
export function specVectors(): string | undefined {
  const named = process.env.JINGLEWIRE_SPEC_VECTORS;
  const folder = resolve(root, named || "../shared/vectors");
  if (existsSync(folder)) return folder;
  const message = `The XEPs' examples and schemas are not in ${folder} (JINGLEWIRE_SPEC_VECTORS says where).`;
  if (named) throw new Error(message);
  if (!isTold) console.warn(`${message} What needs them is skipped.`);
  isTold = true;
  return undefined;
}

let isTold = false;

/** For the head of a test: skips it where there are no examples and schemas. */
export function needSpecVectors(context: Mocha.Context): string {
  return specVectors() ?? context.skip();
}
