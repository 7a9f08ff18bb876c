import { strict as assert } from "node:assert";
import { readdir, readFile, symlink } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { newContext } from "../support/chromium.js";
import { root } from "../support/root.js";
import { obtainTools, type Project, packed } from "./packed.js";

const MAIN = `
  import * as client from "jinglewire/client";
  globalThis.jinglewire = Object.keys(client);
  // Its part for calls follows when the page has time.
  const connection = Object.assign(new EventTarget(), { jid: "alice@example.org/page", status: "online", send() {} });
  globalThis.phone = new client.Phone(connection);
`;

/** Typed by DefinitelyTyped, whose word for @xmpp/client has to be enough for us. */
const HOST = `
  import { client } from "@xmpp/client";
  import { fromXmppClient, Phone } from "jinglewire/client";
  export const phone = new Phone(fromXmppClient(client({ service: "wss://localhost/", domain: "localhost" })));
`;

describe("jinglewire/client is bundled for a browser, without a setting, by", () => {
  let project: Project;

  before(async function () {
    this.timeout(60_000);
    project = await packed();
    await project.write("app/main.js", MAIN);
  });

  it("esbuild", async () => {
    const { outputFiles, metafile, warnings } = await build({
      entryPoints: [join(project.folder, "app/main.js")],
      bundle: true,
      minify: true,
      format: "esm",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    assert.deepEqual(warnings, []);
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    assert.deepEqual(
      imports.filter(({ external }) => external),
      [],
    );
    await check(new Map([["main.js", outputFiles[0]!.text]]), "main.js", "module");
  });

  describe("(npm run test:all)", () => {
    let tools: string;

    before(async function () {
      if (process.env.JINGLEWIRE_ALL !== "1") this.skip();
      this.timeout(120_000);
      tools = await obtainTools();
    });

    it("Vite", async function () {
      this.timeout(60_000);
      await project.write("app/index.html", `<!doctype html><script type="module" src="./main.js"></script>`);
      const words = await project.node(
        join(tools, "node_modules/vite/bin/vite.js"),
        "build",
        "app",
        "--logLevel",
        "warn",
      );
      assert.equal(words.trim(), "");
      const scripts = await scriptsIn(join(project.folder, "app/dist/assets"), "assets/");
      assert.equal(scripts.size, 2);
      await check(scripts, [...scripts.keys()].find((name) => name.includes("/index-"))!, "module");
    });

    it("webpack", async function () {
      this.timeout(60_000);
      await project.write(
        "app/webpack.mjs",
        `import webpack from ${JSON.stringify(pathToFileURL(join(tools, "node_modules/webpack/lib/index.js")).href)};
         webpack({ mode: "production", context: import.meta.dirname, entry: "./main.js", performance: false }, (error, stats) => {
           if (error ?? (stats.hasErrors() || stats.hasWarnings())) throw error ?? new Error(stats.toString());
         });`,
      );
      await project.node("app/webpack.mjs");
      const scripts = await scriptsIn(join(project.folder, "dist"));
      assert.ok(scripts.size > 1);
      await check(scripts, "main.js", "");
    });
  });

  /** No word of Node in them, and they run in a browser, which asks for each of them. */
  async function check(scripts: ReadonlyMap<string, string>, main: string, type: "module" | ""): Promise<void> {
    for (const code of scripts.values()) checkImports(code);
    const context = await newContext();
    try {
      const page = await context.newPage();
      const errors: string[] = [];
      const missing = new Set(scripts.keys());
      page.on("pageerror", (error) => errors.push(error.message));
      await page.route("**/*", (route) => {
        const name = new URL(route.request().url()).pathname.slice(1);
        missing.delete(name);
        const body = scripts.get(name);
        if (body === undefined) return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
        return route.fulfill({ contentType: "text/javascript", body });
      });
      await page.goto("http://localhost/");
      await page.addScriptTag({ url: `http://localhost/${main}`, type });
      const found = await page.waitForFunction(() => (globalThis as unknown as { jinglewire?: string[] }).jinglewire);
      const names = await found.jsonValue();
      for (const name of ["connect", "fromXmppClient", "Phone", "Roster"]) assert.ok(names?.includes(name), name);
      while (missing.size > 0 && errors.length === 0) await sleep(20);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  }

  function checkImports(code: string): void {
    assert.doesNotMatch(code, /["'`]node:/);
    const wanted = [...code.matchAll(/(?:\bfrom|\brequire\(|\bimport\(?)\s*["'`]([^"'`]+)["'`]/g)].map(
      (match) => match[1]!,
    );
    assert.deepEqual(
      wanted.filter((name) => builtinModules.includes(name)),
      [],
    );
  }

  async function scriptsIn(folder: string, prefix = ""): Promise<ReadonlyMap<string, string>> {
    const names = (await readdir(folder)).filter((file) => file.endsWith(".js"));
    const entries = names.map(async (name) => [prefix + name, await readFile(join(folder, name), "utf8")] as const);
    return new Map(await Promise.all(entries));
  }
});

describe("a host that is written in TypeScript (npm run test:all)", () => {
  it("hands over its @xmpp/client as @types/xmpp__client knows it", async function () {
    if (process.env.JINGLEWIRE_ALL !== "1") this.skip();
    this.timeout(120_000);
    const project = await packed();
    const types = join(await obtainTools(), "node_modules/@types/xmpp__client");
    await symlink(types, join(project.folder, "node_modules/@types/xmpp__client"));
    await project.write("host/host.ts", HOST);
    const resolution = { module: "nodenext", target: "es2022", lib: ["es2023", "dom", "dom.iterable"], types: [] };
    // Its own types do not pass skipLibCheck: false.
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, ...resolution };
    await project.write("host/tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    assert.equal(await project.node(join(root, "node_modules/typescript/bin/tsc"), "--project", "host"), "");
  });
});
