import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, ConfigError, readConfig } from "#component/config.js";

const ENOUGH = { JINGLEWIRE_DOMAIN: "call.example.org", JINGLEWIRE_SECRET: "hush-hush" };

describe("The component's configuration", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "jinglewire-config-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function file(content: unknown): Promise<string> {
    const path = join(folder, "config.json");
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  function refusal(environment: Readonly<Record<string, string>>, path?: string): string {
    try {
      readConfig(environment, path);
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      return error.message;
    }
    return assert.fail("it should have been refused");
  }

  it("needs a domain and a secret, and has a default for the rest", () => {
    const expected: Config = {
      domain: "call.example.org",
      secret: "hush-hush",
      host: "localhost",
      port: 5347,
      logLevel: "info",
    };
    assert.deepEqual(readConfig(ENOUGH), expected);
    assert.deepEqual(readConfig({ ...ENOUGH, JINGLEWIRE_DOMAIN: "CALL.Example.org" }), expected);
  });

  it("names each key that is missing, and the cure", () => {
    assert.equal(
      refusal({}),
      "JINGLEWIRE_DOMAIN: missing. Set it to the component's address as it stands in your server's configuration, " +
        "such as call.example.org.\n" +
        "JINGLEWIRE_SECRET: missing. Set it to the component_secret of your server's configuration.",
    );
    assert.match(refusal({ ...ENOUGH, JINGLEWIRE_SECRET: "" }), /^JINGLEWIRE_SECRET: missing\. Set it/);
  });

  for (const [variable, values] of [
    [
      "JINGLEWIRE_DOMAIN",
      ["a@call.example.org", "call.example.org/x", "call example", "call.example.org:5347", "<call>"],
    ],
    ["JINGLEWIRE_HOST", ["a b", " "]],
    ["JINGLEWIRE_PORT", ["0", "65536", "80.5", "http", "-1"]],
    ["JINGLEWIRE_LOG_LEVEL", ["loud", "INFO"]],
  ] as const) {
    it(`says what a ${variable} that is not valid should be, without repeating it`, () => {
      for (const value of values) {
        const message = refusal({ ...ENOUGH, [variable]: value });
        assert.match(message, new RegExp(`^${variable}: not valid\\. Set it to [^\\n]+\\.$`), value);
        if (value.length > 3) assert.ok(!message.includes(value), message);
      }
    });
  }

  it("comes from a JSON file as well, and the environment wins", async () => {
    const path = await file({ domain: "file.example.org", secret: "from the file", port: 5999, logLevel: "debug" });
    assert.deepEqual(readConfig({ JINGLEWIRE_DOMAIN: "environment.example.org", JINGLEWIRE_HOST: "::1" }, path), {
      domain: "environment.example.org",
      secret: "from the file",
      host: "::1",
      port: 5999,
      logLevel: "debug",
    });
  });

  it("says which key of the file is wrong, or not known", async () => {
    const path = await file({ domain: "call.example.org", secret: 12_345_678, port: "many", prot: 5347 });
    const lines = refusal({}, path).split("\n");
    assert.deepEqual(
      lines.map((line) => line.slice(0, line.indexOf("."))),
      [`secret in ${folder}/config`, `port in ${folder}/config`, `prot in ${folder}/config`],
    );
    assert.ok(lines[0]!.endsWith("not valid. Set it to the component_secret of your server's configuration."));
    assert.ok(lines[2]!.endsWith("not known. The keys are domain, secret, host, port, logLevel."));
    assert.ok(!lines.join().includes("12345678"));
  });

  it("says what is wrong with the file itself, and quotes none of it", async () => {
    assert.match(
      refusal({}, join(folder, "none.json")),
      /none\.json: cannot be read \(ENOENT\)\. Give --config the path/,
    );
    for (const content of ["", "secret=hush-hush", '{"secret":"hush-hush', '["hush-hush"]', "null"]) {
      const message = refusal({}, await file(content));
      assert.match(message, /config\.json: not a JSON object\. Write it as/);
      assert.ok(!message.includes("hush"));
    }
  });
});
