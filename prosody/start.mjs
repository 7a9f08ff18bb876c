// `npm start`: everything that a call needs, from a fresh clone. It runs before anything is installed: node: imports only.
import { nodeTooOld } from "./node-version.mjs";

const problem = nodeTooOld(process.versions.node);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else {
  import("./serve.mjs").then(({ main }) => main());
}
