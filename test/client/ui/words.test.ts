import { strict as assert } from "node:assert";
import { fullAddress, looksLikeAddress } from "#client/app/config.js";
import { messageText } from "#client/ui/message-text.js";
import { hueOf, initials, localPart } from "#client/ui/names.js";

describe("addresses and names", () => {
  it("completes what somebody types to a bare JID", () => {
    assert.equal(fullAddress(" alice ", "example.org"), "alice@example.org");
    assert.equal(fullAddress("alice@jabber.example", "example.org"), "alice@jabber.example");
    assert.equal(fullAddress("alice@jabber.example/phone", "example.org"), "alice@jabber.example");
    assert.equal(fullAddress("xmpp:alice@jabber.example?call", "example.org"), "alice@jabber.example");
    assert.equal(fullAddress("  ", "example.org"), "");
  });

  it("knows an address from something else", () => {
    for (const good of ["bob@localhost", "bob.b@example.org", "böb@exämple.org"]) {
      assert.equal(looksLikeAddress(good), true, good);
    }
    for (const bad of ["", "bob", "@example.org", "bob@", "b b@example.org", "a@b@c", "<a>@b"]) {
      assert.equal(looksLikeAddress(bad), false, bad);
    }
  });

  it("has one or two letters for every name", () => {
    assert.equal(initials("Ann Lee"), "AL");
    assert.equal(initials("ann.marie-lee"), "AL");
    assert.equal(initials("bob"), "B");
    assert.equal(initials("李小龙"), "李");
    assert.equal(initials("🦊 fox"), "🦊F");
    assert.equal(initials("   "), "?");
    assert.equal(localPart("alice@example.org"), "alice");
    assert.equal(localPart("example.org"), "example.org");
  });

  it("always gives an address the same colour", () => {
    assert.equal(hueOf("bob@localhost"), hueOf("bob@localhost"));
    assert.notEqual(hueOf("bob@localhost"), hueOf("carol@localhost"));
    for (const address of ["", "a", "bob@localhost", "x".repeat(3000)]) {
      assert.ok(hueOf(address) >= 0 && hueOf(address) <= 360);
    }
  });
});

describe("links in messages", () => {
  /** The parts of a text: a link as [address], text as it is. */
  const parts = (text: string) =>
    messageText(text)
      .map((part) => (typeof part === "string" ? part : [part.values[0]]))
      .filter((part) => part !== "");

  it("finds web addresses and nothing else", () => {
    assert.deepEqual(parts("see https://example.org/a?b=c#d now"), ["see ", ["https://example.org/a?b=c#d"], " now"]);
    assert.deepEqual(parts("HTTP://EXAMPLE.ORG"), [["HTTP://EXAMPLE.ORG"]]);
    assert.deepEqual(parts("javascript:alert(1) data:text/html,x ftp://x file:///etc"), [
      "javascript:alert(1) data:text/html,x ftp://x file:///etc",
    ]);
    assert.deepEqual(parts("http://"), ["http://"]);
  });

  it("leaves the sentence its punctuation", () => {
    assert.deepEqual(parts("(https://example.org)."), ["(", ["https://example.org"], ")."]);
    assert.deepEqual(parts("https://example.org/a_(b), and"), [["https://example.org/a_(b)"], ", and"]);
    assert.deepEqual(parts("“https://example.org/x”"), ["“", ["https://example.org/x"], "”"]);
    assert.deepEqual(parts("https://example.org?!"), [["https://example.org"], "?!"]);
  });

  it("loses no character of a long text, quickly", () => {
    const text = "https://example.org/((((((((((".repeat(2000) + ")".repeat(2000);
    const begun = performance.now();
    const whole = messageText(text)
      .map((part) => (typeof part === "string" ? part : part.values[0]))
      .join("");
    assert.equal(whole, text);
    assert.ok(performance.now() - begun < 500);
  });
});
