import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { ejabberdConfiguration } from "../support/ejabberd-configuration.js";
import { root } from "../support/root.js";

describe("prosody/README.md", () => {
  const readme = readFileSync(join(root, "prosody/README.md"), "utf8");
  const configuration = readFileSync(join(root, "prosody/prosody.cfg.lua"), "utf8");

  it("lists every variable that prosody.cfg.lua reads", () => {
    for (const [, name] of configuration.replace(/^--.*/gm, "").matchAll(/\bENV_(\w+)/g)) {
      const [, short] = /^JINGLEWIRE_PROSODY(_\w+)$/.exec(name!) ?? [];
      assert.ok(readme.includes(`\`${name}\``) || readme.includes(`\`${short}\``), name);
    }
  });

  it("asks of an existing Prosody only what ours has, and what the tests run with", () => {
    const lines = blocks("lua").join("\n");
    const modules = [...lines.matchAll(/^\t("\w+"(?:, "\w+")*);/gm)].flatMap(([, list]) => list!.split(", "));
    assert.ok(modules.length > 10);
    for (const name of modules) assert.ok(configuration.includes(name), name);
    const options = [...lines.matchAll(/^(\w+) = (.+?)(?: --.*)?$/gm)];
    assert.ok(options.length > 8);
    for (const [, name, value] of options) {
      const ours = [...configuration.matchAll(new RegExp(`^\\t?${name} = (.+?)(?: --.*)?$`, "gm"))];
      assert.equal(ours.length, 1, name);
      // What the environment or the machine decides is no literal there.
      if (/^(true|false|\{[^}]*= ?"[^"]*" \}, .*|\{ nagle.*)$/.test(ours[0]![1]!))
        assert.equal(value, ours[0]![1], name);
    }
  });

  it("asks of an existing ejabberd only what the tests' one has", () => {
    const [asked] = blocks("yaml").map((text) => load(text));
    const turn = { host: "turn.example.org", secret: "shared with the TURN server" };
    const ours = ejabberdConfiguration({ domain: "example.org", httpPort: 5280, s2sPort: 5269, turn });
    assertPartOf(asked, ours, "ejabberd.yml");
  });

  function blocks(language: string): readonly string[] {
    return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text!);
  }
});

function assertPartOf(part: unknown, whole: unknown, path: string): void {
  if (typeof part !== "object" || part === null) {
    assert.equal(part, whole, path);
    return;
  }
  assert.ok(typeof whole === "object" && whole !== null, path);
  for (const [key, value] of Object.entries(part)) {
    assert.ok(key in whole, `${path}: ${key}`);
    assertPartOf(value, (whole as Record<string, unknown>)[key], `${path}: ${key}`);
  }
}
