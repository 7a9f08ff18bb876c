import { cleanUp } from "./cleanup.js";

// Mocha's root hook plugin (.mocharc.json requires this file): what tests share is started by the first that asks.
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(30_000);
    await cleanUp();
  },
};
