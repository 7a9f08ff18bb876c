import { strict as assert } from "node:assert";
import { accountsOf, clear, componentOf, type Starter, started } from "../servers/starter.js";
import { type EnginePage, openEngine } from "./engine.js";
import { framesOf } from "./site.js";
import { connectCall, ended, until } from "./steps.js";

describe("the component of npm start, killed with -9 in a call", function () {
  this.timeout(60_000);
  let starter: Starter;
  const open: EnginePage[] = [];

  beforeEach(async () => {
    starter = await started();
    const [alice, bob] = await accountsOf(starter);
    for (const account of [alice, bob]) open.push(await openEngine(account, { address: starter.address }));
  });

  afterEach(async () => {
    for (const side of open.splice(0)) await side.close();
    await clear();
  });

  it("comes back, and the pages notice nothing: media flows on, and the call's controls work", async () => {
    const [a, b] = open as [EnginePage, EnginePage];
    await connectCall(a, b, { video: true });
    const killed = await componentOf(starter);
    process.kill(killed, "SIGKILL");
    await starter.said("is connected again");
    assert.notEqual(await componentOf(starter), killed);
    const frames = await framesOf(b);
    while ((await framesOf(b)) === frames);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute());
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === true);
    for (const { page } of [a, b])
      assert.deepEqual(await page.evaluate(() => [globalThis.engine.connection.status, globalThis.engine.returns]), [
        "online",
        [],
      ]);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    assert.deepEqual(await ended(b), { reason: "hung-up", by: "them" });
  });
});
