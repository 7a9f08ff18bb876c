import { strict as assert } from "node:assert";
import type { Locator, Page } from "playwright-core";
import { type Demo, startDemo } from "./demo-page.js";

describe("contacts and conversations", () => {
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
  });
  afterEach(async () => {
    assert.deepEqual(errors, [], "the page ran without an error or a policy violation");
    await page.context().close();
  });

  const contact = (name: string) =>
    page.getByRole("list", { name: "Contacts" }).getByRole("listitem").filter({ hasText: name });
  const open = async (name: string) => {
    await contact(name).getByRole("button").click();
    return page.getByRole("region", { name: `Conversation with ${name}` });
  };

  const inView = (log: Locator, text: string) =>
    log.getByText(text).evaluate((element) => {
      const [one, all] = [element.getBoundingClientRect(), element.closest("[role=log]")!.getBoundingClientRect()];
      return one.bottom > all.top && one.top < all.bottom;
    });

  it("lists each contact with name and presence in words", async () => {
    assert.equal(await page.getByRole("list", { name: "Contacts" }).getByRole("listitem").count(), 4);
    assert.match((await contact("Bob").textContent()) ?? "", /Online/);
    assert.match((await contact("Ann Lee").textContent()) ?? "", /Away · Lunch/);
    assert.match((await contact("Dave").textContent()) ?? "", /Offline · Waiting for their answer/);
    await page.evaluate(() => window.fake.engine.rosterOf.set("bob@localhost", { presence: "busy" }));
    await contact("Bob").getByText("Busy").waitFor();
  });

  it("searches names and addresses, and opens the first found with Enter", async () => {
    await page.getByRole("textbox", { name: "Search contacts" }).fill("LEE");
    assert.equal(await page.getByRole("list", { name: "Contacts" }).getByRole("listitem").count(), 1);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Conversation with Ann Lee" }).waitFor();
    await page.getByRole("textbox", { name: "Search contacts" }).fill("nobody");
    await page.getByText("No contact matches “nobody”.").waitFor();
    await page.getByRole("textbox", { name: "Search contacts" }).press("Escape");
    assert.equal(await page.getByRole("list", { name: "Contacts" }).getByRole("listitem").count(), 4);
  });

  it("Enter sends, Shift+Enter breaks the line, and nothing but blanks is not sent", async () => {
    const region = await open("Bob");
    const box = region.getByRole("textbox", { name: "Message" });
    await box.fill("   ");
    await box.press("Enter");
    await box.fill("");
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    await region.getByRole("log", { name: "Messages" }).getByText("one").waitFor();
    const sent = await page.evaluate(() => window.fake.engine.chatOf.conversation("bob@localhost").messages);
    assert.deepEqual(
      sent.map(({ from, body }) => [from, body]),
      [["me", "one\ntwo"]],
    );
    assert.equal(await box.inputValue(), "");
    await box.fill("three");
    await region.getByRole("button", { name: "Send" }).click();
    await region.getByRole("log", { name: "Messages" }).getByText("three").waitFor();
    assert.equal(await box.evaluate((element) => element.matches(":focus")), true, "ready for the next one");
  });

  it("shows text from others as text, whatever it looks like", async () => {
    const region = await open("Bob");
    const nasty = `<img src=x onerror="window.hit=1"><b>bold</b>&amp; javascript:alert(1) https://example.org/"onmouseover="x`;
    await page.evaluate((body) => window.fake.engine.chatOf.receive("bob@localhost", body), nasty);
    const log = region.getByRole("log", { name: "Messages" });
    await log.getByText("<b>bold</b>").waitFor();
    assert.ok(((await log.textContent()) ?? "").includes(nasty), "every character is there");
    assert.equal(await log.locator("img, b, [onmouseover]").count(), 0);
    assert.deepEqual(await log.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), [
      "https://example.org/",
    ]);
    assert.equal(await page.evaluate(() => "hit" in window), false);
  });

  it("makes links of web addresses that open elsewhere and tell nobody where they come from", async () => {
    const region = await open("Bob");
    await page.evaluate(() => window.fake.engine.chatOf.receive("bob@localhost", "see (https://example.org/a_(b))."));
    const link = region.getByRole("log", { name: "Messages" }).getByRole("link");
    assert.equal(await link.getAttribute("href"), "https://example.org/a_(b)");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await link.getAttribute("target"), "_blank");
  });

  it("counts unread messages until they are seen", async () => {
    await open("Ann Lee");
    await page.evaluate(() => {
      window.fake.engine.chatOf.receive("bob@localhost", "hello");
      window.fake.engine.chatOf.receive("bob@localhost", "are you there?");
    });
    await contact("Bob").getByText("2 unread messages").waitFor();
    await page.waitForFunction(() => document.title.startsWith("(2) "));
    await open("Bob");
    await page.waitForFunction(() => window.fake.engine.chatOf.conversation("bob@localhost").unread === 0);
    assert.equal(await contact("Bob").getByText("unread").count(), 0);
    await page.waitForFunction(() => !document.title.startsWith("("));
    await page.evaluate(() => window.fake.engine.chatOf.receive("bob@localhost", "still there?"));
    await page.waitForFunction(() => window.fake.engine.chatOf.conversation("bob@localhost").unread === 0);
  });

  it("reads a message aloud when its conversation is not on the screen", async () => {
    await open("Ann Lee");
    await page.evaluate(() => window.fake.engine.chatOf.receive("bob@localhost", "hello"));
    await page.locator("[aria-live=polite]").getByText("Message from Bob: hello").waitFor();
    assert.equal(await page.locator("[aria-live]").count(), 1, "one live region");
  });

  it("keeps a draft for each conversation", async () => {
    await (await open("Bob")).getByRole("textbox", { name: "Message" }).fill("to Bob");
    const ann = await open("Ann Lee");
    assert.equal(await ann.getByRole("textbox", { name: "Message" }).inputValue(), "");
    const bob = await open("Bob");
    assert.equal(await bob.getByRole("textbox", { name: "Message" }).inputValue(), "to Bob");
  });

  it("stays at the newest message unless somebody reads further up", async () => {
    await page.evaluate(() => {
      for (let i = 0; i < 200; i++) window.fake.engine.chatOf.receive("bob@localhost", `message ${i}`);
    });
    const region = await open("Bob");
    const log = region.getByRole("log", { name: "Messages" });
    const fromEnd = () => log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
    await log.getByText("message 199").waitFor();
    assert.ok((await fromEnd()) < 2);
    assert.ok((await log.locator(".message").count()) <= 60, "only so many rows are rendered");
    await log.evaluate((element) => element.scrollTo(0, 100));
    await region.getByRole("button", { name: "Newest messages" }).waitFor();
    await page.evaluate(() => window.fake.engine.chatOf.receive("bob@localhost", "one more"));
    await log.getByText("one more").waitFor({ state: "attached" });
    assert.ok((await fromEnd()) > 100, "the reader was left in peace");
    await region.getByRole("button", { name: "Newest messages" }).click();
    assert.ok((await fromEnd()) < 2);
    await log.getByRole("button", { name: "Earlier messages" }).click();
    assert.ok((await log.locator(".message").count()) > 60);
  });

  it("reads older messages when it is opened, at its top and by a button, and stays where the reader is", async () => {
    await page.evaluate(() => {
      const message = (n: number) =>
        ({ id: `a${n}`, from: "them", body: `old ${n}`, time: n * 1000, state: "sent" }) as const;
      window.fake.engine.chatOf.archive = Array.from({ length: 170 }, (_, n) => message(n));
    });
    const region = await open("Bob");
    const log = region.getByRole("log", { name: "Messages" });
    await log.getByText("old 169").waitFor();
    assert.equal(await log.locator(".message").count(), 50);
    await log.evaluate((element) => element.scrollTo(0, 0));
    await page.waitForFunction(() => window.fake.engine.chatOf.archive.length === 70);
    await log.getByText("old 70").waitFor({ state: "attached" });
    await page.waitForFunction(() => window.fake.engine.chatOf.archive.length === 70);
    assert.equal(await inView(log, "old 120"), true, "what was the first is where it was");
    await log.evaluate((element) => element.scrollTo(0, 300));
    await log.getByRole("button", { name: "Earlier messages" }).dispatchEvent("click");
    await log.getByText("old 20", { exact: true }).waitFor({ state: "attached" });
    await log.getByRole("button", { name: "Earlier messages" }).dispatchEvent("click");
    await log.getByText("old 0", { exact: true }).waitFor({ state: "attached" });
    assert.equal(await log.getByRole("button", { name: "Earlier messages" }).count(), 0, "there is nothing older");
  });

  it("shows calls among the messages in words, and calls back", async () => {
    const region = await open("Bob");
    const log = region.getByRole("log", { name: "Messages" });
    await page.evaluate(() => {
      const { chatOf, callLogOf } = window.fake.engine;
      const at = (n: number) => Date.now() - 60_000 + n * 1000;
      const put = (n: number, entry: object) => callLogOf.put("bob@localhost", { at: at(n), ...entry });
      put(1, { outcome: "answered", duration: 192_000 });
      chatOf.put("bob@localhost", { body: "see you", time: at(2) });
      put(3, { outcome: "declined", direction: "outgoing" });
      put(4, { outcome: "answered-elsewhere" });
      put(5, { outcome: "pending" });
      put(6, { outcome: "missed", video: true });
    });
    await log.getByText("Missed video call").waitFor();
    assert.deepEqual(await log.locator(".call p > span:not(.only-heard), .body").allTextContents(), [
      "Audio call, 3 min 12 s",
      "see you",
      "Declined",
      "Answered on another device",
      "Missed video call",
    ]);
    await log.getByRole("button", { name: "Call back" }).last().click();
    const calls = await page.evaluate(() =>
      window.fake.engine.phoneOf.all.map(({ address, video }) => [address, video]),
    );
    assert.deepEqual(calls, [["bob@localhost", true]]);
  });

  it("marks missed calls until they are seen, also those of somebody who is not a contact", async () => {
    await open("Ann Lee");
    await page.evaluate(() => {
      window.fake.engine.chatOf.receive("bob@localhost", "hello");
      window.fake.engine.callLogOf.put("bob@localhost", {});
      window.fake.engine.callLogOf.put("eve@example.org", {});
    });
    await contact("Bob").getByText("1 unread message, 1 missed call").waitFor();
    await contact("eve").getByText("1 missed call").waitFor();
    await page.waitForFunction(() => document.title.startsWith("(3) "));
    await open("Bob");
    await page.waitForFunction(() => document.title.startsWith("(1) "));
    assert.equal(await contact("Bob").getByText("missed").count(), 0);
  });

  it("says of a message that was refused that it was not sent, and sends it again", async () => {
    const region = await open("Bob");
    await page.evaluate(() =>
      window.fake.engine.chatOf.put("bob@localhost", { body: "lost", state: "failed", error: "gone" }),
    );
    await region.getByText("Not sent").waitFor();
    await region.getByRole("button", { name: "Send again" }).click();
    const bodies = await page.evaluate(() =>
      window.fake.engine.chatOf.conversation("bob@localhost").messages.map(({ body, state }) => [body, state]),
    );
    assert.deepEqual(bodies, [
      ["lost", "failed"],
      ["lost", "sent"],
    ]);
  });

  it("shows a conversation with somebody who is not a contact, and adds them", async () => {
    await page.evaluate(() => window.fake.engine.chatOf.receive("eve@example.org", "hi"));
    await contact("eve").getByText("Not in your contacts").waitFor();
    const region = await open("eve");
    await region.getByRole("button", { name: "Contact options" }).click();
    await page.getByRole("menuitem", { name: "Add contact" }).click();
    const dialog = page.getByRole("dialog", { name: "Add contact" });
    assert.equal(await dialog.getByRole("textbox", { name: "Address" }).inputValue(), "eve@example.org");
    await dialog.getByRole("button", { name: "Add" }).click();
    await contact("eve").getByText("Waiting for their answer").waitFor();
  });

  it("adds a contact by a short address, refuses nonsense, and gives the focus back", async () => {
    await page.getByRole("button", { name: "Add contact" }).click();
    const dialog = page.getByRole("dialog", { name: "Add contact" });
    const address = dialog.getByRole("textbox", { name: "Address" });
    await address.fill("no good@");
    await page.keyboard.press("Enter");
    await dialog.getByRole("alert").getByText("That is not an address.").waitFor();
    await address.fill("bob");
    await page.keyboard.press("Enter");
    await dialog.getByRole("alert").getByText("Bob is among your contacts already.").waitFor();
    await address.fill("frank");
    await page.keyboard.press("Enter");
    await contact("frank").waitFor();
    assert.equal(await dialog.count(), 0);
    const add = page.getByRole("button", { name: "Add contact" });
    assert.equal(await add.evaluate((element) => element.matches(":focus")), true);
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("renames and removes a contact", async () => {
    let region = await open("Bob");
    await region.getByRole("button", { name: "Contact options" }).click();
    await page.getByRole("menuitem", { name: "Rename…" }).click();
    await page.getByRole("dialog", { name: "Rename Bob" }).getByRole("textbox", { name: "Name" }).fill("Robert");
    await page.keyboard.press("Enter");
    region = page.getByRole("region", { name: "Conversation with Robert" });
    await region.getByRole("button", { name: "Contact options" }).click();
    await page.getByRole("menuitem", { name: "Remove contact…" }).click();
    await page.getByRole("dialog", { name: "Remove Robert?" }).getByRole("button", { name: "Remove" }).click();
    await contact("Robert").waitFor({ state: "detached" });
    await region.waitFor({ state: "detached" });
  });

  it("asks whether somebody may be a contact", async () => {
    await page.evaluate(() => {
      window.fake.engine.rosterOf.ask("erin@example.org");
      window.fake.engine.rosterOf.ask("mallory@example.org");
    });
    const requests = page.getByRole("list", { name: "Contact requests" });
    await requests.getByRole("button", { name: "Accept erin@example.org" }).click();
    await requests.getByRole("button", { name: "Refuse mallory@example.org" }).click();
    await contact("erin").waitFor();
    assert.equal(await contact("mallory").count(), 0);
    assert.equal(await requests.count(), 0);
  });

  it("says that it reconnects, for as long as it does", async () => {
    await page.evaluate(() => window.fake.engine.connection?.lose());
    const banner = page.locator(".banner").getByText("Reconnecting …");
    await banner.waitFor();
    await page.evaluate(() => window.fake.engine.connection?.comeBack());
    await banner.waitFor({ state: "detached" });
    await page.locator("[aria-live=polite]").getByText("Online again.").waitFor();
  });

  it("goes through the contacts with the arrow keys", async () => {
    await page.getByRole("textbox", { name: "Search contacts" }).focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    assert.equal(
      await contact("Bob")
        .getByRole("button")
        .evaluate((element) => element.matches(":focus")),
      true,
    );
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Conversation with Bob" }).waitFor();
  });
});
