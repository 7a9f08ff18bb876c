import { strict as assert } from "node:assert";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newAccounts, type TestAccount, testServer } from "../support/prosody.js";
import { root } from "../support/root.js";
import { contacts, fillIn, open, openPage, type Person, received, signIn, status } from "./page.js";

describe("the page, by its accessible names alone", () => {
  const people: Person[] = [];
  let alice: TestAccount;
  let bob: TestAccount;

  beforeEach(async () => {
    [alice, bob] = await newAccounts(await testServer(), "Alice", "Bob");
  });

  afterEach(async () => {
    for (const person of people.splice(0)) await person.close();
  });

  async function person(account: TestAccount): Promise<Person> {
    const one = await signIn(account);
    people.push(one);
    return one;
  }

  /** Both signed in, and each sees the other. */
  async function bothOnline(): Promise<[Person, Person]> {
    const [a, b] = [await person(alice), await person(bob)];
    for (const [{ page }, name] of [
      [a, "Bob"],
      [b, "Alice"],
    ] as const) {
      await contacts(page)
        .getByRole("listitem")
        .filter({ hasText: name })
        .filter({ hasText: /online/i })
        .waitFor();
    }
    return [a, b];
  }

  it("shows who is there, and carries a chat both ways", async () => {
    const a = await person(alice);
    const bobItem = contacts(a.page).getByRole("listitem").filter({ hasText: "Bob" });
    await bobItem.filter({ hasText: /offline/i }).waitFor();
    const b = await person(bob);
    await bobItem.filter({ hasText: /online/i }).waitFor();
    const conversation = await open(a.page, "Bob");
    await conversation.getByRole("textbox", { name: "Message" }).fill("Shall I call?\nNow?");
    await conversation.getByRole("button", { name: "Send" }).click();
    const other = await open(b.page, "Alice");
    await other.getByRole("log", { name: "Messages" }).getByText("Shall I call?").waitFor();
    await other.getByRole("textbox", { name: "Message" }).fill("<b>Yes</b>");
    await other.getByRole("textbox", { name: "Message" }).press("Enter");
    await conversation.getByRole("log", { name: "Messages" }).getByText("<b>Yes</b>").waitFor();
  });

  it("a video call rings, is accepted, is seen and heard on both sides, and ends on both", async () => {
    const [a, b] = await bothOnline();
    const conversation = await open(a.page, "Bob");
    await conversation.getByRole("button", { name: "Video call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming video call from Alice" });
    await incoming.waitFor();
    await status(a.page, "Bob").filter({ hasText: "Ringing" }).waitFor();
    await incoming.getByRole("button", { name: "Accept", exact: true }).click({ delay: 600 });
    for (const [page, name] of [
      [a.page, "Bob"],
      [b.page, "Alice"],
    ] as const) {
      await status(page, name).filter({ hasText: "Connected" }).waitFor();
      const region = page.getByRole("region", { name: `Call with ${name}` });
      await region.getByLabel(`${name}'s video`).waitFor();
      await region.getByLabel("Your video").waitFor();
      await flowing(page);
    }
    await a.page.getByRole("button", { name: "Hang up" }).click();
    await status(a.page, "Bob").filter({ hasText: "Call ended" }).waitFor();
    await status(b.page, "Alice").filter({ hasText: "Call ended" }).waitFor();
  });

  it("an audio call becomes a video call, is put on hold and taken up again, and takes tones", async () => {
    const [a, b] = await bothOnline();
    await (await open(a.page, "Bob")).getByRole("button", { name: "Audio call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming audio call from Alice" });
    await incoming.getByRole("button", { name: "Accept", exact: true }).click({ delay: 600 });
    const [ofA, ofB] = [callWith(a.page, "Bob"), callWith(b.page, "Alice")];
    for (const call of [ofA, ofB]) await call.getByRole("status").filter({ hasText: "Connected" }).waitFor();
    assert.equal(await ofB.getByLabel("Alice's video").count(), 0);

    await ofA.getByRole("button", { name: "Turn camera on" }).click();
    await ofA.getByLabel("Your video").waitFor();
    await ofB.getByLabel("Alice's video").waitFor();
    await flowing(b.page);
    await ofB.getByRole("button", { name: "Turn camera on" }).click();
    await ofA.getByLabel("Bob's video").waitFor();
    await flowing(a.page);

    await ofA.getByRole("button", { name: "Hold" }).click();
    for (const call of [ofA, ofB]) await call.getByRole("status").filter({ hasText: "On hold" }).waitFor();
    await ofA.getByText("You put Bob on hold").waitFor();
    await ofB.getByText("Alice put you on hold").waitFor();
    await ofA.getByRole("button", { name: "Resume" }).click();
    for (const call of [ofA, ofB]) await call.getByRole("status").filter({ hasText: "Connected" }).waitFor();

    await ofA.getByRole("button", { name: "Keypad" }).click();
    await a.page.keyboard.type("12#");
    await ofA.getByRole("dialog", { name: "Keypad" }).getByText("12#").waitFor();
    await ofB.getByRole("button", { name: "Hang up" }).click();
    await ofA.getByRole("status").filter({ hasText: "Call ended: Bob hung up" }).waitFor();
  });

  it("a screen is shared beside the camera, seen as the other side's screen, and stopped", async () => {
    const [a, b] = await bothOnline();
    await a.page.evaluate(shareCanvas);
    await (await open(a.page, "Bob")).getByRole("button", { name: "Video call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming video call from Alice" });
    await incoming.getByRole("button", { name: "Accept", exact: true }).click({ delay: 600 });
    const [ofA, ofB] = [callWith(a.page, "Bob"), callWith(b.page, "Alice")];
    await ofB.getByLabel("Alice's video").waitFor();
    await ofA.getByRole("button", { name: "Share screen" }).click();
    await ofA.getByRole("figure", { name: "Your screen" }).waitFor();
    await ofB.getByLabel("Alice's screen").waitFor();
    await ofB.getByLabel("Alice's video").waitFor();
    await ofA.getByRole("button", { name: "Stop sharing" }).click();
    await ofB.getByLabel("Alice's screen").waitFor({ state: "detached" });
    await ofA.getByRole("button", { name: "Hang up" }).click();
    await ofB.getByRole("status").filter({ hasText: "Call ended" }).waitFor();
  });

  it("an audio call is declined, in words", async () => {
    const [a, b] = await bothOnline();
    await (await open(a.page, "Bob")).getByRole("button", { name: "Audio call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming audio call from Alice" });
    await incoming.getByRole("button", { name: "Decline" }).click();
    await status(a.page, "Bob")
      .filter({ hasText: /declined/i })
      .waitFor();
    await incoming.waitFor({ state: "hidden" });
  });

  it("a microphone that is refused after Accept ends the call on both pages, in words", async () => {
    const [a, b] = await bothOnline();
    await b.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    await (await open(a.page, "Bob")).getByRole("button", { name: "Audio call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming audio call from Alice" });
    await incoming.getByRole("button", { name: "Accept", exact: true }).click({ delay: 600 });
    await status(b.page, "Alice").filter({ hasText: "Call ended: microphone blocked" }).waitFor();
    await status(a.page, "Bob").filter({ hasText: "Call ended: could not connect" }).waitFor();
  });

  it("a caller whose page is closed while it rings is a missed call, in words", async () => {
    const [a, b] = await bothOnline();
    await (await open(a.page, "Bob")).getByRole("button", { name: "Audio call" }).click();
    const incoming = b.page.getByRole("alertdialog", { name: "Incoming audio call from Alice" });
    await incoming.waitFor();
    await a.page.close({ runBeforeUnload: true });
    await incoming.waitFor({ state: "hidden" });
    await status(b.page, "Alice").filter({ hasText: "Call ended: missed" }).waitFor();
  });

  it("a call while the page was closed is a missed call in the conversation, after a reload too, and is called back", async () => {
    const b = await person(bob);
    const conversation = await open(b.page, "Alice");
    await conversation.getByRole("button", { name: "Video call" }).click();
    await status(b.page, "Alice").filter({ hasText: "Calling" }).waitFor();
    await proposed(b);
    await b.page.getByRole("button", { name: "Hang up" }).click();
    const log = conversation.getByRole("log", { name: "Messages" });
    await log.getByText("Cancelled").waitFor();
    await log.getByRole("button", { name: "Call again" }).waitFor();
    const a = await person(alice);
    await contacts(a.page).getByText("1 missed call").waitFor();
    const entry = (await open(a.page, "Bob")).getByRole("log", { name: "Messages" }).getByText("Missed video call");
    await entry.waitFor();
    await contacts(a.page).getByText("1 missed call").waitFor({ state: "detached" });
    await a.page.reload();
    await fillIn(a.page, alice.address, alice.password);
    await open(a.page, "Bob");
    await entry.waitFor();
    assert.equal(await entry.count(), 1);
    assert.equal(await contacts(a.page).getByText("missed call").count(), 0, "it was seen before");
    await a.page.getByRole("log", { name: "Messages" }).getByRole("button", { name: "Call back" }).click();
    await b.page.getByRole("alertdialog", { name: "Incoming video call from Alice" }).waitFor();
  });

  it("a conversation has its history when it is opened, though the page was closed meanwhile", async () => {
    const b = await person(bob);
    const box = (await open(b.page, "Alice")).getByRole("textbox", { name: "Message" });
    const lines = ["line 1", "line 2", "line 3"];
    for (const line of lines) {
      await box.fill(line);
      await box.press("Enter");
    }
    const a = await person(alice);
    await contacts(a.page).getByText("3 unread messages").waitFor();
    for (const reloads of [0, 1]) {
      if (reloads > 0) {
        await a.page.reload();
        await fillIn(a.page, alice.address, alice.password);
      }
      const log = (await open(a.page, "Bob")).getByRole("log", { name: "Messages" });
      await log.getByText("line 3").waitFor();
      await log.getByRole("button", { name: "Earlier messages" }).waitFor({ state: "detached" });
      assert.deepEqual(await log.getByText(/^line \d$/).allTextContents(), lines);
    }
    assert.equal(await contacts(a.page).getByText("unread").count(), 0);
  });

  it("says in words that the part of it which makes calls cannot be loaded", async () => {
    const { page, sent } = await openPage();
    people.push({ page, account: alice, sent, close: () => page.context().close() });
    const part = await callPart();
    await page.route(`**/${part}`, (route) => route.abort());
    await fillIn(page, alice.address, alice.password);
    await (await open(page, "Bob")).getByRole("button", { name: "Audio call" }).click();
    await page.getByRole("region", { name: "Call with Bob" }).getByText("reload the page").waitFor();
  });

  it("says in words that a password is wrong, and what to do", async () => {
    const { page } = await openPage();
    await fillIn(page, alice.address, "not the password");
    await page.getByRole("alert").filter({ hasText: "Wrong address or password." }).waitFor();
    await page.context().close();
  });
});

function callWith(page: Person["page"], name: string) {
  return page.getByRole("region", { name: `Call with ${name}` });
}

/** Runs in the page: its screen is a canvas, for a screen is chosen in a dialog of the browser's own. */
function shareCanvas(): void {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const pen = canvas.getContext("2d")!;
  setInterval(() => pen.fillRect(Math.random() * 320, Math.random() * 180, 20, 20), 100);
  navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(10);
}

/** The file of the page that only calls need. */
async function callPart(): Promise<string> {
  const folder = join(root, "dist/page");
  for (const name of await readdir(folder)) {
    if (name.endsWith(".js") && (await readFile(join(folder, name), "utf8")).includes("a=rtcp-mux")) return name;
  }
  throw new Error("no file of the page writes SDP");
}

/** The call has left the page. */
async function proposed({ sent }: Person): Promise<void> {
  while (!sent.some((frame) => frame.includes("<propose"))) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function flowing(page: Person["page"]): Promise<void> {
  for (;;) {
    const { audioBytes, framesDecoded } = await received(page);
    if (audioBytes > 0 && framesDecoded > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
