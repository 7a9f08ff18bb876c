import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { type Demo, startDemo } from "./demo-page.js";

const SIZES = [
  { width: 320, height: 568 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 800, height: 1200 },
  { width: 1280, height: 800 },
] as const;

describe("the layout", () => {
  let demo: Demo;
  before(async function () {
    this.timeout(30_000);
    demo = await startDemo();
  });
  after(() => demo?.close());

  for (const viewport of SIZES) {
    it(`fits ${viewport.width} x ${viewport.height} on every screen`, async function () {
      this.timeout(30_000);
      const { page } = await demo.open({ viewport, signedIn: false });
      await fits(page, "sign-in");
      await page.getByRole("textbox", { name: "Address" }).fill("alice");
      await page.getByLabel("Password", { exact: true }).fill("secret");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("list", { name: "Contacts" }).waitFor();
      await page.evaluate(() => {
        window.fake.engine.rosterOf.ask("a.very.long.name.indeed@some.long.domain.example.org");
        window.fake.engine.rosterOf.set("bob@localhost", {
          status: "a status that is much longer than any screen is wide",
        });
        window.fake.engine.chatOf.receive("bob@localhost", "W".repeat(300));
      });
      await fits(page, "contacts");
      await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Bob" }).click();
      await page.getByRole("region", { name: "Conversation with Bob" }).waitFor();
      await fits(page, "conversation");
      await page.evaluate(() => void window.fake.engine.phoneOf.ring("bob@localhost", true));
      await page.getByRole("alertdialog").waitFor();
      await fits(page, "incoming");
      for (const name of ["Accept", "Accept without video", "Decline"]) await touchable(page, name);
      await page.getByRole("alertdialog").getByRole("button", { name: "Accept", exact: true }).click();
      await page.evaluate(() => {
        const call = window.fake.engine.phoneOf.all.at(-1)!;
        const localStream = window.fake.farSide({ video: true });
        call.set({
          localStream,
          remoteStream: window.fake.farSide({ video: true }),
          remoteVideo: true,
          remoteMuted: true,
        });
        call.set({ canShare: true });
        call.become("connected");
      });
      await page.getByLabel("Bob's video").waitFor();
      await fits(page, "call");
      const always = ["Mute microphone", "Turn camera off", "Share screen", "Hang up"];
      for (const name of always) await touchable(page, name);
      const more = page.getByRole("button", { name: "More", exact: true });
      for (const name of ["Hold", "Keypad", "Devices"]) {
        if (await more.isVisible()) await more.click();
        await touchable(page, name);
        if (await more.isVisible()) await page.keyboard.press("Escape");
      }
      for (const name of ["Keypad", "Devices"]) {
        if (await more.isVisible()) await more.click();
        await page.getByRole("button", { name, exact: true }).click();
        await page.getByRole("dialog", { name }).waitFor();
        await fits(page, name);
        await touchable(page, "Hang up");
        await touchable(page, name === "Keypad" ? "#" : "Close");
        await page.keyboard.press("Escape");
      }
      await page.evaluate(() => {
        const call = window.fake.engine.phoneOf.all.at(-1)!;
        call.set({ remoteScreen: window.fake.farSide({ video: true }) });
        call.shareScreen(true);
      });
      await page.getByLabel("Bob's screen").waitFor();
      await fits(page, "screens");
      for (const name of [...always.toSpliced(2, 1), "Stop", "Stop sharing"]) await touchable(page, name);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByRole("button", { name: "Chat", exact: true }).click();
      await page.getByRole("textbox", { name: "Message" }).waitFor();
      await fits(page, "chat beside the call");
      await touchable(page, "Hang up");
      await page.getByRole("button", { name: "Hang up" }).click();
      await page.getByRole("status").getByText("Call ended").waitFor();
      await fits(page, "ended");
      await page.context().close();
    });
  }

  it("shows one pane on a phone, with a way back by button and by the browser's Back", async () => {
    const { page } = await demo.open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const contacts = page.getByRole("list", { name: "Contacts" });
    const bob = page.getByRole("region", { name: "Conversation with Bob" });
    await contacts.getByRole("button", { name: "Bob" }).tap();
    await bob.waitFor();
    assert.equal(await contacts.isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement?.localName), "jw-workspace", "no keyboard comes up");
    await bob.getByRole("button", { name: "Back" }).tap();
    await contacts.waitFor();
    assert.equal(await bob.isVisible(), false);
    await contacts.getByRole("button", { name: "Bob" }).tap();
    await bob.waitFor();
    await page.goBack();
    await contacts.waitFor();
    await page.context().close();
  });

  it("shows both panes side by side on a desktop", async () => {
    const { page } = await demo.open({ viewport: { width: 900, height: 700 } });
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Bob" }).click();
    await page.getByRole("region", { name: "Conversation with Bob" }).waitFor();
    assert.equal(await page.getByRole("list", { name: "Contacts" }).isVisible(), true);
    assert.equal(await page.getByRole("button", { name: "Back", exact: true }).isVisible(), false);
    await page.context().close();
  });

  it("does not move under prefers-reduced-motion", async () => {
    const { page } = await demo.open({ reducedMotion: "reduce" });
    await page.evaluate(() => void window.fake.engine.phoneOf.ring("bob@localhost", true));
    await page.getByRole("alertdialog").waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    await page.context().close();
  });
});

async function fits(page: Page, screen: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content! <= window!, `${screen}: ${content} px wide in a window of ${window} px`);
}

/** On the screen as a whole, nothing over it, and large enough for a finger. */
async function touchable(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  const place = (await button.boundingBox())!;
  const { width, height } = page.viewportSize()!;
  assert.ok(place.x >= 0 && place.y >= 0, `${name} begins on the screen`);
  assert.ok(place.x + place.width <= width && place.y + place.height <= height, `${name} ends on the screen`);
  assert.ok(place.width >= 48 && place.height >= 48, `${name} is ${place.width} x ${place.height}`);
  await button.click({ trial: true, timeout: 2000 });
}
