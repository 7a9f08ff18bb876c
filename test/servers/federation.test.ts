import assert from "node:assert/strict";
import { createElement } from "ltx";
import { type Federation, newFederation } from "../support/federation.js";
import { describeMore } from "../support/more.js";
import { servedWith } from "../support/page.js";
import { newAccounts, type XmppServer } from "../support/server.js";
import { callSuite, type Home } from "./call-suite.js";
import { login } from "./raw-client.js";

describeMore("Between servers,", function () {
  this.timeout(40_000);
  let federation: Federation;
  before(async () => {
    federation = await newFederation();
  });

  between("Prosody 0.12 and Prosody 13.0:", () => [
    federation.prosody("north.example"),
    federation.prosody("south.example", "trixie"),
  ]);

  between("Prosody 13.0 and ejabberd 23:", () => [
    federation.prosody("east.example", "trixie"),
    federation.ejabberd("west.example"),
  ]);

  it("Prosody lets no server in, and goes to none, whose certificate nobody trusts", async () => {
    const [known, stranger] = [
      await federation.prosody("known.example"),
      await federation.stranger("stranger.example"),
    ];
    for (const [from, to] of [
      [known, stranger],
      [stranger, known],
    ] as const) {
      const [ann] = await newAccounts(from, "ann");
      const client = await login(from.service, ann.address, ann.password);
      await assert.rejects(
        client.ask("get", createElement("ping", { xmlns: "urn:xmpp:ping" }), to.domain),
        /certificate is not trusted/,
      );
      await client.close();
    }
  });
});

function between(title: string, makeServers: () => readonly [Promise<XmppServer>, Promise<XmppServer>]): void {
  describe(title, () => {
    let alice: Home;
    let bob: Home;

    before(async () => {
      const [hers, his] = makeServers();
      [alice, bob] = [await home(await hers), await home(await his)];
    });

    callSuite(() => ({ alice, bob }));
  });
}

async function home(server: XmppServer): Promise<Home> {
  return { server, page: await servedWith(server) };
}
