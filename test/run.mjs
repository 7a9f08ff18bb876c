// `npm test`: gets what the tests need, in the way `npm start` does, then runs the linter and every test on real parts.
// Arguments go to mocha: `npm test -- --grep roster`, `npm test -- test/servers/start.test.ts`.
import { nodeTooOld } from "../prosody/node-version.mjs";

const problem = nodeTooOld(process.versions.node);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else {
  import("./support/everything.mjs").then(({ main }) => main(process.argv.slice(2)));
}
