import Mocha from "mocha";

/**
 * Mocha's "spec" reporter, which also tells the process that started mocha (test/run.mjs) how many tests there were.
 * Required by --require, chosen by --reporter counts.
 */
Mocha.reporters.counts = class extends Mocha.reporters.Spec {
  done(failures, finish) {
    const { passes, pending } = this.stats;
    if (process.send) process.send({ passed: passes, failed: failures, skipped: pending }, () => finish(failures));
    else finish(failures);
  }
};
