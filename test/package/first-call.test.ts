import { strict as assert } from "node:assert";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { bundleExample } from "#examples/bundle.mjs";
import { servePage } from "#prosody/page.mjs";
import { newContext } from "../support/chromium.js";
import { newAccounts, type TestAccount, testServer } from "../support/prosody.js";
import { root } from "../support/root.js";

describe("examples/first-call", () => {
  const undo: (() => unknown)[] = [];

  afterEach(async () => {
    for (const task of undo.splice(0).reverse()) await task();
  });

  it("is what README shows, in no more than 25 lines", async () => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    const example = await readFile(join(root, "examples/first-call/main.ts"), "utf8");
    assert.ok(
      readme.includes(`\`\`\`ts\n${example}\`\`\`\n`),
      "README.md does not hold examples/first-call/main.ts as it is",
    );
    assert.ok(example.trimEnd().split("\n").length <= 25);
  });

  it("makes a video call in a browser: rings, is accepted, shows the other side, ends", async () => {
    const server = await testServer();
    const folder = await mkdtemp(join(tmpdir(), "jinglewire-example-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    await bundleExample("first-call", folder);
    const { address, close } = await servePage({ root: folder, prosodyHttpPort: server.httpPort });
    undo.push(close);
    const [alice, bob] = await newAccounts(server, "alice", "bob");
    const [a, b] = [await open(address, alice), await open(address, bob)];
    const asked: string[] = [];
    b.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.accept();
    });
    await a.getByLabel("Contact").fill(bob.address);
    await a.getByRole("button", { name: "Call" }).click();
    for (const page of [a, b]) {
      await page.waitForFunction(() => document.querySelector("video")!.videoWidth > 0);
      assert.equal(await page.getByRole("status").textContent(), "connected");
    }
    assert.deepEqual(asked, [`${alice.address} calls`]);
    await a.getByRole("button", { name: "Hang up" }).click();
    for (const page of [a, b]) await page.getByRole("status").filter({ hasText: "over: hung-up" }).waitFor();
  });

  /** Signs in and waits until calls come through. */
  async function open(address: string, account: TestAccount): Promise<Page> {
    const context = await newContext();
    undo.push(() => context.close());
    const page = await context.newPage();
    const present = page.waitForEvent("websocket").then((socket) => {
      const own = new RegExp(`^<presence[^>]* from=['"]${account.address}/`);
      return socket.waitForEvent("framereceived", ({ payload }) => own.test(String(payload)));
    });
    await page.goto(address);
    await page.getByLabel("Address").fill(account.address);
    await page.getByLabel("Password").fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await present;
    return page;
  }
});
