// Bundles the demonstration, serves it on a free port of loopback, and opens it in Chromium.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const ROOT = new URL("../../../../", import.meta.url);

// As strict as the page promises to work under.
const POLICY =
  "default-src 'self'; img-src 'self' data:; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

export interface Demo {
  readonly url: string;
  readonly port: number;
  readonly browser: Browser;
  /** A page of its own, signed in unless `signedIn` is false. Script errors and policy violations land in `errors`. */
  open(options?: BrowserContextOptions & { readonly signedIn?: boolean; readonly url?: string }): Promise<DemoPage>;
  close(): Promise<void>;
}

export interface DemoPage {
  readonly page: Page;
  readonly errors: readonly string[];
}

export async function startDemo(options: { readonly args?: readonly string[] } = {}): Promise<Demo> {
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
  const browser = await chromium.launch({
    executablePath: process.env.JINGLEWIRE_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      ...(options.args ?? []),
    ],
  });
  const url = `http://localhost:${port}/`;
  return {
    url,
    port,
    browser,
    open: (how = {}) => openPage(browser, { url, ...how }),
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The bundle as a person would be served it, and what the size tests measure. */
export async function bundle(entry: string, external: readonly string[] = []): Promise<string> {
  const result = await build({
    absWorkingDir: new URL(".", ROOT).pathname,
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
  browser: Browser,
  { signedIn = true, url, ...context }: BrowserContextOptions & { readonly signedIn?: boolean; readonly url: string },
): Promise<DemoPage> {
  const page = await (await browser.newContext(context)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
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
  return readFile(new URL(path, ROOT), "utf8");
}
