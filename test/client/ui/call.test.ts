import { strict as assert } from "node:assert";
import type { Locator, Page } from "playwright-core";
import type { CallEnd } from "#client/ui/engine.js";
import { type Demo, startDemo } from "./demo-page.js";

describe("a call on the screen", () => {
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
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Bob" }).click();
  });
  afterEach(async () => {
    assert.deepEqual(errors, [], "the page ran without an error or a policy violation");
    await page.context().close();
  });

  const stage = () => page.getByRole("region", { name: "Call with Bob" });
  const status = () => stage().getByRole("status");
  const says = (words: string) =>
    status()
      .and(page.getByText(words, { exact: true }))
      .waitFor();
  const call = async (kind: "Audio call" | "Video call") => {
    await page.getByRole("region", { name: "Conversation with Bob" }).getByRole("button", { name: kind }).click();
    await stage().waitFor();
  };
  const connect = (video: boolean) =>
    page.evaluate(async (withVideo) => {
      const current = window.fake.engine.phoneOf.all.at(-1)!;
      const localStream = await navigator.mediaDevices.getUserMedia({ audio: true, video: withVideo });
      current.set({ localStream, remoteStream: window.fake.farSide({ video: withVideo }), remoteVideo: withVideo });
      current.become("connected");
    }, video);
  const end = (how: CallEnd) => page.evaluate((value) => window.fake.engine.phoneOf.all.at(-1)!.finish(value), how);
  const focused = (locator: Locator) => locator.evaluate((element) => element.matches(":focus"));

  it("says each state in one word", async () => {
    await call("Audio call");
    await says("Calling");
    for (const [state, word] of [
      ["ringing", "Ringing"],
      ["connecting", "Connecting"],
      ["connected", "Connected"],
      ["held", "On hold"],
      ["reconnecting", "Reconnecting"],
    ] as const) {
      await page.evaluate((value) => window.fake.engine.phoneOf.all.at(-1)!.become(value), state);
      await says(word);
    }
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.video), false);
  });

  it("takes the focus when it begins and gives it back to the button that began it", async () => {
    await call("Video call");
    assert.equal(await focused(stage()), true);
    await end({ reason: "busy", by: "them" });
    await stage().getByRole("button", { name: "Close" }).click();
    await stage().waitFor({ state: "detached" });
    const region = page.getByRole("region", { name: "Conversation with Bob" });
    assert.equal(await focused(region.getByRole("button", { name: "Video call" })), true);
  });

  it("a video call has both pictures, ours mirrored, and is heard once", async () => {
    await call("Video call");
    await connect(true);
    const theirs = stage().getByLabel("Bob's video");
    const ours = stage().getByLabel("Your video");
    await page.waitForFunction(() => {
      const host = document.querySelector("jw-workspace")?.shadowRoot?.querySelector("jingle-call");
      return host?.shadowRoot?.querySelector<HTMLVideoElement>("video.remote")?.videoWidth === 640;
    });
    assert.match(await ours.evaluate((element) => getComputedStyle(element).transform), /^matrix\(-1/);
    assert.equal(await ours.evaluate((element: HTMLVideoElement) => element.muted), true);
    const heard = await stage()
      .locator("audio, video")
      .evaluateAll((all) =>
        (all as HTMLMediaElement[]).filter((one) => !one.muted && !one.paused).map((one) => one.localName),
      );
    assert.deepEqual(heard, ["video"]);
    assert.equal(await theirs.evaluate((element: HTMLVideoElement) => element.controls), false);
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.set({ remoteVideo: false }));
    await theirs.waitFor({ state: "detached" });
    const then = await stage()
      .locator("audio.remote")
      .evaluate((element: HTMLAudioElement) => [element.muted, element.paused, element.controls]);
    assert.deepEqual(then, [false, false, false]);
  });

  it("an audio call has a face instead of a black box, and no camera", async () => {
    await call("Audio call");
    await connect(false);
    await says("Connected");
    assert.equal(await stage().locator("video").count(), 0);
    assert.equal(
      await stage()
        .getByRole("button", { name: /camera/ })
        .count(),
      0,
    );
    assert.equal(await stage().locator(".face jw-avatar").isVisible(), true);
    const heard = await stage()
      .locator("audio")
      .evaluate((element: HTMLAudioElement) => [element.muted, element.paused]);
    assert.deepEqual(heard, [false, false]);
    for (const name of ["Transfer", "Share screen", "Full screen"]) {
      assert.equal(await stage().getByRole("button", { name }).count(), 0, `${name} is not there before it works`);
    }
  });

  it("mutes by button and by M, turns the camera by button and by V, but not while somebody types", async () => {
    await call("Video call");
    await connect(true);
    const mute = stage().getByRole("button", { name: "Mute microphone" });
    await mute.click();
    assert.equal(await mute.getAttribute("aria-pressed"), "true");
    await page.keyboard.press("m");
    assert.equal(await mute.getAttribute("aria-pressed"), "false");
    await page.locator("[aria-live=polite]").getByText("Microphone on").waitFor();
    await stage().getByRole("button", { name: "Turn camera off" }).click();
    await stage().getByRole("button", { name: "Turn camera on" }).waitFor();
    assert.equal(await stage().getByLabel("Your video").count(), 0);
    await page.keyboard.press("v");
    await stage().getByRole("button", { name: "Turn camera off" }).waitFor();
    await page.getByRole("textbox", { name: "Search contacts" }).focus();
    await page.keyboard.type("mvmv");
    await page.keyboard.press("Control+m");
    assert.equal(await mute.getAttribute("aria-pressed"), "false");
    await stage().getByRole("button", { name: "Turn camera off" }).waitFor();
  });

  it("counts the time from the connection on", async () => {
    await call("Audio call");
    assert.equal(await stage().getByRole("timer").count(), 0);
    await connect(false);
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.set({ connectedAt: Date.now() - 134_000 }));
    await stage().getByRole("timer").getByText("02:14").waitFor();
    await stage().getByRole("timer").getByText("02:15").waitFor();
  });

  it("says when the other side has muted", async () => {
    await call("Audio call");
    await connect(false);
    await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.set({ remoteMuted: true }));
    await stage().getByText("Bob is muted").waitFor();
    await says("Connected");
  });

  it("says why it ended, in words", async function () {
    this.timeout(40_000);
    for (const [how, words, sentence] of [
      [{ reason: "hung-up", by: "us" }, "Call ended", null],
      [{ reason: "hung-up", by: "them" }, "Call ended: Bob hung up", null],
      [{ reason: "declined", by: "them" }, "Call ended: declined", "Bob declined the call."],
      [{ reason: "busy", by: "them" }, "Call ended: busy", "Bob is in another call."],
      [{ reason: "no-answer", by: "them" }, "Call ended: no answer", "Bob didn't answer."],
      [{ reason: "cancelled", by: "us" }, "Call ended: cancelled", null],
      [{ reason: "connection-lost", by: "network" }, "Call ended: connection lost", "The connection to Bob was lost."],
      [{ reason: "unsupported", by: "them" }, "Call ended: not supported", "Bob's app cannot take this call."],
      [{ reason: "security-error", by: "us" }, "Call ended: not secure", "could not be encrypted safely"],
      [{ reason: "microphone-blocked", by: "us" }, "Call ended: microphone blocked", "Allow it in the address bar"],
      [{ reason: "no-device", by: "us" }, "Call ended: no microphone found", "Plug one in"],
      [{ reason: "insecure-page", by: "us" }, "Call ended: page not secure", "https://"],
      [{ reason: "unreachable", by: "network" }, "Call ended: not reachable", "Bob cannot be reached right now."],
      [{ reason: "failed", by: "network" }, "Call ended: could not connect", "The call to Bob could not be connected."],
    ] as const) {
      await call("Audio call");
      await end(how);
      await says(words);
      if (sentence) await stage().getByText(sentence).waitFor();
      else assert.equal(await stage().locator(".why").count(), 0);
      assert.equal(await stage().getByRole("button", { name: "Hang up" }).count(), 0);
      await page.keyboard.press("Escape");
      await stage().waitFor({ state: "detached" });
    }
  });

  it("keeps the details of a failure behind a word, as text", async () => {
    await call("Audio call");
    await end({ reason: "failed", by: "network", text: "<i>ICE</i> failed" });
    assert.equal(await stage().getByText("<i>ICE</i> failed").isVisible(), false);
    await stage().getByText("Details").click();
    await stage().getByText("<i>ICE</i> failed").waitFor();
    assert.equal(await stage().locator("i").count(), 0);
  });

  it("goes 8 s after its end, or with Escape", async () => {
    await page.clock.install();
    await call("Audio call");
    await stage().getByRole("button", { name: "Hang up" }).click();
    await says("Call ended: cancelled");
    await page.clock.runFor(7900);
    assert.equal(await stage().count(), 1);
    await page.clock.runFor(200);
    await stage().waitFor({ state: "detached" });
    await call("Audio call");
    await end({ reason: "no-answer", by: "them" });
    await says("Call ended: no answer");
    await page.keyboard.press("Escape");
    await stage().waitFor({ state: "detached" });
  });

  it("offers to call again and to write instead", async () => {
    await call("Video call");
    await end({ reason: "no-answer", by: "them" });
    await stage().getByRole("button", { name: "Call again" }).click();
    await says("Calling");
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.video), true);
    await end({ reason: "busy", by: "them" });
    await stage().getByRole("button", { name: "Send a message" }).click();
    await stage().waitFor({ state: "detached" });
    const box = page.getByRole("region", { name: "Conversation with Bob" }).getByRole("textbox", { name: "Message" });
    await page.waitForFunction(() => document.activeElement !== document.body);
    assert.equal(await focused(box), true);
  });

  it("keeps the focus inside when Hang up goes", async () => {
    await call("Audio call");
    await stage().getByRole("button", { name: "Hang up" }).press("Enter");
    await says("Call ended: cancelled");
    assert.equal(await focused(stage()), true);
  });

  it("one call at a time: another call button leads back to the call", async () => {
    await call("Audio call");
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Ann Lee" }).click();
    const ann = page.getByRole("region", { name: "Conversation with Ann Lee" });
    await ann.getByRole("button", { name: "Video call" }).click();
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.length), 1);
    assert.equal(await focused(stage()), true);
  });

  it("leaves the chat within reach, and the call going on", async () => {
    await call("Video call");
    await connect(true);
    await stage().getByRole("button", { name: "Chat", exact: true }).click();
    const box = page.getByRole("region", { name: "Conversation with Bob" }).getByRole("textbox", { name: "Message" });
    await box.fill("mind the gap");
    await box.press("Enter");
    await page.getByRole("log", { name: "Messages" }).getByText("mind the gap").waitFor();
    await says("Connected");
    await page.setViewportSize({ width: 800, height: 700 });
    await stage().getByRole("button", { name: "Back to call" }).click();
    await box.waitFor({ state: "hidden" });
    const playing = await stage()
      .locator("video.remote")
      .evaluate((element: HTMLVideoElement) => !element.paused);
    assert.equal(playing, true);
  });

  it("offers a click to hear when the browser refuses sound", async () => {
    await page.evaluate(() => {
      const { play } = HTMLMediaElement.prototype;
      let allowed = false;
      HTMLMediaElement.prototype.play = function () {
        if (this.muted || allowed) return play.call(this);
        const allow = () => {
          allowed = true;
        };
        window.addEventListener("click", allow, { capture: true });
        return Promise.reject(new DOMException("no gesture yet", "NotAllowedError"));
      };
    });
    await call("Audio call");
    await connect(false);
    await stage().getByRole("button", { name: "Click to hear" }).click();
    await stage().getByRole("button", { name: "Click to hear" }).waitFor({ state: "detached" });
    assert.equal(
      await stage()
        .locator("audio")
        .evaluate((element: HTMLAudioElement) => element.paused),
      false,
    );
  });

  it("a contact whose devices cannot take calls: the buttons stay, say why, and do nothing", async () => {
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Carol" }).click();
    const carol = page.getByRole("region", { name: "Conversation with Carol" });
    for (const name of ["Audio call", "Video call"]) {
      const button = carol.getByRole("button", { name });
      assert.equal(await button.getAttribute("aria-disabled"), "true");
      const described = await button.evaluate((element) => {
        const id = element.getAttribute("aria-describedby") ?? "";
        return (element.getRootNode() as ShadowRoot).getElementById(id)?.textContent;
      });
      assert.equal(described, "Carol's app cannot take calls");
      await button.click({ force: true });
    }
    assert.equal(await page.evaluate(() => window.fake.engine.phoneOf.all.length), 0);
    await page.getByRole("list", { name: "Contacts" }).getByRole("button", { name: "Dave" }).click();
    const dave = page.getByRole("region", { name: "Conversation with Dave" });
    assert.equal(await dave.getByRole("button", { name: "Audio call" }).getAttribute("aria-disabled"), null);
  });
});
