import assert from "node:assert/strict";
import { createElement, type Element } from "ltx";
import { servedWith } from "../support/page.js";
import { newAccounts, type XmppServer } from "../support/server.js";
import { callSuite, type Home } from "./call-suite.js";
import { login, type RawClient } from "./raw-client.js";

/** What every server that we say we work with has to do, whoever made it. */
export function serverSuite(title: string, makeServer: () => Promise<XmppServer>): void {
  describe(title, function () {
    this.timeout(40_000);
    let home: Home;
    const clients: RawClient[] = [];

    before(async () => {
      const server = await makeServer();
      home = { server, page: await servedWith(server) };
    });

    afterEach(async () => {
      for (const client of clients.splice(0)) await client.close();
    });

    async function signIn(name: string): Promise<RawClient> {
      const [account] = await newAccounts(home.server, name);
      const client = await login(home.server.service, account.address, account.password);
      clients.push(client);
      return client;
    }

    callSuite(() => ({ alice: home, bob: home }));

    it("offers SCRAM-SHA-256, stream management and client states, and announces carbons, blocking, the archive and personal events", async () => {
      const ann = await signIn("ann");
      assert.ok(ann.mechanisms.includes("SCRAM-SHA-256"));
      assert.ok(ann.features.getChild("sm", "urn:xmpp:sm:3"));
      assert.ok(ann.features.getChild("csi", "urn:xmpp:csi:0"));
      const server = await features(ann, home.server.domain);
      for (const feature of ["urn:xmpp:carbons:2", "urn:xmpp:blocking", "urn:xmpp:ping"])
        assert.ok(server.includes(feature), feature);
      const account = await features(ann, ann.jid.split("/")[0]!);
      for (const feature of ["urn:xmpp:mam:2", "http://jabber.org/protocol/pubsub#publish"])
        assert.ok(account.includes(feature), feature);
    });

    it("has rooms for several people, which keep their history", async () => {
      const ann = await signIn("ann");
      const room = `room-${Date.now()}@conference.${home.server.domain}`;
      const join = createElement("x", { xmlns: "http://jabber.org/protocol/muc" });
      ann.send(createElement("presence", { xmlns: "jabber:client", to: `${room}/ann` }, join));
      assert.equal((await ann.next("presence")).attrs.type, undefined);
      assert.ok((await features(ann, room)).includes("urn:xmpp:mam:2"));
    });

    it("opens a BOSH session through the page's own origin", async () => {
      const { domain } = home.server;
      const body = `<body xmlns="http://jabber.org/protocol/httpbind" rid="1" to="${domain}" wait="1" hold="1" ver="1.6"/>`;
      const answer = await fetch(`${home.page.address}http-bind`, { method: "POST", body });
      assert.match(await answer.text(), /^<body .*sid=/);
    });

    // Debian's own rate for Prosody, 10 kB/s, would let this test's time pass over these 550 kB.
    it("lets a thousand trickled candidates pass in one go", async () => {
      const [ann, ben] = [await signIn("ann"), await signIn("ben")];
      for (let n = 0; n < CANDIDATES; n++) ann.send(trickled(ben.jid, n));
      for (let n = 0; n < CANDIDATES; n++) assert.equal((await ben.next("iq")).attrs.id, `candidate-${n}`);
    });
  });
}

const CANDIDATES = 1000;

async function features(client: RawClient, address: string): Promise<readonly string[]> {
  const info = createElement("query", { xmlns: "http://jabber.org/protocol/disco#info" });
  return (await client.ask("get", info, address)).getChildren("feature").map(({ attrs }) => String(attrs.var));
}

function trickled(to: string, n: number): Element {
  const facts = { component: "1", foundation: "1", generation: "0", network: "1", protocol: "udp", type: "host" };
  const candidate = { ...facts, id: `c${n}`, ip: "192.0.2.1", port: String(1024 + n), priority: "2130706431" };
  const transport = { xmlns: "urn:xmpp:jingle:transports:ice-udp:1", ufrag: "8hhy", pwd: "asd88fgpdd777uzjYhagZg" };
  return createElement(
    "iq",
    { xmlns: "jabber:client", type: "set", id: `candidate-${n}`, to },
    createElement(
      "jingle",
      { xmlns: "urn:xmpp:jingle:1", action: "transport-info", sid: "a73sjjvkla37jfea" },
      createElement(
        "content",
        { creator: "initiator", name: "0" },
        createElement("transport", transport, createElement("candidate", candidate)),
      ),
    ),
  );
}
