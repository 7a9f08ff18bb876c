import assert from "node:assert/strict";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isBuilt } from "#prosody/build.mjs";
import { isInstalled } from "#prosody/install.mjs";
import { takeLock } from "#prosody/lock.mjs";
import { removeOrphans } from "#prosody/orphans.mjs";
import { root } from "../support/root.js";
import { clear, temporaryFolder } from "./starter.js";

describe("What npm start prepares", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(clear);

  describe("npm's packages are installed", () => {
    const manifest = { dependencies: { ltx: "3.1.2" } };
    const ltx = { version: "3.1.2" };
    const binary = { version: "1.0.0", optional: true };
    const wanted = { packages: { "": manifest, "node_modules/ltx": ltx, "node_modules/binary": binary } };

    async function given(installed: object | null, own: object = manifest): Promise<boolean> {
      await write("package.json", own);
      await write("package-lock.json", wanted);
      if (installed) await write("node_modules/.package-lock.json", { packages: installed });
      return isInstalled(folder);
    }

    it("when npm's own record has every package of the lock", async () => {
      assert.equal(await given({ "node_modules/ltx": ltx, "node_modules/binary": binary }), true);
    });
    it("when only other platforms' binaries are missing", async () => {
      assert.equal(await given({ "node_modules/ltx": ltx }), true);
    });
    it("not in a fresh clone", async () => {
      assert.equal(await given(null), false);
    });
    it("not when a package is missing", async () => {
      assert.equal(await given({ "node_modules/binary": binary }), false);
    });
    it("not when the lock wants another version", async () => {
      assert.equal(await given({ "node_modules/ltx": { version: "3.1.1" } }), false);
    });
    it("not when package.json wants what the lock does not know", async () => {
      assert.equal(await given({ "node_modules/ltx": ltx }, { dependencies: { ltx: "3.1.2", lit: "3.3.3" } }), false);
    });
  });

  describe("the page is built", () => {
    beforeEach(async () => {
      const sources = [
        "jingle",
        "client",
        "component",
        "package-lock.json",
        "tsconfig.base.json",
        "tsconfig.json",
        "prosody/build.mjs",
      ];
      for (const part of [...sources, "dist/.built", "dist/page/index.html"])
        await cp(join(root, part), join(folder, part), { recursive: true });
    });

    it("while its sources are the same, whatever their dates", async () => {
      assert.equal(await isBuilt(folder), true);
    });
    it("not after a source changed", async () => {
      await write("jingle/index.ts", {});
      assert.equal(await isBuilt(folder), false);
    });
    it("not after a source was added or is gone", async () => {
      await write("client/another.ts", {});
      assert.equal(await isBuilt(folder), false);
      await rm(join(folder, "client/another.ts"));
      assert.equal(await isBuilt(folder), true);
      await rm(join(folder, "client/index.ts"));
      assert.equal(await isBuilt(folder), false);
    });
    it("not after the page was removed", async () => {
      await rm(join(folder, "dist/page"), { recursive: true });
      assert.equal(await isBuilt(folder), false);
    });
  });

  it("what was compiled from a source that is gone goes as well", async () => {
    for (const name of ["a.ts", "deep/b.ts"]) await write(join("source", name), {});
    for (const name of [
      "a.js",
      "a.d.ts",
      "a.js.map",
      "deep/b.js",
      "deep/gone.js",
      "deep/gone.d.ts",
      "kept.tsbuildinfo",
    ])
      await write(join("out", name), {});
    await removeOrphans(join(folder, "out"), join(folder, "source"));
    assert.deepEqual(
      (await readdir(join(folder, "out"), { recursive: true })).sort(),
      ["a.d.ts", "a.js", "a.js.map", "deep", "deep/b.js", "kept.tsbuildinfo"].sort(),
    );
  });

  describe("a lock", () => {
    it("has one holder, who says what for", async () => {
      const file = join(folder, "some.lock");
      const first = await takeLock(file, "the first");
      assert.equal(first.holder, null);
      const second = await takeLock(file);
      assert.deepEqual([second.holder?.pid, second.holder?.note], [process.pid, "the first"]);
      await first.release?.();
      assert.equal((await takeLock(file)).holder, null);
    });

    for (const [whose, content] of [
      ["a process that is gone", { pid: 2 ** 30, born: null, note: "" }],
      ["a process whose number another one has got since", { pid: process.pid, born: "0", note: "" }],
      ["nobody, since it was cut off while being written", "cut"],
    ] as const)
      it(`is free when it belongs to ${whose}`, async () => {
        await write("some.lock", content);
        assert.equal((await takeLock(join(folder, "some.lock"))).holder, null);
        assert.deepEqual(await readdir(folder), ["some.lock"]);
      });
  });

  async function write(name: string, content: unknown): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content === "cut" ? `{"pid":` : JSON.stringify(content));
  }
});
