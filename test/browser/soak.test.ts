import { strict as assert } from "node:assert";
import { describeMore } from "../support/more.js";
import { newAccounts, testServer } from "../support/prosody.js";
import { openEngine } from "./engine.js";
import { connects, dial, until } from "./steps.js";

const CALLS = 30;

describeMore("the soak", () => {
  it(`${CALLS} calls in a row between the same two pages leave nothing behind`, async function () {
    this.timeout(180_000);
    const [alice, bob] = await newAccounts(await testServer(), "alice", "bob");
    const pages = [await openEngine(alice), await openEngine(bob)] as const;
    try {
      for (let n = 0; n < CALLS; n++) {
        const [caller, callee] = n % 2 === 0 ? pages : [pages[1], pages[0]];
        await dial(caller, callee.account, { video: n % 3 === 0 });
        await until(callee, () => globalThis.engine.phone.calls[0]?.direction === "incoming");
        await callee.page.evaluate(() => globalThis.engine.phone.calls[0]!.accept());
        await Promise.all([connects(caller), connects(callee)]);
        const either = n % 5 === 0 ? callee : caller;
        await either.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
        for (const side of pages) await until(side, () => globalThis.engine.phone.calls.length === 0);
      }
      for (const { page } of pages) {
        const left = await page.evaluate(() => {
          const { watched } = globalThis.engine;
          const streams = watched.filter(({ call }) => call.localStream ?? call.remoteStream).length;
          return { calls: watched.length, reasons: [...new Set(watched.map(({ call }) => call.end?.reason))], streams };
        });
        assert.deepEqual(left, { calls: CALLS, reasons: ["hung-up"], streams: 0 });
      }
    } finally {
      for (const one of pages) await one.close();
    }
  });
});
