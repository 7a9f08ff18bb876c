import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Element } from "ltx";
import { RequestError } from "#component/index.js";
import {
  capsText,
  discoInfo,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_VERSION,
  version,
  xml,
} from "#jingle/index.js";
import { newAccounts, privateServer, type TestServer, testServer } from "../support/prosody.js";
import { keep } from "../support/schema.js";
import { client, componentOf, end, forwarder, heard, running } from "./links.js";
import { undoAll } from "./undo.js";

let made = 0;

describe("The component's link, at a real Prosody", () => {
  let server: TestServer;
  before(async () => {
    server = await testServer();
  });
  afterEach(undoAll);

  /** A component that is online, and alice, who can ask. */
  async function both() {
    const component = running(componentOf(server));
    const [account] = await newAccounts(server, "alice");
    const alice = await client(server, account);
    await component.online();
    const ask = (type: "get" | "set", to: string, payload: Element): Promise<Element> => {
      const id = `ask-${++made}`;
      const answer = heard(alice, (stanza) => stanza.name === "iq" && stanza.attrs.id === id);
      alice.send(xml("iq", { type, to, id }, payload));
      answer.then(keep, () => {});
      return answer;
    };
    return { component, link: component.link, alice, ask };
  }

  for (const to of ["call.localhost", "somebody@call.localhost", "somebody@call.localhost/phone"]) {
    it(`0114-06 answers disco, ping and version to ${to}, and service-unavailable to anything else`, async () => {
      const { ask } = await both();
      const info = discoInfo.read((await ask("get", to, query(NS_DISCO_INFO))).getChild("query", NS_DISCO_INFO)!);
      // 0030-01
      assert.deepEqual(info.identities, [
        { category: "component", type: "generic", name: "Jinglewire", lang: undefined },
      ]);
      assert.deepEqual(
        [...info.features].sort(),
        [NS_DISCO_INFO, NS_DISCO_ITEMS, "http://jabber.org/protocol/caps", NS_PING, NS_VERSION].sort(),
      );
      const items = await ask("get", to, query(NS_DISCO_ITEMS));
      assert.deepEqual(items.getChild("query", NS_DISCO_ITEMS)?.children, []);
      assert.equal((await ask("get", to, xml("ping", { xmlns: NS_PING }))).attrs.type, "result");
      const about = version.read((await ask("get", to, query(NS_VERSION))).getChild("query", NS_VERSION)!);
      assert.equal(about.name, "Jinglewire");
      assert.match(about.version, /^\d+\.\d+\.\d+/);
      for (const type of ["get", "set"] as const) {
        const refused = await ask(type, to, query("urn:example:nobody-knows-it"));
        assert.equal(refused.attrs.from, to);
        assert.ok(refused.getChild("error")?.getChild("service-unavailable"), refused.toString());
      }
    });
  }

  it("0115-02 mirrors the node that its presence names, whose hash is that of its features", async () => {
    const { alice, ask } = await both();
    const seen = heard(
      alice,
      ({ name, attrs }) => name === "presence" && attrs.from === "call.localhost" && !attrs.type,
    );
    alice.send(xml("presence", { to: "call.localhost", type: "probe" }));
    const { node, ver, hash } = (await seen).getChild("c", "http://jabber.org/protocol/caps")!.attrs;
    assert.equal(hash, "sha-1");
    const answer = await ask("get", "call.localhost", query(NS_DISCO_INFO, `${node}#${ver}`));
    const info = discoInfo.read(answer.getChild("query", NS_DISCO_INFO)!);
    assert.equal(info.node, `${node}#${ver}`);
    assert.equal(createHash("sha1").update(capsText(info)!).digest("base64"), ver);
    const unknown = await ask("get", "call.localhost", query(NS_DISCO_INFO, "something else"));
    assert.ok(unknown.getChild("error")?.getChild("item-not-found"));
  });

  it("accepts who wants to see the component, and says that nobody else lives at its domain", async () => {
    const { alice } = await both();
    // Prosody tells of subscriptions who has asked for the roster.
    const roster = heard(alice, ({ name, attrs }) => name === "iq" && attrs.id === "roster");
    alice.send(xml("iq", { type: "get", id: "roster" }, query("jabber:iq:roster")));
    await roster;
    alice.send(xml("presence", {}));
    const from = (address: string, type?: string) =>
      heard(alice, ({ name, attrs }) => name === "presence" && attrs.from === address && attrs.type === type);
    const accepted = Promise.all([from("call.localhost", "subscribed"), from("call.localhost")]);
    alice.send(xml("presence", { to: "call.localhost", type: "subscribe" }));
    await accepted;
    const refused = from("nobody@call.localhost", "unsubscribed");
    alice.send(xml("presence", { to: "nobody@call.localhost", type: "subscribe" }));
    await refused;
  });

  it("carries text of four-byte characters whole, wherever the network cuts it", async () => {
    const { component, link, alice } = await both();
    for (const [shift, length] of [0, 1, 2, 3].flatMap((shift) => [
      [shift, 2_048] as const,
      [shift, 32_000] as const,
    ])) {
      const text = "x".repeat(shift) + "\u{1f4de}".repeat(length);
      const there = component.stanza();
      alice.send(xml("message", { to: "call.localhost", type: "chat" }, xml("body", {}, text)));
      assert.ok((await there).getChildText("body") === text, `to the component: ${shift} + ${length}`);
      const back = heard(alice, ({ name }) => name === "message");
      link.send(xml("message", { to: alice.jid, type: "chat" }, xml("body", {}, text)));
      assert.ok((await back).getChildText("body") === text, `to the client: ${shift} + ${length}`);
    }
  });

  it("asks others, and takes the answer from the one who was asked alone", async () => {
    const { link, alice } = await both();
    const [other] = await newAccounts(server, "mallory");
    const mallory = await client(server, other);
    const asked = heard(alice, ({ name, attrs }) => name === "iq" && attrs.type === "get");
    const answer = link.request(xml("iq", { type: "get", to: alice.jid }, query("urn:example:question")));
    const { id } = (await asked).attrs;
    const answered = (text: string) => xml("iq", { type: "result", to: "call.localhost", id }, xml("text", {}, text));
    const forged = new Promise<Element>((resolve) => link.addEventListener("stanza", resolve));
    mallory.send(answered("forged"));
    // What nobody asked for goes to who listens, not to who waits.
    assert.equal((await forged).attrs.from, mallory.jid);
    alice.send(answered("true"));
    assert.equal((await answer).getChildText("text"), "true");
  });

  it("hands on the error of a request, and gives up a request that nobody answers", async () => {
    const { link, alice } = await both();
    const refused = link.request(xml("iq", { type: "get", to: "nobody@localhost" }, query("urn:example:question")));
    await assert.rejects(refused, (error) => error instanceof RequestError && error.error.condition !== "");
    const silence = link.request(xml("iq", { type: "get", to: `${alice.jid}` }, query("urn:example:question")), {
      timeout: 50,
    });
    await assert.rejects(silence, (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.error.condition, "remote-server-timeout");
      return true;
    });
  });

  it("comes back when Prosody restarts, and answers again", async () => {
    const first = await privateServer();
    const way = await forwarder(first.componentPort);
    const component = running({ ...componentOf(first), port: way.port, environment: { random: () => 1 } });
    await component.online();
    await first.stop();
    const second = await privateServer({ componentSecret: first.componentSecret });
    way.target = second.componentPort;
    await component.online();
    const [account] = await newAccounts(second, "alice");
    const alice = await client(second, account);
    const pong = heard(alice, ({ name, attrs }) => name === "iq" && attrs.id === "again");
    alice.send(xml("iq", { type: "get", to: "call.localhost", id: "again" }, xml("ping", { xmlns: NS_PING })));
    assert.equal((await pong).attrs.type, "result");
    // Prosody said system-shutdown or just closed; afterwards nothing answered for a while.
    assert.ok(component.offline.length >= 1);
    assert.ok(component.offline.every(({ retryIn }) => retryIn >= 500 && retryIn <= 30_000));
  });

  it("0114-04 ends at a wrong secret, an unknown domain and a second instance, each with a sentence", async () => {
    const own = componentOf(server);
    const wrong = await end(running({ ...own, secret: "not it" }));
    assert.equal(wrong.condition, "not-authorized");
    assert.match(wrong.message, /refuses the secret of call\.localhost: make it the same as in the server's/);
    const unknown = await end(running({ ...own, domain: "other.localhost" }));
    assert.equal(unknown.condition, "host-unknown");
    assert.match(unknown.message, /has no component other\.localhost: add it/);
    const first = running(own);
    await first.online();
    const second = await end(running(own));
    assert.equal(second.condition, "conflict");
    assert.match(second.message, /Another program is connected .* call\.localhost: stop it/);
    assert.ok(first.link.online);
  });

  it("0114-02 proves a secret beyond ASCII as the servers read it, in UTF-8", async () => {
    const own = await privateServer({ componentSecret: "pässwörd-鍵-\u{1f511}" });
    await running(componentOf(own)).online();
  });

  it("0114-03 sends no stanza without addresses of its own, and stays connected", async () => {
    const { component, link, alice, ask } = await both();
    assert.throws(() => link.send(xml("message", {})), /has no "to"/);
    assert.throws(() => link.send(xml("message", { to: alice.jid, from: "x@elsewhere.example" })), /not an address of/);
    assert.throws(() => link.send(xml("handshake", { to: alice.jid })), /not a stanza/);
    const upper = heard(alice, ({ attrs }) => attrs.id === "upper");
    // Prosody compares the octets of the domain, and would end the stream.
    link.send(xml("message", { to: alice.jid, from: "Alice@CALL.localhost/Phone", id: "upper" }));
    assert.equal((await upper).attrs.from, "alice@call.localhost/Phone");
    const controls = heard(alice, ({ attrs }) => attrs.id === "controls");
    link.send(xml("message", { to: alice.jid, id: "controls" }, xml("body", {}, "a\0b\x1bc\uffffd\ud800e")));
    assert.equal((await controls).getChildText("body"), "a\ufffdb\ufffdc\ufffdd\ufffde");
    assert.throws(
      () => link.send(xml("message", { to: alice.jid }, xml("body", {}, "é".repeat(140_000)))),
      /larger than 262144 bytes/,
    );
    assert.equal((await ask("get", "call.localhost", xml("ping", { xmlns: NS_PING }))).attrs.type, "result");
    assert.deepEqual(component.offline, []);
  });

  it("leaves by the door: the server knows at once, and the next instance meets no conflict", async () => {
    const first = running(componentOf(server));
    await first.online();
    await first.stop();
    await first.ended;
    assert.equal(first.link.online, false);
    assert.equal(first.link.send(xml("message", { to: "alice@localhost" })), false);
    const second = running(componentOf(server));
    await second.online();
    await sleep(50);
    assert.deepEqual(second.offline, []);
  });
});

function query(xmlns: string, node?: string): Element {
  return xml("query", { xmlns, node });
}
