import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import type { CallEnd, CallState } from "#client/ui/engine.js";
import { type Demo, startDemo } from "./demo-page.js";

interface Sounds {
  /** Sources that sound now, each as "loop" or "once". */
  readonly on: readonly string[];
  readonly started: number;
}

describe("the tones of a call", () => {
  let demo: Demo;
  let page: Page;
  let errors: readonly string[];
  before(async function () {
    this.timeout(30_000);
    demo = await startDemo();
  });
  after(() => demo?.close());
  beforeEach(async () => {
    ({ page, errors } = await demo.open({ before: countSounds }));
  });
  afterEach(async () => {
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  const sounds = () => page.evaluate(() => (window as unknown as { sounds(): Sounds }).sounds());
  const ring = () => page.evaluate(() => void window.fake.engine.phoneOf.ring("bob@localhost", false));
  const call = () => page.evaluate(() => void window.fake.engine.phoneOf.call("bob@localhost", {}));
  const become = (state: CallState) =>
    page.evaluate((value) => window.fake.engine.phoneOf.all.at(-1)!.become(value), state);
  const finish = (end: CallEnd) => page.evaluate((value) => window.fake.engine.phoneOf.all.at(-1)!.finish(value), end);

  for (const [way, leave] of [
    ["accepted", () => page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.accept())],
    ["declined", () => page.evaluate(() => window.fake.engine.phoneOf.all.at(-1)!.decline())],
    ["cancelled by the caller", () => finish({ reason: "cancelled", by: "them" })],
    ["answered on another device", () => finish({ reason: "answered-elsewhere", by: "them" })],
    ["declined on another device", () => finish({ reason: "declined-elsewhere", by: "them" })],
    ["not answered in time", () => finish({ reason: "no-answer", by: "us" })],
    ["lost with the connection", () => finish({ reason: "connection-lost", by: "network" })],
    ["failed", () => finish({ reason: "failed", by: "us" })],
    ["left by signing out", () => page.evaluate(() => window.fake.engine.connection?.close())],
    [
      "left by closing the tab",
      () => page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent("pagehide"))),
    ],
  ] as const) {
    it(`it rings while a call comes in, and stops when it is ${way}`, async () => {
      await ring();
      assert.deepEqual((await sounds()).on, ["loop"]);
      await leave();
      assert.deepEqual((await sounds()).on, []);
    });
  }

  it("ringback sounds only while the other side rings", async () => {
    await call();
    assert.deepEqual((await sounds()).on, []);
    await become("ringing");
    assert.deepEqual((await sounds()).on, ["loop"]);
    await become("connecting");
    assert.deepEqual((await sounds()).on, []);
    await become("connected");
    assert.equal((await sounds()).started, 1);
    await finish({ reason: "hung-up", by: "them" });
    assert.deepEqual((await sounds()).on, ["once"]);
    await page.waitForFunction(() => (window as unknown as { sounds(): Sounds }).sounds().on.length === 0);
  });

  for (const [end, tone] of [
    [{ reason: "busy", by: "them" }, ["once"]],
    [{ reason: "declined", by: "them" }, ["once"]],
    [{ reason: "no-answer", by: "them" }, ["once"]],
    [{ reason: "cancelled", by: "us" }, []],
  ] as const) {
    it(`ringback stops when the call ends with ${end.reason}, ${tone.length ? "with a last tone" : "in silence"}`, async () => {
      await call();
      await become("ringing");
      await finish(end);
      assert.deepEqual((await sounds()).on, tone);
    });
  }

  it("a second call does not ring into a conversation", async () => {
    await call();
    await become("connected");
    await ring();
    assert.deepEqual((await sounds()).on, []);
  });

  it("stays silent, and without an error, where there is no sound to be had", async () => {
    const silent = await demo.open({
      before: () => {
        window.AudioContext = class {
          constructor() {
            throw new DOMException("no device", "NotSupportedError");
          }
        } as unknown as typeof AudioContext;
      },
    });
    await silent.page.evaluate(() => void window.fake.engine.phoneOf.ring("bob@localhost", true));
    await silent.page.getByRole("alertdialog").getByRole("button", { name: "Accept", exact: true }).click();
    await silent.page.getByRole("region", { name: "Call with Bob" }).waitFor();
    assert.deepEqual(silent.errors, []);
    await silent.page.context().close();
  });
});

/** Runs in the page: counts what Web Audio really starts and stops, whoever asked for it. */
function countSounds(): void {
  const on = new Set<AudioBufferSourceNode>();
  let started = 0;
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (...args) {
    started += 1;
    on.add(this);
    this.addEventListener("ended", () => on.delete(this));
    return start.apply(this, args);
  };
  AudioBufferSourceNode.prototype.stop = function (...args) {
    on.delete(this);
    return stop.apply(this, args);
  };
  Object.assign(window, { sounds: () => ({ on: [...on].map((source) => (source.loop ? "loop" : "once")), started }) });
}
