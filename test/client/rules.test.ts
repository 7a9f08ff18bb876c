import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import type { Element } from "ltx";
import { newId, newUuid } from "#client/ids.js";
import type { Connection } from "#client/index.js";
import { caps, capsText, type DiscoInfo, discoInfo, type Jingle, jingle, NS_JINGLE, xml } from "#jingle/index.js";
import { FEATURES } from "#jingle/xep/index.js";
import { ALICE, BOB, Phones, pause, until } from "./phones.js";

const NS_DISCO = "http://jabber.org/protocol/disco#info";
const NS_OFFER_ANSWER = "urn:ietf:rfc:3264";
const NODE = "https://example.org/another-client";

describe("rules of the XEPs that the client keeps", () => {
  const phones = new Phones();

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  /** A device of another make: what it says of itself, and what it hears. */
  function device(address: string, features: readonly string[], ver?: string) {
    const connection = phones.server.connect(address);
    phones.keep(connection);
    const heard: Element[] = [];
    const info: DiscoInfo = { identities: [{ category: "client", type: "pc" }], features, extra: [] };
    const hash = createHash("sha1").update(capsText(info)!).digest("base64");
    connection.addEventListener("stanza", ({ stanza }) => {
      heard.push(stanza);
      if (stanza.name !== "iq" || (stanza.attrs.type !== "get" && stanza.attrs.type !== "set")) return;
      const query = stanza.getChild("query", NS_DISCO);
      const payload = query ? [discoInfo.write({ ...info, node: query.attrs.node })] : [];
      connection.send(xml("iq", { type: "result", id: stanza.attrs.id, to: stanza.attrs.from }, ...payload));
    });
    connection.send(xml("presence", {}, caps.write({ hash: "sha-1", node: NODE, ver: ver ?? hash })));
    return { connection, heard, jingles: () => heard.flatMap(jingleOf) };
  }

  function jingleOf(stanza: Element): readonly Jingle[] {
    const found = stanza.getChild("jingle", NS_JINGLE);
    return found ? [jingle.read(found)] : [];
  }

  function proceed(from: Connection, to: string, id: string): void {
    from.send(xml("message", { type: "chat", to }, xml("proceed", { xmlns: "urn:xmpp:jingle-message:0", id })));
  }

  it("0166-03 sids and ids are names in XML, never twice the same", () => {
    const made = Array.from({ length: 1000 }, () => [newUuid(), newId()]).flat();
    assert.equal(new Set(made).size, made.length);
    for (const id of made) assert.match(id, /^[\w.:-]{33,36}$/);
    assert.match(newUuid(), /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it("0166-15 0176-13 nothing is accepted, and no candidate is told, before the person agrees", async () => {
    const { bob, inc, out } = await phones.ringing(true);
    await pause();
    const said = () => phones.server.sent.filter((text) => text.includes(`from="${bob.connection.jid}"`)).join();
    assert.ok(!said().includes("session-accept") && !said().includes("<candidate"));
    inc.accept();
    await until(() => out.state === "connected" && said().includes("session-accept") && said().includes("<candidate"));
  });

  it("0353-11 the session that our proceed asked for is accepted without a second question", async () => {
    const { bob, inc, out } = await phones.ringing();
    inc.accept();
    await until(() => out.state === "connected");
    assert.equal(bob.incoming.length, 1);
  });

  it("0167-18 all tracks of a call are in one stream", async () => {
    const { out, inc } = await phones.connected(true);
    for (const call of [out, inc]) {
      assert.deepEqual(
        call
          .remoteStream!.getTracks()
          .map(({ kind }) => kind)
          .sort(),
        ["audio", "video"],
      );
    }
  });

  it("0176-04 to who wants no trickling the description goes with every candidate", async () => {
    phones.network.gatherAfter = 20;
    const alice = await phones.signIn(ALICE);
    const bob = device(BOB, [...FEATURES, NS_OFFER_ANSWER]);
    await until(() => bob.heard.some((stanza) => stanza.getChild("query", NS_DISCO)));
    await pause();
    const call = alice.phone.call(BOB, { video: true });
    await until(() => bob.heard.some((stanza) => stanza.getChild("propose")));
    proceed(bob.connection, alice.connection.jid, call.id);
    await until(() => bob.jingles().length > 0);
    await pause();
    const [first, ...others] = bob.jingles();
    assert.equal(first?.action, "session-initiate");
    for (const { transport } of first!.contents) assert.ok(transport!.candidates.length > 0);
    assert.deepEqual(others, []);
  });

  it("0115-03 what does not hash to what was announced is believed of nobody", async () => {
    const alice = await phones.signIn(ALICE);
    const bob = device(BOB, [...FEATURES, NS_OFFER_ANSWER], "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    await until(() => bob.heard.some((stanza) => stanza.getChild("query", NS_DISCO)));
    await pause();
    const call = alice.phone.call(BOB, { video: true });
    await until(() => bob.heard.some((stanza) => stanza.getChild("propose")));
    proceed(bob.connection, alice.connection.jid, call.id);
    await until(() => bob.jingles().some(({ action }) => action === "transport-info"));
    const each = bob.jingles().filter(({ action }) => action === "transport-info");
    assert.ok(
      each.every(({ contents }) => contents[0]!.transport!.candidates.length === 1),
      "as for a stranger",
    );
  });

  it("0030-01 who asks hears our identity, our features, and the node that was asked for", async () => {
    const alice = await phones.signIn(ALICE);
    const bob = device(BOB, FEATURES);
    const presence = () =>
      bob.heard.find(({ name, attrs }) => name === "presence" && attrs.from === alice.connection.jid);
    await until(() => presence() !== undefined);
    const { node, ver } = presence()!.getChild("c")!.attrs;
    const query = xml("query", { xmlns: NS_DISCO, node: `${node}#${ver}` });
    bob.connection.send(xml("iq", { type: "get", id: "q1", to: alice.connection.jid }, query));
    const answer = () => bob.heard.find(({ attrs }) => attrs.id === "q1");
    await until(() => answer() !== undefined);
    const info = discoInfo.read(answer()!.getChild("query")!);
    assert.equal(info.node, `${node}#${ver}`);
    assert.equal(createHash("sha1").update(capsText(info)!).digest("base64"), ver);
    assert.deepEqual(
      info.identities.map(({ category }) => category),
      ["client"],
    );
    assert.deepEqual(info.features, FEATURES);
  });
});
