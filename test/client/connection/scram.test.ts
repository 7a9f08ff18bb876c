import assert from "node:assert/strict";
import { decode, encode, prepare, Scram, ScramError, type ScramOptions } from "#client/connection/scram.js";

// The example exchanges of RFC 5802 section 5 and RFC 7677 section 3, both for user "user" with password "pencil".
const SHA_1 = {
  nonce: "fyko+d2lbbFgONRv9qkxdawL",
  first: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
  serverFirst: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
  final: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
  serverFinal: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
};
const SHA_256 = {
  nonce: "rOprNGfwEbeRWgbNEkqO",
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

function exchange(options: Partial<ScramOptions> = {}): Scram {
  const { subtle } = globalThis.crypto;
  return new Scram({ hash: "SHA-256", username: "user", password: "pencil", nonce: SHA_256.nonce, subtle, ...options });
}

describe("SASL SCRAM", () => {
  it("RFC 5802 §5: the example exchange of SCRAM-SHA-1", async () => {
    const scram = exchange({ hash: "SHA-1", nonce: SHA_1.nonce });
    assert.equal(scram.first, SHA_1.first);
    assert.equal(await scram.respond(SHA_1.serverFirst), SHA_1.final);
    scram.verify(SHA_1.serverFinal);
  });

  it("RFC 7677 §3: the example exchange of SCRAM-SHA-256", async () => {
    const scram = exchange();
    assert.equal(scram.first, SHA_256.first);
    assert.equal(await scram.respond(SHA_256.serverFirst), SHA_256.final);
    scram.verify(SHA_256.serverFinal);
  });

  it("RFC 5802 §5.1: escapes = and , in the user name", () => {
    assert.equal(exchange({ username: "a=b,c", nonce: "x" }).first, "n,,n=a=3Db=2Cc,r=x");
  });

  it("refuses a wrong signature, an error, and a signature before the exchange", async () => {
    const scram = exchange();
    assert.throws(() => scram.verify(SHA_256.serverFinal), ScramError);
    await scram.respond(SHA_256.serverFirst);
    assert.throws(() => scram.verify(SHA_1.serverFinal), ScramError);
    assert.throws(() => scram.verify(""), ScramError);
    assert.throws(() => scram.verify("e=invalid-proof"), /invalid-proof/);
    assert.throws(() => scram.verify(`e=other-error,${SHA_256.serverFinal}`), ScramError);
  });

  for (const [what, serverFirst] of [
    ["a nonce that is not ours continued", SHA_1.serverFirst],
    ["a nonce to which the server added nothing", `r=${SHA_256.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ["a mandatory extension", `m=x,${SHA_256.serverFirst}`],
    ["no salt", SHA_256.serverFirst.replace(/,s=[^,]*/, "")],
    ["a salt that is not base64", SHA_256.serverFirst.replace(/,s=[^,]*/, ",s=%")],
    ["so few iterations that a false server could guess the password", SHA_256.serverFirst.replace("4096", "4095")],
    ["so many iterations that the page would hang", SHA_256.serverFirst.replace("4096", "10000001")],
    ["a count that is no number", SHA_256.serverFirst.replace("4096", "1e4")],
    ["no count", SHA_256.serverFirst.replace(",i=4096", "")],
  ] as const) {
    it(`refuses a server that sends ${what}`, async () => {
      await assert.rejects(exchange().respond(serverFirst), ScramError);
    });
  }

  it("RFC 4013 §3: prepares its examples", () => {
    assert.equal(prepare("I\u00adX"), "IX");
    assert.equal(prepare("user"), "user");
    assert.equal(prepare("USER"), "USER");
    assert.equal(prepare("\u00aa"), "a");
    assert.equal(prepare("\u2168"), "IX");
    assert.equal(prepare("a\u00a0b\u3000c"), "a b c");
    assert.throws(() => prepare("\u0007"), RangeError);
  });

  it("carries text beyond Latin-1 and refuses what is not UTF-8", () => {
    assert.equal(decode(encode("pässword €🙂")), "pässword €🙂");
    assert.throws(() => decode("/w=="), ScramError);
    assert.throws(() => decode("%"), ScramError);
  });
});
