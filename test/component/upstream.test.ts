import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../support/root.js";

const REPORTS = join(root, "docs/upstream");

// A report whose reproduction shows nothing any more has done its work: then our cure can go, and so can the report.
describe("docs/upstream: what is reported of @xmpp/component is still so", () => {
  for (const file of readdirSync(REPORTS).filter((name) => name.startsWith("xmpp-component-"))) {
    it(file, async () => {
      const report = readFileSync(join(REPORTS, file), "utf8");
      assert.equal(await run(block(report, "js")), block(report, "text"));
      assert.match(report, /^## Proposed fix$/m);
    });
  }

  function block(report: string, language: string): string {
    const [, found] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(report) ?? [];
    return found ?? assert.fail(`no ${language} in the report`);
  }

  async function run(script: string): Promise<string> {
    // Below the root, where Node finds the packages.
    const file = join(root, `build/upstream-${process.pid}.mjs`);
    await writeFile(file, script);
    try {
      const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"], timeout: 15_000 });
      const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
      return output;
    } finally {
      await rm(file);
    }
  }
});
