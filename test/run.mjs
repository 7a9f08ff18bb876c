// `npm test`: gets what the tests need, in the way `npm start` does, then runs the linter and the tests on real parts.
// `npm run test:all` (JINGLEWIRE_ALL=1) adds what takes longer, or needs more: Firefox, other servers.
// Arguments go to mocha: `npm test -- --grep roster`, `npm test -- test/servers/start.test.ts`.
import { nodeTooOld } from "../prosody/node-version.mjs";

const problem = nodeTooOld(process.versions.node);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else {
  import("./support/everything.mjs").then(({ main }) => main(process.argv.slice(2)));
}
