import { strict as assert } from "node:assert";
import { type Demo, signIn, startDemo } from "./demo-page.js";

describe("the sign-in form", () => {
  let demo: Demo;
  before(async function () {
    this.timeout(30_000);
    demo = await startDemo();
  });
  after(() => demo?.close());

  it("has its three parts by name, and tells password managers what they are", async () => {
    const { page, errors } = await demo.open({ signedIn: false });
    const address = page.getByRole("textbox", { name: "Address" });
    const password = page.getByLabel("Password", { exact: true });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await address.getAttribute("autocomplete"), "username");
    assert.equal(await password.getAttribute("autocomplete"), "current-password");
    assert.equal(await password.getAttribute("type"), "password");
    assert.equal(await address.evaluate((field) => field === document.activeElement), true, "the first field is ready");
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  it("completes an address without a domain, and the service from config.json", async () => {
    const { page } = await demo.open();
    const asked = await page.evaluate(() => window.fake.engine.asked);
    assert.equal(asked?.address, "alice@localhost");
    assert.equal(asked?.service, `${demo.url.replace("http", "ws")}xmpp-websocket`);
    await page.context().close();
  });

  it("signs in with Enter", async () => {
    const { page } = await demo.open({ signedIn: false });
    await page.keyboard.type("alice@localhost");
    await page.keyboard.press("Tab");
    await page.keyboard.type("secret");
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Contacts" }).waitFor();
    await page.context().close();
  });

  it("says that address or password is wrong, and waits for another one in the password field", async () => {
    const { page } = await demo.open({ signedIn: false });
    await signIn(page, "guess");
    await page.getByRole("alert").getByText("Wrong address or password.").waitFor();
    const password = page.getByLabel("Password", { exact: true });
    assert.equal(await password.evaluate((field) => field === document.activeElement), true);
    await page.keyboard.type("secret");
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Contacts" }).waitFor();
    await page.context().close();
  });

  for (const [condition, words] of [
    ["unreachable", "The server cannot be reached."],
    ["host-unknown", "This server does not know “localhost”."],
    ["unsupported", "No sign-in: unsupported."],
  ] as const) {
    it(`says in words that the server is ${condition}`, async () => {
      const { page } = await demo.open({ signedIn: false });
      await page.evaluate((trouble) => {
        window.fake.engine.trouble = trouble;
      }, condition);
      await page.getByRole("textbox", { name: "Address" }).fill("alice");
      await page.getByLabel("Password", { exact: true }).fill("secret");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").getByText(words).waitFor();
      await page.context().close();
    });
  }

  it("asks for what is missing, in the field that is empty", async () => {
    const { page } = await demo.open({ signedIn: false });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("Enter your address.").waitFor();
    await page.keyboard.type("alice");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Enter your password.").waitFor();
    const password = page.getByLabel("Password", { exact: true });
    assert.equal(await password.evaluate((field) => field === document.activeElement), true);
    await page.context().close();
  });

  it("says on a page that is not secure how to get to one that is", async () => {
    const { page } = await demo.open({ signedIn: false, origin: "http://jinglewire.test" });
    const alert = page.getByRole("alert");
    await alert.getByText("This page is not secure").waitFor();
    assert.match((await alert.textContent()) ?? "", /https:\/\/ or as http:\/\/localhost/);
    assert.equal(await page.getByRole("button", { name: "Sign in" }).getAttribute("aria-disabled"), "true");
    await page.context().close();
  });

  it("remembers the address when asked, and never the password", async () => {
    const { page } = await demo.open({ signedIn: false });
    await page.getByRole("checkbox", { name: "Remember me" }).check();
    await signIn(page);
    const stored = await page.evaluate(
      () => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
    );
    assert.match(stored, /alice/);
    assert.doesNotMatch(stored, /secret/);
    await page.reload();
    const address = page.getByRole("textbox", { name: "Address" });
    await address.waitFor();
    assert.equal(await address.inputValue(), "alice");
    await page.getByRole("checkbox", { name: "Remember me" }).uncheck();
    await page.getByLabel("Password", { exact: true }).fill("secret");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("list", { name: "Contacts" }).waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.context().close();
  });

  it("comes back with the reason when the server ends the connection", async () => {
    const { page } = await demo.open();
    await page.evaluate(() => window.fake.engine.connection?.endWith("conflict", "conflict"));
    await page.getByRole("alert").getByText("You were signed out").waitFor();
    await page.context().close();
  });

  it("comes back without a word after signing out", async () => {
    const { page } = await demo.open();
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal((await page.getByRole("alert").textContent())?.trim(), "");
    assert.equal(await page.evaluate(() => window.fake.engine.connection?.status), "closed");
    await page.context().close();
  });
});
