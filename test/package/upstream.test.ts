import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../support/root.js";

const REPORTS = join(root, "docs/upstream");

// A report whose reproduction shows nothing any more has done its work: then our cure can go, and so can the report.
describe("docs/upstream: what is reported of @xmpp/client is still so", () => {
  it("every report has its parts, and its reproduction prints what it says", async function () {
    this.timeout(60_000);
    const files = (await readdir(REPORTS)).filter((name) => name.startsWith("xmpp-client-"));
    assert.ok(files.length > 5);
    await Promise.all(files.map(check));
  });

  async function check(file: string): Promise<void> {
    const report = await readFile(join(REPORTS, file), "utf8");
    for (const part of ["What happens", "Reproduction", "Proposed fix", "Meanwhile, in Jinglewire"]) {
      assert.ok(report.includes(`\n## ${part}\n`), `${file} lacks "${part}"`);
    }
    assert.equal(await run(file, block(report, "js")), block(report, "text"), file);
  }

  function block(report: string, language: string): string {
    const [, found] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(report) ?? [];
    return found ?? assert.fail(`no ${language} in the report`);
  }

  async function run(name: string, script: string): Promise<string> {
    // Below the root, where Node finds the packages.
    const folder = join(root, "build/upstream");
    const file = join(folder, name.replace(/md$/, "mjs"));
    await mkdir(folder, { recursive: true });
    await writeFile(file, script);
    try {
      return (await promisify(execFile)(process.execPath, [file], { cwd: root, timeout: 15_000 })).stdout;
    } finally {
      await rm(file);
    }
  }
});
