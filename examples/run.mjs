// `npm run example`: examples/first-call, or the one that is named, with a Prosody and three accounts as in `npm start`.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../prosody/main.mjs";
import { prepare } from "../prosody/prepare.mjs";
import { serve } from "../prosody/serve.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name = "first-call"] = process.argv.slice(2);
const pageRoot = join(root, "build/examples/pages", name);

main(async ({ say, signal }) => {
  await prepare({ root, say, signal });
  const { bundleExample } = await import("./bundle.mjs");
  await bundleExample(name, pageRoot);
  await serve({ root, pageRoot, env: process.env, say, signal });
});
