import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { resultOf, xml } from "#jingle/index.js";
import { ALICE, BOB, CAROL, MALLORY, Phones, pause, until } from "./phones.js";

const NS_EXTDISCO = "urn:xmpp:extdisco:2";

describe("a phone with several calls", () => {
  const phones = new Phones();

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  it("one is active, the others are held; taking one up holds the other", async () => {
    const [alice, bob, carol] = [
      await phones.signIn(ALICE),
      await phones.signIn(BOB, { calls: 2 }),
      await phones.signIn(CAROL),
    ];
    const first = alice.phone.call(BOB);
    await until(() => bob.incoming.length === 1);
    bob.incoming[0]!.accept();
    await until(() => first.state === "connected");
    const second = carol.phone.call(BOB);
    await until(() => bob.incoming.length === 2 && second.state === "ringing");
    assert.equal(first.state, "connected", "a call that rings does not disturb");
    bob.incoming[1]!.accept();
    await until(() => second.state === "connected" && first.heldByPeer);
    assert.deepEqual(
      bob.phone.calls.map(({ onHold }) => onHold),
      [true, false],
    );
    bob.incoming[0]!.hold(false);
    await until(() => first.state === "connected" && second.heldByPeer);
    bob.incoming[0]!.hangUp();
    await first.ended;
    assert.equal(bob.phone.calls.length, 1);
    bob.incoming[1]!.hold(false);
    await until(() => second.state === "connected");
  });

  it("0353-13: a call goes on on another device of the one side, and stays one call for the other", async () => {
    const { out, inc, bob, alice } = await phones.connected();
    const laptop = await phones.signIn(`${ALICE}/laptop`);
    const next = laptop.phone.call(BOB);
    await until(() => next.state === "connected" && inc.state === "connected");
    assert.deepEqual(bob.phone.calls, [inc], "nothing rings");
    assert.equal(inc.id, next.id);
    assert.equal((await out.ended).reason, "answered-elsewhere");
    assert.equal(alice.phone.calls.length, 0);
    next.hangUp();
    assert.deepEqual(await inc.ended, { reason: "hung-up", by: "them" });
  });

  it("a third who calls hears busy", async () => {
    const { bob, out } = await phones.connected();
    const carol = await phones.signIn(CAROL);
    const call = carol.phone.call(BOB);
    assert.equal((await call.ended).reason, "busy");
    assert.equal(bob.incoming.length, 1);
    assert.equal(out.state, "connected");
  });

  it("0353-18: strangers ring, ring silently, or are ignored", async () => {
    const mallory = await phones.signIn(MALLORY);
    for (const strangers of ["ring", "ring-silently", "ignore"] as const) {
      const bob = await phones.signIn(`${BOB}/${strangers}`, { strangers });
      const silent: boolean[] = [];
      bob.phone.addEventListener("incoming", (event) => silent.push(event.silent));
      const call = mallory.phone.call(BOB);
      await pause();
      assert.deepEqual(silent, { ring: [false], "ring-silently": [true], ignore: [] }[strangers]);
      assert.equal(call.state, "calling", "a stranger learns nothing");
      call.hangUp();
      await bob.connection.close();
    }
  });
});

describe("XEP-0215: STUN and TURN servers", () => {
  const phones = new Phones();
  let asked: string[] = [];

  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => {
    phones.open();
    asked = [];
  });
  afterEach(() => phones.close());

  /** The server of everybody knows these services; each question is noted. */
  function serve(services: () => Element, connection: { receive?: unknown }): void {
    phones.server.onStanza = (stanza) => {
      const payload = stanza.getChildElements()[0];
      if (stanza.attrs.type !== "get" || payload?.attrs.xmlns !== NS_EXTDISCO) return true;
      asked.push(payload.name);
      stanza.attrs.from ??= "";
      (connection as { receive(stanza: Element): void }).receive(resultOf(stanza, services()));
      return false;
    };
  }

  const turn = (expires: Date) =>
    xml(
      "services",
      { xmlns: NS_EXTDISCO },
      xml("service", {
        type: "turn",
        host: "turn.example.org",
        port: "3478",
        username: "u",
        password: "p",
        expires: expires.toISOString(),
      }),
      xml("service", { type: "turns", host: "turn.example.org", port: "5349" }),
    );

  it("those of our server are used, asked for once; what would make the browser throw is left out", async () => {
    const [alice] = [await phones.signIn(ALICE), await phones.signIn(BOB)];
    serve(() => turn(new Date(Date.now() + 3_600_000)), alice.connection as never);
    for (let i = 0; i < 2; i++) {
      const call = alice.phone.call(BOB);
      await until(() => call.state === "ringing");
      call.hangUp();
      await call.ended;
      await pause();
    }
    const { iceServers } = phones.network.connections[0]!.getConfiguration();
    assert.deepEqual(iceServers, [
      { urls: "turn:turn.example.org:3478?transport=udp", username: "u", credential: "p" },
    ]);
    assert.equal(asked.filter((name) => name === "services").length, 1);
  });

  it("0215-04: credentials that are about to expire are renewed before the next call", async () => {
    const [alice] = [await phones.signIn(ALICE), await phones.signIn(BOB)];
    serve(() => turn(new Date(Date.now() + 60_000)), alice.connection as never);
    for (let i = 0; i < 2; i++) {
      const call = alice.phone.call(BOB);
      await until(() => call.state === "ringing");
      call.hangUp();
      await call.ended;
      await pause();
    }
    assert.ok(asked.filter((name) => name === "services").length >= 2);
  });

  it("a server that knows none costs no call, and relayOnly is obeyed for whom it names", async () => {
    const [alice, bob] = [
      await phones.signIn(ALICE, { relayOnly: (address) => address === BOB }),
      await phones.signIn(BOB),
    ];
    const call = alice.phone.call(BOB);
    await until(() => bob.incoming.length === 1);
    bob.incoming[0]!.accept();
    await until(() => call.state === "connected");
    const [ours, theirs] = phones.network.connections.map((one) => one.getConfiguration());
    assert.equal(ours!.iceTransportPolicy, "relay");
    assert.equal(theirs!.iceTransportPolicy, undefined);
    assert.deepEqual(ours!.iceServers, []);
  });
});
