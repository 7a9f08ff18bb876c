import { strict as assert } from "node:assert";
import { coturn } from "../support/coturn.js";
import { describeMore } from "../support/more.js";
import { newAccounts } from "../support/server.js";
import { openEngine, openFirefoxEngine } from "./engine.js";
import { Site } from "./site.js";
import { connects, dial, received, rings, type Side } from "./steps.js";

const SECRET = "shared with the TURN server";
/** Browsers gather nothing for a server on loopback, unless loopback is all there is. */
const HOST = process.env.JINGLEWIRE_NETWORK === "own" ? "10.99.0.1" : "127.0.0.1";

describeMore("a call through a relay (coturn, with credentials from Prosody)", function () {
  this.timeout(60_000);
  const open: Side[] = [];
  let site: Site;

  before(async () => {
    const relay = await coturn(
      [
        "use-auth-secret",
        `static-auth-secret=${SECRET}`,
        "realm=localhost",
        `listening-ip=${HOST}`,
        "no-tls",
        "no-dtls",
        "no-cli",
        "log-file=stdout",
      ].join("\n"),
    );
    site = await Site.open({ TURN_HOST: HOST, TURN_PORT: String(relay.port), TURN_SECRET: SECRET });
  });
  after(() => site.close());
  afterEach(async () => {
    for (const side of open.splice(0)) await side.close();
  });

  for (const [who, openCaller] of [
    ["Chromium", openEngine],
    ["Firefox", openFirefoxEngine],
  ] as const) {
    it(`t-21: ${who} tells the other side no address of its own, and sound and picture flow`, async () => {
      const [alice, bob] = await newAccounts(site.server, "alice", "bob");
      const a: Side = await openCaller(alice, { address: site.address, relay: true });
      const b: Side = await openEngine(bob, { address: site.address });
      open.push(a, b);
      await dial(a, bob, { video: true });
      await rings(b);
      await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
      await Promise.all([connects(a), connects(b)]);
      for (const side of [a, b]) assert.ok((await received(side, ["audio", "video"])).every(({ bytes }) => bytes > 0));
      assert.deepEqual(await localTypes(a), ["relay"]);
      const told = a.sent.flatMap((frame) => [...frame.matchAll(/<candidate [^>]*type="([a-z]+)"/g)]);
      assert.ok(told.length > 0 && told.every(([, type]) => type === "relay"));
    });
  }

  /** Which kinds of own candidates the connection uses, as the browser counts them. */
  function localTypes(side: Side): Promise<readonly string[]> {
    return side.page.evaluate(async () => {
      const stats = [...(await globalThis.engine.connections[0]!.getStats()).values()];
      const used = stats.filter(({ type, nominated, state }) => {
        return type === "candidate-pair" && nominated && state === "succeeded";
      });
      const types = used.map(({ localCandidateId }) => {
        return String(stats.find(({ id }) => id === localCandidateId)?.candidateType);
      });
      return [...new Set(types)];
    });
  }
});
