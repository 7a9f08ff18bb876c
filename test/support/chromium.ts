import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { findChromium } from "./browser-paths.js";
import { afterAllTests } from "./cleanup.js";

const FLAGS = [
  "--use-fake-ui-for-media-stream", // grants camera and microphone
  "--use-fake-device-for-media-stream",
  // Else a machine with only lo gathers no candidate; a network of the tests' own has more than lo.
  ...(process.env.JINGLEWIRE_NETWORK === "own" ? [] : ["--allow-loopback-in-peer-connection"]),
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-pings",
];

let shared: Promise<Browser> | undefined;

/** The one Chromium that the tests of this mocha process share: fake camera and microphone, calls over loopback. */
export function browser(): Promise<Browser> {
  shared ??= launch();
  return shared;
}

/** A window of its own: no cookies, storage or permissions shared with others. Close it when the test is over. */
export async function newContext(): Promise<BrowserContext> {
  return (await browser()).newContext();
}

async function launch(): Promise<Browser> {
  const executablePath = process.env.JINGLEWIRE_CHROMIUM ?? (await findChromium());
  if (!executablePath) throw new Error("no Chromium found: install one, or set CHROME_PATH to its program");
  // No sandbox: root has none, nor have many containers, and it only ever opens pages of ours.
  const launched = await chromium.launch({ executablePath, chromiumSandbox: false, args: FLAGS });
  afterAllTests(() => launched.close());
  return launched;
}
