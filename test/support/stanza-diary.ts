import { badStanzas, checkKept } from "./schema.js";

// Mocha's root hook plugin (.mocharc.json requires this file): every stanza that a test gave to `keep` is valid by the
// XEPs' schemas and uses known namespaces only. Told at the end: a failing hook in between would end the run.
export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    checkKept(this.currentTest?.fullTitle() ?? "outside of a test");
  },
  afterAll(): void {
    checkKept("outside of a test");
    const bad = badStanzas();
    if (bad.length === 0) return;
    const lines = bad.map(({ test, problems, stanza }) => `${test}\n  ${problems.join("\n  ")}\n  ${stanza}`);
    throw new Error(`${bad.length} stanzas that were sent are not valid:\n${lines.slice(0, 20).join("\n")}`);
  },
};
