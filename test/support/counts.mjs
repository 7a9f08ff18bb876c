import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/**
 * Mocha's "spec" reporter, which also tells the process that started mocha (test/run.mjs) how many tests there were.
 * Required by --require, chosen by --reporter counts.
 *
 * When JINGLEWIRE_DONE names a file, every test that passes is written there, and one that stands there already counts as
 * passed without being run again: `npm run test:all` after `npm test` runs what the latter has not.
 */
Mocha.reporters.counts = class extends Mocha.reporters.Spec {
  #file = process.env.JINGLEWIRE_DONE;
  #done = this.#file && existsSync(this.#file) ? readFileSync(this.#file, "utf8").split("\n").filter(Boolean) : [];

  constructor(runner, options) {
    super(runner, options);
    const before = new Set(this.#done);
    // Before anything runs: a suite that has no test left runs no hook either.
    if (before.size > 0) leaveOut(runner.suite, (test) => before.has(nameOf(test)));
    runner.on("pass", (test) => this.#done.push(nameOf(test)));
  }

  done(failures, finish) {
    const { passes, pending } = this.stats;
    if (this.#file) writeFileSync(this.#file, this.#done.map((name) => `${name}\n`).join(""));
    const passed = this.#file ? this.#done.length : passes;
    if (process.send) process.send({ passed, failed: failures, skipped: pending }, () => finish(failures));
    else finish(failures);
  }
};

function leaveOut(suite, isDone) {
  suite.tests = suite.tests.filter((test) => !isDone(test));
  for (const inner of suite.suites) leaveOut(inner, isDone);
}

/** Where it stands and what it says, in one line. */
function nameOf(test) {
  return `${relative(process.cwd(), test.file)}: ${test.fullTitle()}`.replaceAll("\n", " ");
}
