import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const GOAL = 15_000;

describe("connect() in a browser's bundle", () => {
  const entry = fileURLToPath(import.meta.resolve("#client/connection/xmpp.js"));

  async function bundle() {
    const { metafile, outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const [output] = outputFiles;
    assert.ok(output);
    return { inputs: Object.entries(metafile.inputs), gzip: gzipSync(output.contents, { level: 9 }).length };
  }

  it("needs no setting, nothing of Node, and no library part that it does not use", async () => {
    const { inputs } = await bundle();
    const imported = inputs.flatMap(([, input]) => input.imports);
    assert.deepEqual(
      imported.filter(({ external }) => external).map(({ path }) => path),
      [],
    );
    const paths = inputs.map(([path]) => path);
    assert.ok(paths.some((path) => path.includes("@xmpp/client-core/")));
    assert.deepEqual(
      paths.filter((path) =>
        /@xmpp\/(client|resolve|tcp|tls|starttls|stream-management|resource-binding)\//.test(path),
      ),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => path.startsWith("(disabled)")),
      [],
    );
  });

  it(`is at most ${GOAL / 1000} kB, compressed, with ltx inside`, async () => {
    const { gzip } = await bundle();
    console.log(`      connect(): ${gzip} bytes gzip`);
    assert.ok(gzip <= GOAL, `${gzip} bytes`);
  });
});
