import { join } from "node:path";
import { type Page, servePage } from "#prosody/page.mjs";
import { afterAllTests } from "./cleanup.js";
import { testServer } from "./prosody.js";
import { root } from "./root.js";
import type { XmppServer } from "./server.js";

let shared: Promise<Page> | undefined;

/** The built page (dist/page), served against the shared Prosody, for all tests of this mocha process. */
export function testPage(): Promise<Page> {
  shared ??= testServer().then(servedWith);
  return shared;
}

/** The built page, served against one server. */
export async function servedWith({ httpPort, paths, domain }: XmppServer): Promise<Page> {
  const page = await servePage({
    root: join(root, "dist/page"),
    prosodyHttpPort: httpPort,
    domain,
    ...(paths && { serverPaths: paths }),
  });
  afterAllTests(() => page.close());
  return page;
}
