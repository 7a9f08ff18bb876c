import { strict as assert } from "node:assert";
import { bareJid, domainOf, normaliseJid, resourceOf, sameAccount } from "#jingle/index.js";

describe("RFC 7622: addresses are compared", () => {
  for (const [what, one, other] of [
    ["whatever the case of account and domain", "Alice@Example.ORG/Desk", "alice@example.org/Desk"],
    ["whatever the case beyond ASCII", "ÉMILE@EXÄMPLE.ORG", "émile@exämple.org"],
    ["composed or not", "e\u0301mile@exa\u0308mple.org/cafe\u0301", "émile@exämple.org/café"],
    ["whatever the width of their characters (§3.3.1)", "ａｌｉｃｅ@example.org", "alice@example.org"],
  ] as const)
    it(what, () => {
      assert.equal(normaliseJid(one), normaliseJid(other));
      assert.equal(normaliseJid(normaliseJid(one)), normaliseJid(one));
    });

  for (const [what, one, other] of [
    ["resources in their own case (§3.4)", "alice@example.org/Desk", "alice@example.org/desk"],
    ["accounts", "alice@example.org", "a1ice@example.org"],
    ["domains", "alice@example.org", "alice@example.com"],
    ["an account from its domain", "alice@example.org", "example.org"],
    ["accents", "emile@example.org", "émile@example.org"],
  ] as const)
    it(`and told apart: ${what}`, () => assert.notEqual(normaliseJid(one), normaliseJid(other)));

  it("by account, whatever the resources", () => {
    assert.ok(sameAccount("Alice@example.org/a", "alice@EXAMPLE.org/b"));
    assert.ok(!sameAccount("alice@example.org/a", "bob@example.org/a"));
  });

  it("in their parts; a resource may hold / and @", () => {
    const jid = "alice@example.org/home/@desk";
    assert.deepEqual(
      [bareJid(jid), domainOf(jid), resourceOf(jid)],
      ["alice@example.org", "example.org", "home/@desk"],
    );
    assert.deepEqual([bareJid("example.org"), resourceOf("example.org")], ["example.org", ""]);
  });
});
