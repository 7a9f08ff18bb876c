import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, launch as launchBrowser, type Page } from "puppeteer-core";
import { findFirefox } from "./browser-paths.js";
import { afterAllTests } from "./cleanup.js";

const PREFERENCES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true, // grants camera and microphone
  "media.peerconnection.ice.obfuscate_host_addresses": false, // .local names would need mDNS
  "media.autoplay.default": 0,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** Whether `npm run test:all` asked for the tests that `npm test` leaves out. */
export const everything = process.env.JINGLEWIRE_ALL === "1";

/**
 * A `before` hook for tests that call with Firefox: it gathers no candidate on lo alone, and these tests touch no other
 * network of the machine, so they need one of their own. Without it they are skipped, and fail where CI=true.
 */
export function needsOwnNetwork(this: Mocha.Context): void {
  const network = process.env.JINGLEWIRE_NETWORK ?? "npm run test:all makes one";
  if (network === "own") return;
  const sentence = `Calls with Firefox need a network namespace of their own, and there is none: ${network}.`;
  if (process.env.CI === "true") throw new Error(sentence);
  console.log(`      ${sentence}`);
  this.skip();
}

let shared: Promise<Browser> | undefined;

/** A window of Firefox that shares nothing with others, in the one process that the tests of this mocha process share. */
export async function newFirefoxPage(): Promise<Page> {
  shared ??= launch();
  const context = await (await shared).createBrowserContext();
  // A tab would put the one before it into the background, where timers are slow.
  return context.newPage({ type: "window" });
}

/** The stock browser, driven through WebDriver BiDi. */
async function launch(): Promise<Browser> {
  const executablePath = process.env.JINGLEWIRE_FIREFOX ?? (await findFirefox());
  if (!executablePath) throw new Error("no Firefox found: install one, or set FIREFOX_PATH to its program");
  // It does not start where it cannot write, and has no business in a person's own folder.
  const home = await mkdtemp(join(tmpdir(), "jinglewire-firefox-"));
  afterAllTests(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const launched = await launchBrowser({
    browser: "firefox",
    executablePath,
    extraPrefsFirefox: PREFERENCES,
    env: { ...process.env, HOME: home, TMPDIR: home },
  });
  afterAllTests(() => launched.close());
  return launched;
}
