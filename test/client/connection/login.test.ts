import assert from "node:assert/strict";
import { ConnectionError } from "#client/connection/connection.js";
import { choose } from "#client/connection/login.js";

const { subtle } = globalThis.crypto;

function refusal(...parameters: Parameters<typeof choose>): string {
  try {
    return choose(...parameters);
  } catch (error) {
    assert.ok(error instanceof ConnectionError);
    return error.condition;
  }
}

describe("the choice of a SASL mechanism", () => {
  it("takes SCRAM-SHA-256 before SCRAM-SHA-1 before PLAIN", () => {
    assert.equal(choose(new Set(["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"]), true, subtle), "SCRAM-SHA-256");
    assert.equal(choose(new Set(["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"]), true, subtle), "SCRAM-SHA-1");
    assert.equal(choose(new Set(["PLAIN", "EXTERNAL"]), true, subtle), "PLAIN");
  });

  it("takes SCRAM also where the link is not encrypted", () => {
    assert.equal(choose(new Set(["PLAIN", "SCRAM-SHA-1"]), false, subtle), "SCRAM-SHA-1");
  });

  it("never sends a password in the clear over a link that others can read", () => {
    assert.equal(refusal(new Set(["PLAIN"]), false, subtle), "insecure");
  });

  it("does not fall back to PLAIN in a page without cryptography", () => {
    assert.equal(refusal(new Set(["PLAIN", "SCRAM-SHA-1"]), true, undefined), "insecure");
    assert.equal(choose(new Set(["PLAIN"]), true, undefined), "PLAIN");
  });

  it("says so when there is no way to sign in", () => {
    assert.equal(refusal(new Set(["EXTERNAL"]), true, subtle), "unsupported");
    assert.equal(refusal(new Set(), true, subtle), "unsupported");
  });
});
