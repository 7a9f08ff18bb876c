import { strict as assert } from "node:assert";
import type { Locator, Page } from "playwright-core";
import { type Demo, type OpenOptions, startDemo } from "./demo-page.js";

describe("a call that runs", () => {
  let demo: Demo;
  let page: Page;
  let errors: readonly string[];
  before(async function () {
    this.timeout(30_000);
    demo = await startDemo();
  });
  after(() => demo?.close());
  afterEach(async () => {
    assert.deepEqual(errors, [], "the page ran without an error or a policy violation");
    await page.context().close();
  });

  const stage = () => page.getByRole("region", { name: "Call with Bob" });
  const button = (name: string) => stage().getByRole("button", { name, exact: true });
  const says = (words: string) =>
    stage()
      .getByRole("status")
      .and(page.getByText(words, { exact: true }))
      .waitFor();
  const announced = (words: string) => page.locator("[aria-live=polite]").getByText(words, { exact: true }).waitFor();
  const focused = (locator: Locator) => locator.evaluate((element) => element.matches(":focus"));
  const isThere = (locator: Locator) => locator.count().then((count) => count > 0);

  async function connected(kind: "Audio call" | "Video call", options?: OpenOptions): Promise<void> {
    ({ page, errors } = await demo.open(options));
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Bob" }).click();
    await page.getByRole("region", { name: "Conversation with Bob" }).getByRole("button", { name: kind }).click();
    await stage().waitFor();
    await page.evaluate(async (video) => {
      const current = window.fake.engine.phoneOf.all.at(-1)!;
      const localStream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
      current.set({ localStream, remoteStream: window.fake.farSide({ video }), remoteVideo: video });
      current.become("connected");
    }, kind === "Video call");
    await says("Connected");
  }

  it("an audio call becomes a video call by the camera's button, where the other side can see it", async () => {
    await connected("Audio call");
    assert.equal(await isThere(button("Turn camera on")), false);
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.set({ canCamera: true }));
    await button("Turn camera on").click();
    await stage().getByLabel("Your video").waitFor();
    await announced("Camera on");
    await page.evaluate(() =>
      window.fake.engine.phoneOf.all
        .at(-1)!
        .set({ remoteStream: window.fake.farSide({ video: true }), remoteVideo: true }),
    );
    await stage().getByLabel("Bob's video").waitFor();
    await announced("Bob turned the camera on");
  });

  it("says that a camera cannot be had, and what to do", async () => {
    await connected("Audio call");
    const blocked = "Your camera is blocked. Allow it in the address bar, then try again.";
    await page.evaluate(() => {
      const deviceProblem = { kind: "video", reason: "microphone-blocked" } as const;
      window.fake.engine.phoneOf.all.at(-1)!.set({ deviceProblem });
    });
    await stage().getByText(blocked).waitFor();
    await announced(blocked);
    await button("Close").click();
    await stage().getByText(blocked).waitFor({ state: "detached" });
    await page.evaluate(() => {
      const deviceProblem = { kind: "audio", reason: "no-device" } as const;
      window.fake.engine.phoneOf.all.at(-1)!.set({ deviceProblem });
    });
    await stage().getByText("No microphone can be had").waitFor();
  });

  it("shares the screen, shows that it is shared, and stops from the tile or from the button", async () => {
    await connected("Video call", { viewport: { width: 1000, height: 700 } });
    assert.equal(await isThere(button("Share screen")), false, "the other side cannot take a screen");
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.set({ canShare: true }));
    await button("Share screen").click();
    await stage()
      .getByRole("figure", { name: "Your screen" })
      .getByRole("button", { name: "Stop", exact: true })
      .click();
    await announced("You are sharing your screen");
    await announced("You stopped sharing your screen");
    await button("Share screen").click();
    await stage().getByRole("button", { name: "Chat", exact: true }).click();
    await button("Back to call").waitFor();
    await button("Stop sharing").click();
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.localScreen), null);
  });

  it("shows the other side's screen large, with the person beside it, and is heard once", async () => {
    await connected("Video call");
    await page.evaluate(() =>
      window.fake.engine.phoneOf.all.at(-1)!.set({ remoteScreen: window.fake.farSide({ video: true }) }),
    );
    const screen = (await stage().getByLabel("Bob's screen").boundingBox())!;
    const person = (await stage().getByLabel("Bob's video").boundingBox())!;
    assert.ok(screen.width > 2 * person.width, `${screen.width} px beside ${person.width} px`);
    assert.ok(person.x >= screen.x + screen.width, "the person does not cover the screen");
    await announced("Bob is sharing a screen");
    const heard = await stage()
      .locator("audio, video")
      .evaluateAll((all) => (all as HTMLMediaElement[]).filter((one) => !one.muted).map((one) => one.ariaLabel));
    assert.deepEqual(heard, ["Bob's video"]);
  });

  it("is put on hold and taken up again, and says who holds it", async () => {
    await connected("Audio call");
    await button("Hold").click();
    await says("On hold");
    assert.equal(await button("Hold").getAttribute("aria-pressed"), "true");
    await stage().getByText("You put Bob on hold").waitFor();
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.heldBy(true));
    await stage().getByText("Bob put you on hold").waitFor();
    await announced("Bob put you on hold");
    await button("Resume").press("Enter");
    assert.equal(await focused(button("Hold")), true, "the focus outlives its button");
    assert.equal(await isThere(button("Resume")), false);
    await says("On hold");
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.heldBy(false));
    await says("Connected");
    await announced("Bob took you off hold");
  });

  it("can neither be held nor take tones before it is connected", async () => {
    ({ page, errors } = await demo.open());
    await page.evaluate(() => void window.fake.engine.phoneOf.call("bob@localhost", { video: false }));
    for (const name of ["Hold", "Keypad", "Devices"]) {
      assert.equal(await button(name).getAttribute("aria-disabled"), "true", name);
      await button(name).click({ force: true });
    }
    await says("Calling");
    assert.equal(await stage().getByRole("dialog").count(), 0);
  });

  it("sends the tones of keys that are pressed or typed, and shows them", async () => {
    await connected("Audio call");
    await button("Keypad").press("Enter");
    const keypad = stage().getByRole("dialog", { name: "Keypad" });
    assert.equal(await focused(keypad.getByRole("button", { name: "1" })), true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(keypad.getByRole("button", { name: "5" })), true);
    await page.keyboard.press("Enter");
    await keypad.getByRole("button", { name: "#" }).click();
    await page.keyboard.type("90*x");
    await page.getByRole("textbox", { name: "Search contacts" }).pressSequentially("77");
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.tones), "5#90*");
    await keypad.getByText("5#90*").waitFor();
    await keypad.getByRole("button", { name: "1" }).focus();
    await page.keyboard.press("Escape");
    await keypad.waitFor({ state: "detached" });
    assert.equal(await focused(button("Keypad")), true);
    await page.keyboard.type("1");
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.tones), "5#90*");
  });

  it("offers the devices that there are, knows which is in use, and hears of new ones", async () => {
    await connected("Video call");
    await button("Devices").click();
    const devices = stage().getByRole("dialog", { name: "Devices" });
    const microphone = devices.getByRole("combobox", { name: "Microphone" });
    await microphone.getByRole("option").nth(2).waitFor({ state: "attached" });
    assert.equal(await focused(microphone), true);
    const [inUse, shown, other] = await page.evaluate(async () => {
      const track = window.fake.engine.phoneOf.all.at(-1)!.localStream!.getAudioTracks()[0]!;
      const host = document.querySelector("jw-workspace")!.shadowRoot!.querySelector("jingle-call")!;
      const list = host.shadowRoot!.querySelector("jw-devices")!.shadowRoot!.querySelector("select")!;
      return [track.getSettings().deviceId, list.value, list.options[1]!.value];
    });
    assert.equal(shown, inUse);
    await microphone.selectOption(other!);
    const asked = await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.devices);
    assert.deepEqual(asked, [["audio", other]]);
    const camera = devices.getByRole("combobox", { name: "Camera" });
    assert.equal(await camera.isDisabled(), false);
    await button("Turn camera off").click();
    assert.equal(await camera.isDisabled(), true);
    await devices.getByText("Turn the camera on to choose another one.").waitFor();
    await page.evaluate(() => {
      navigator.mediaDevices.enumerateDevices = async () => [
        { kind: "audioinput", deviceId: "new", groupId: "", label: "Headset", toJSON: () => ({}) },
      ];
      navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    });
    await microphone.getByRole("option", { name: "Headset" }).waitFor({ state: "attached" });
  });

  it("sends the sound to the chosen speaker, and to it again when a picture comes", async () => {
    await connected("Audio call", {
      before: () => {
        HTMLMediaElement.prototype.setSinkId = function (id) {
          this.dataset.sink = id;
          return Promise.resolve();
        };
      },
    });
    await button("Devices").click();
    const speaker = stage().getByRole("combobox", { name: "Speaker" });
    await speaker.getByRole("option").nth(1).waitFor({ state: "attached" });
    await speaker.selectOption({ index: 1 });
    const chosen = await speaker.inputValue();
    const sinks = () =>
      stage()
        .locator(".remote")
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.sink));
    assert.deepEqual(await sinks(), [chosen]);
    await page.evaluate(() =>
      window.fake.engine.phoneOf.all
        .at(-1)!
        .set({ remoteStream: window.fake.farSide({ video: true }), remoteVideo: true }),
    );
    await stage().getByLabel("Bob's video").waitFor();
    assert.deepEqual(await sinks(), [chosen, chosen]);
  });

  it("fills the screen and comes back, also when the call ends there", async () => {
    await connected("Video call", { viewport: { width: 1600, height: 800 } });
    await button("Full screen").click();
    await stage().locator("[aria-pressed=true]").and(button("Full screen")).waitFor();
    await button("Full screen").click();
    await stage().locator("[aria-pressed=false]").and(button("Full screen")).waitFor();
    await button("Full screen").click();
    await page.waitForFunction(() => document.fullscreenElement !== null);
    await button("Chat").click();
    await page.waitForFunction(() => document.fullscreenElement === null);
    await button("Full screen").click();
    await page.waitForFunction(() => document.fullscreenElement !== null);
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: "hung-up", by: "them" }));
    await page.waitForFunction(() => document.fullscreenElement === null);
  });

  it("floats above other windows by its picture, and comes back", async () => {
    await connected("Video call");
    await page.waitForFunction(() => {
      const host = document.querySelector("jw-workspace")!.shadowRoot!.querySelector("jingle-call")!;
      return host.shadowRoot!.querySelector<HTMLVideoElement>("video.remote")!.videoWidth > 0;
    });
    await button("Picture in picture").click();
    await stage().locator("[aria-pressed=true]").and(button("Picture in picture")).waitFor();
    await button("Picture in picture").click();
    await stage().locator("[aria-pressed=false]").and(button("Picture in picture")).waitFor();
  });

  it("keeps what does not fit behind More on a narrow screen, and the focus with it", async () => {
    await connected("Video call", { viewport: { width: 360, height: 740 } });
    for (const name of ["Hold", "Keypad", "Devices", "Full screen"])
      assert.equal(await button(name).isVisible(), false, name);
    await button("More").press("Enter");
    assert.equal(await focused(button("Hold")), true);
    await page.keyboard.press("Escape");
    assert.equal(await focused(button("More")), true);
    await button("More").click();
    await button("Full screen").waitFor();
    await button("Keypad").click();
    const keypad = stage().getByRole("dialog", { name: "Keypad" });
    await keypad.getByRole("button", { name: "7" }).click();
    assert.equal(await button("Hold").isVisible(), false, "More has closed");
    await keypad.getByRole("button", { name: "Close" }).click();
    assert.equal(await focused(button("More")), true);
    await button("More").click();
    await button("Hold").click();
    await says("On hold");
    assert.equal(await focused(button("More")), true);
    await button("More").click();
    await stage().locator("h2").click();
    await button("Hold").waitFor({ state: "hidden" });
    await button("Resume").click();
    await says("Connected");
    assert.equal(await focused(button("More")), true);
  });

  it("closes what was open when the call ends", async () => {
    await connected("Audio call");
    await button("Keypad").click();
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.finish({ reason: "hung-up", by: "them" }));
    await says("Call ended: Bob hung up");
    assert.equal(await stage().getByRole("dialog").count(), 0);
    assert.equal(await focused(stage()), true);
    await page.keyboard.press("Escape");
    await stage().waitFor({ state: "detached" });
  });
});
