import { strict as assert } from "node:assert";
import type { Locator, Page } from "playwright-core";
import { type Demo, startDemo } from "./demo-page.js";

describe("a call that comes in", () => {
  let demo: Demo;
  let page: Page;
  let errors: readonly string[];
  before(async function () {
    this.timeout(30_000);
    demo = await startDemo();
  });
  after(() => demo?.close());
  beforeEach(async () => {
    ({ page, errors } = await demo.open());
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Ann Lee" }).click();
    await box().waitFor();
  });
  afterEach(async () => {
    assert.deepEqual(errors, [], "the page ran without an error or a policy violation");
    await page.context().close();
  });

  const box = () =>
    page.getByRole("region", { name: "Conversation with Ann Lee" }).getByRole("textbox", { name: "Message" });
  const card = (kind = "video") =>
    page.getByRole("alertdialog", { name: `Incoming ${kind} call from Bob`, exact: true });
  const accept = () => card().getByRole("button", { name: "Accept", exact: true });
  const stage = () => page.getByRole("region", { name: "Call with Bob" });
  const ring = async (video = true) => {
    await page.evaluate((withVideo) => void window.fake.engine.phoneOf.ring("bob@localhost", withVideo), video);
    await card(video ? "video" : "audio").waitFor();
  };
  const focused = (locator: Locator) => locator.evaluate((element) => element.matches(":focus"));
  const accepted = () => page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.accepted);

  it("a video call can be accepted, accepted without video, or declined", async () => {
    await ring();
    assert.deepEqual(
      await card()
        .getByRole("button")
        .evaluateAll((all) => all.map((one) => one.textContent?.trim())),
      ["Accept", "Accept without video", "Decline"],
    );
    await accept().click();
    assert.deepEqual(await accepted(), { video: true });
    await stage().getByRole("status").getByText("Connecting").waitFor();
    await card().waitFor({ state: "detached" });
  });

  it("accepted without video keeps the camera off, with a button to turn it on", async () => {
    await ring();
    await card().getByRole("button", { name: "Accept without video" }).click();
    assert.deepEqual(await accepted(), { video: false });
    await stage().getByRole("button", { name: "Turn camera on" }).waitFor();
  });

  it("an audio call can be accepted or declined", async () => {
    await ring(false);
    assert.deepEqual(
      await card("audio")
        .getByRole("button")
        .evaluateAll((all) => all.map((one) => one.textContent?.trim())),
      ["Accept", "Decline"],
    );
  });

  it("moves the focus to Accept and back to where it was when declined", async () => {
    assert.equal(await focused(box()), true);
    await ring();
    assert.equal(await focused(accept()), true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.equal(await focused(card().getByRole("button", { name: "Decline" })), true);
    await page.waitForTimeout(500);
    await page.keyboard.press("Enter");
    await card().waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.end?.reason), "declined");
    assert.equal(await focused(box()), true);
  });

  for (const reason of [
    "cancelled",
    "answered-elsewhere",
    "declined-elsewhere",
    "no-answer",
    "connection-lost",
  ] as const) {
    it(`gives the focus back when the call goes by itself: ${reason}`, async () => {
      await ring();
      await page.evaluate((why) => window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: why, by: "them" }), reason);
      await card().waitFor({ state: "detached" });
      assert.equal(await focused(box()), true);
    });
  }

  it("gives the focus back after an accepted call, too", async () => {
    await ring();
    await page.waitForTimeout(500);
    await page.keyboard.press("Enter");
    await stage().waitFor();
    assert.equal(await focused(stage()), true);
    await stage().getByRole("button", { name: "Hang up" }).click();
    await page.keyboard.press("Escape");
    await stage().waitFor({ state: "detached" });
    assert.equal(await focused(box()), true);
  });

  it("does not take the focus from somebody who types, and says the call in the live region", async () => {
    await page.keyboard.type("I am wri");
    await ring();
    await page.keyboard.type("ting \n");
    assert.equal(await accepted(), null);
    await page.getByRole("log", { name: "Messages" }).getByText("I am writing").waitFor();
    await card().waitFor();
    await page.locator("[aria-live=polite]").getByText("Incoming video call from Bob").waitFor();
  });

  it("does not take a key for an answer that was on its way when the card appeared", async () => {
    await ring();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    assert.equal(await accepted(), null);
    assert.equal(await card().count(), 1);
    await page.waitForTimeout(500);
    await page.keyboard.press("Space");
    assert.deepEqual(await accepted(), { video: true });
  });

  it("lets somebody who goes on writing go on where they were", async () => {
    await page.keyboard.type("so ");
    await page.waitForTimeout(1100);
    await ring();
    assert.equal(await focused(accept()), true);
    await page.keyboard.type("what is next");
    assert.equal(await box().inputValue(), "so what is next");
    assert.equal(await accepted(), null);
  });

  it("Escape gives the focus back and leaves the answer open", async () => {
    await ring();
    await page.keyboard.press("Escape");
    assert.equal(await focused(box()), true);
    await card().waitFor();
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.state), "ringing");
  });

  it("says in the title who calls, for as long as it rings", async () => {
    await ring();
    assert.equal(await page.title(), "Bob is calling");
    await card().getByRole("button", { name: "Decline" }).click();
    await page.waitForFunction(() => document.title === "Jinglewire");
  });

  it("says what became of a call that nobody here answered, and goes", async () => {
    await page.clock.install();
    await ring();
    await page.evaluate(() =>
      window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: "answered-elsewhere", by: "them" }),
    );
    await stage().getByRole("status").getByText("Call ended: answered on another device").waitFor();
    assert.equal(await stage().getByRole("button", { name: "Call back" }).count(), 0);
    assert.equal(await focused(box()), true, "the small card does not take the focus");
    assert.equal(await box().isVisible(), true, "nor the conversation's place");
    await page.clock.runFor(8100);
    await stage().waitFor({ state: "detached" });
    await ring();
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: "cancelled", by: "them" }));
    await stage().getByRole("status").getByText("Call ended: missed").waitFor();
    await stage().getByRole("button", { name: "Call back" }).click();
    await stage().getByRole("status").getByText("Calling", { exact: true }).waitFor();
  });

  it("can be answered while a dialog is open", async () => {
    await page.getByRole("button", { name: "Add contact" }).first().click();
    await page.getByRole("dialog", { name: "Add contact" }).waitFor();
    await ring();
    await accept().click();
    assert.deepEqual(await accepted(), { video: true });
  });

  it("shows a notification of the system in a hidden tab that was allowed to, and takes it back", async () => {
    await page.evaluate(() => {
      const shown: string[] = [];
      class FakeNotification extends EventTarget {
        static readonly permission = "granted";
        constructor(readonly title: string) {
          super();
          shown.push(title);
        }
        close() {
          shown.push("closed");
        }
      }
      Object.assign(window, { Notification: FakeNotification, shown });
      Object.defineProperty(document, "hidden", { value: true });
    });
    await ring();
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: "cancelled", by: "them" }));
    await card().waitFor({ state: "detached" });
    assert.deepEqual(await page.evaluate(() => (window as unknown as { shown: string[] }).shown), [
      "Bob is calling",
      "closed",
    ]);
  });
});
