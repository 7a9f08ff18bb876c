// Bundles the demonstration, serves it on a free port of loopback, and opens it in Chromium.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { browser } from "../../support/chromium.js";
import { root } from "../../support/root.js";

// As strict as the page promises to work under.
const POLICY =
  "default-src 'self'; img-src 'self' data:; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

export interface Demo {
  readonly url: string;
  /** A page of its own, signed in unless told otherwise. Script errors and policy violations land in `errors`. */
  open(options?: OpenOptions): Promise<DemoPage>;
  close(): Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  readonly signedIn?: boolean;
  /** Another origin for the same files, such as one that is not secure. */
  readonly origin?: string;
  /** Runs before the page's own script. */
  readonly before?: () => void;
}

export interface DemoPage {
  readonly page: Page;
  readonly errors: readonly string[];
}

export async function startDemo(): Promise<Demo> {
  const script = await bundle("build/test/client/ui/demo.js");
  const files = new Map<string, [type: string, content: string]>([
    ["/", ["text/html; charset=utf-8", await source("client/app/index.html")]],
    ["/app.css", ["text/css; charset=utf-8", await source("client/app/app.css")]],
    ["/main.js", ["text/javascript; charset=utf-8", script]],
    ["/config.json", ["application/json", JSON.stringify({ service: "/xmpp-websocket", domain: "localhost" })]],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": file[0], "content-security-policy": POLICY }).end(file[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const contexts = new Set<BrowserContext>();
  const url = `http://localhost:${port}/`;
  return {
    url,
    async open(how = {}) {
      const opened = await openPage(await browser(), url, how);
      contexts.add(opened.page.context());
      opened.page.context().on("close", (context) => contexts.delete(context));
      return opened;
    },
    async close() {
      for (const context of contexts) await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The bundle as a person would be served it, and what the size tests measure. */
export async function bundle(entry: string, external: readonly string[] = []): Promise<string> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    external: [...external],
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}

async function openPage(
  chromium: Browser,
  url: string,
  { signedIn = true, origin, before, ...context }: OpenOptions,
): Promise<DemoPage> {
  const page = await (await chromium.newContext(context)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  if (before) await page.addInitScript(before);
  if (origin) {
    await page.route(`${origin}/**`, async (route) => {
      await route.fulfill({ response: await route.fetch({ url: route.request().url().replace(`${origin}/`, url) }) });
    });
  }
  await page.goto(origin ? `${origin}/` : url);
  if (signedIn) await signIn(page);
  return { page, errors };
}

export async function signIn(page: Page, password = "secret"): Promise<void> {
  await page.getByRole("textbox", { name: "Address" }).fill("alice");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  if (password === "secret") await page.getByRole("list", { name: "Contacts" }).waitFor();
}

function source(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}
