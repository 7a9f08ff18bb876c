import type { BrowserContext, Locator, Page } from "playwright-core";
import { newContext } from "../support/chromium.js";
import { testPage } from "../support/page.js";
import type { TestAccount } from "../support/prosody.js";
import { kept } from "../support/schema.js";

/** The page that ships, as a person has it in front of them: everything is found by its accessible name. */
export interface Person {
  readonly page: Page;
  readonly account: TestAccount;
  /** What the page wrote to the stream. */
  readonly sent: string[];
  close(): Promise<void>;
}

/** Opens the page in a window of its own, at the sign-in. */
export async function openPage(context?: BrowserContext): Promise<{ readonly page: Page; readonly sent: string[] }> {
  const page = await (context ?? (await newContext())).newPage();
  const sent: string[] = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(kept(String(payload)))));
  await page.addInitScript(collectPeerConnections);
  await page.goto((await testPage()).address);
  return { page, sent };
}

export async function signIn(account: TestAccount): Promise<Person> {
  const { page, sent } = await openPage();
  await fillIn(page, account.address, account.password);
  await contacts(page).waitFor();
  return { page, account, sent, close: () => page.context().close() };
}

export async function fillIn(page: Page, address: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Address" }).fill(address);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export function contacts(page: Page): Locator {
  return page.getByRole("list", { name: "Contacts" });
}

/** Opens the conversation with a contact. */
export async function open(page: Page, name: string): Promise<Locator> {
  await contacts(page).getByRole("listitem").filter({ hasText: name }).getByRole("button").first().click();
  const region = page.getByRole("region", { name: `Conversation with ${name}` });
  await region.waitFor();
  return region;
}

/** The state in words of the call with a contact. */
export function status(page: Page, name: string): Locator {
  return page.getByRole("region", { name: `Call with ${name}` }).getByRole("status");
}

/** Media received by every connection of the page, summed by kind. */
export async function received(page: Page): Promise<{ readonly audioBytes: number; readonly framesDecoded: number }> {
  return page.evaluate(async () => {
    let audioBytes = 0;
    let framesDecoded = 0;
    for (const pc of (window as unknown as { peerConnections: RTCPeerConnection[] }).peerConnections) {
      for (const one of (await pc.getStats()).values()) {
        if (one.type !== "inbound-rtp") continue;
        if (one.kind === "audio") audioBytes += one.bytesReceived ?? 0;
        else framesDecoded += one.framesDecoded ?? 0;
      }
    }
    return { audioBytes, framesDecoded };
  });
}

/** Runs in the page before its own scripts, so that a test can ask the real connections for their statistics. */
function collectPeerConnections(): void {
  const scope = window as unknown as { peerConnections: RTCPeerConnection[] };
  scope.peerConnections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      scope.peerConnections.push(this);
    }
  };
}
