import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createElement } from "ltx";
import { prosodyTooOld } from "#prosody/server.mjs";
import { newAccounts, privateServer, type TestServer, testServer } from "../support/prosody.js";
import { login } from "./raw-client.js";

describe("A Prosody that startProsody() started", () => {
  let server: TestServer;
  before(async () => {
    server = await testServer();
  });

  it("has open ports when it says so", async () => {
    for (const port of [server.httpPort, server.c2sPort]) await opened(port, "127.0.0.1");
  });

  it("listens on loopback only, unless it is told otherwise", async function () {
    const address = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (!address) this.skip();
    for (const port of [server.httpPort, server.c2sPort, server.componentPort])
      await assert.rejects(opened(port, address), { code: "ECONNREFUSED" });
    const open = await privateServer({ environment: { JINGLEWIRE_PROSODY_INTERFACE: "*" } });
    for (const port of [open.httpPort, open.c2sPort, open.componentPort]) await opened(port, address);
    await open.stop();
  });

  it("knows a registered account at once, and refuses a wrong password", async () => {
    const [ann] = await newAccounts(server, "ann");
    const client = await login(server.service, ann.address, ann.password);
    await client.close();
    await assert.rejects(login(server.service, ann.address, "not it"), /not-authorized/);
  });

  it("shows registered contacts with subscription both ways", async () => {
    const [ann, ben] = await newAccounts(server, "ann", "ben");
    const client = await login(server.service, ann.address, ann.password);
    const roster = await client.ask("get", createElement("query", { xmlns: "jabber:iq:roster" }));
    assert.deepEqual(
      roster.getChildren("item").map(({ attrs }) => [attrs.jid, attrs.subscription]),
      [[ben.address, "both"]],
    );
    await client.close();
  });

  it("offers the SCRAM of the hash that its accounts are stored with", async () => {
    const [ann] = await newAccounts(server, "ann");
    const client = await login(server.service, ann.address, ann.password);
    assert.deepEqual(client.mechanisms.filter(isScram), ["SCRAM-SHA-256"]);
    await client.close();

    const older = await privateServer({ passwordHash: "SHA-1" });
    await older.register("ann", "secret");
    const other = await login(older.service, "ann@localhost", "secret");
    assert.deepEqual(other.mechanisms.filter(isScram), ["SCRAM-SHA-1"]);
    await other.close();
    await older.stop();
  });

  it("refuses SASL PLAIN on the bare TCP port, and offers SCRAM there", async () => {
    const socket = connect(server.c2sPort, "127.0.0.1").setEncoding("utf8");
    const namespaces = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'";
    socket.write(`<stream:stream to='localhost' version='1.0' ${namespaces}>`);
    let text = "";
    for await (const part of socket) {
      text += part;
      if (text.includes("</stream:features>")) break;
    }
    const mechanisms = [...text.matchAll(/<mechanism>([^<]*)/g)].map(([, name]) => name!);
    assert.deepEqual(mechanisms.filter(isScram), ["SCRAM-SHA-256"]);
    assert.ok(!mechanisms.includes("PLAIN"));
  });

  it("announces stream management, carbons, blocking, the archive and personal events", async () => {
    const [ann] = await newAccounts(server, "ann");
    const client = await login(server.service, ann.address, ann.password);
    assert.ok(client.features.getChild("sm", "urn:xmpp:sm:3"));
    assert.deepEqual(await missing(["urn:xmpp:carbons:2", "urn:xmpp:blocking", "urn:xmpp:ping"], server.domain), []);
    assert.deepEqual(await missing(["urn:xmpp:mam:2", "http://jabber.org/protocol/pubsub#publish"], ann.address), []);
    await client.close();

    async function missing(features: readonly string[], to: string): Promise<readonly string[]> {
      const info = createElement("query", { xmlns: "http://jabber.org/protocol/disco#info" });
      const found = (await client.ask("get", info, to)).getChildren("feature").map(({ attrs }) => attrs.var);
      return features.filter((feature) => !found.includes(feature));
    }
  });

  it("is gone when stop() resolves, and says how it ended", async () => {
    const own = await privateServer();
    await own.stop();
    assert.throws(() => process.kill(own.pid, 0), { code: "ESRCH" });
    assert.equal((await own.ended).code, 0);
    await own.stop(); // a second time is fine
  });

  it("drops its clients when it is killed", async () => {
    const own = await privateServer();
    await own.register("ann", "secret");
    const client = await login(own.service, "ann@localhost", "secret");
    assert.equal((await own.kill()).signal, "SIGKILL");
    await Promise.race([client.closed, sleep(5000).then(() => assert.fail("the socket is still open"))]);
  });

  it("is 0.12 or newer, or is refused in a sentence", () => {
    for (const version of ["0.12.0", "0.12.3", "13.0.1", "trunk nightly build 1000"])
      assert.equal(prosodyTooOld(version), null);
    assert.match(prosodyTooOld("0.11.9")!, /^This is Prosody 0\.11\.9, .* 0\.12 or newer: install one/);
    assert.equal(prosodyTooOld(server.version), null);
  });
});

/** Resolves when somebody listens there, rejects when nobody does. */
async function opened(port: number, address: string): Promise<void> {
  const socket = connect(port, address);
  await once(socket, "connect");
  socket.destroy();
}

function isScram(mechanism: string): boolean {
  return mechanism.startsWith("SCRAM-");
}
