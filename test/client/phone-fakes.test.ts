import { strict as assert } from "node:assert";
import { join } from "node:path";
import { build } from "esbuild";
import { newContext } from "../support/chromium.js";
import { root } from "../support/root.js";

const SCRIPT = `
  import { FakeMedia, FakeNetwork } from "jinglewire/client/testing";
  import { behaviour } from ${JSON.stringify(join(root, "build/test/client/phone-fakes.js"))};
  globalThis.realBehaviour = () =>
    behaviour(() => new RTCPeerConnection(), () => navigator.mediaDevices.getUserMedia({ audio: true, video: true }));
  const network = new FakeNetwork();
  const media = new FakeMedia();
  globalThis.fakeBehaviour = () => behaviour(network.peerConnection, () => media.capture({ audio: true, video: true }));
`;

declare global {
  var realBehaviour: () => Promise<Record<string, string>>;
  var fakeBehaviour: () => Promise<Record<string, string>>;
}

describe("the published stand-in for RTCPeerConnection", () => {
  it("does in every situation what Chromium's own does", async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: root },
      bundle: true,
      format: "iife",
      write: false,
      logLevel: "silent",
    });
    const context = await newContext();
    try {
      const page = await context.newPage();
      // Nothing is fetched: localhost, as the browser's idea of a secure page, and one script.
      await page.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
      await page.goto("http://localhost/");
      await page.addScriptTag({ content: outputFiles[0]!.text });
      const real = await page.evaluate(() => globalThis.realBehaviour());
      const fake = await page.evaluate(() => globalThis.fakeBehaviour());
      assert.ok(Object.keys(real).length > 30);
      assert.deepEqual(fake, real);
    } finally {
      await context.close();
    }
  });
});
