import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { errorOf, NS_JINGLE, NS_JINGLE_MESSAGE, xml } from "#jingle/index.js";
import { Recorder } from "../client/connection/recording.js";
import { newAccounts, type TestAccount } from "../support/prosody.js";
import { type EnginePage, openEngine } from "./engine.js";
import { framesOf, isAway, isBack, isConnected, Site, until, waitFor } from "./site.js";
import { ended, frame } from "./steps.js";

describe("calls when the network or the server fails", function () {
  this.timeout(90_000);
  let site: Site;
  let alice: TestAccount;
  let bob: TestAccount;
  let a: EnginePage;
  let b: EnginePage;

  beforeEach(async () => {
    site = await Site.open();
    [alice, bob] = await newAccounts(site.server, "alice", "bob");
    [a, b] = [await openEngine(alice, { address: site.address }), await openEngine(bob, { address: site.address })];
  });

  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    await site.close();
  });

  it("a call outlives a cut WebSocket: media flows on, and its controls work again", async () => {
    await connected();
    await site.cut();
    await Promise.all([until(a, isAway), until(b, isAway)]);
    const before = await framesOf(b);
    // Said while there is no way: told once there is one.
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute());
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.ok((await framesOf(b)) > before, "no picture came in while the signaling was away");
    await site.mend();
    await Promise.all([until(a, isBack), until(b, isBack)]);
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === true);
    await hangUpEndsBoth();
  });

  it("a call outlives a server that is restarted: presence is back, and its controls work", async () => {
    await connected();
    await site.restart();
    await Promise.all([until(a, isBack), until(b, isBack)]);
    await until(a, () => globalThis.engine.roster.contacts[0]?.presence === "online");
    await until(b, () => globalThis.engine.roster.contacts[0]?.presence === "online");
    assert.equal(await a.page.evaluate(() => globalThis.engine.phone.calls[0]?.state), "connected");
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.turnCamera(false));
    await until(a, () => globalThis.engine.phone.calls[0]?.remoteVideo === false);
    await hangUpEndsBoth();
  });

  it("a server that falls silent, its sockets open, is noticed though nobody says anything, and the call goes on", async () => {
    await connected();
    site.freeze();
    await Promise.all([until(a, isAway), until(b, isAway)]);
    const before = await framesOf(b);
    while ((await framesOf(b)) === before);
    site.thaw();
    await Promise.all([until(a, isBack), until(b, isBack)]);
    assert.deepEqual(await a.page.evaluate(() => globalThis.engine.returns), [true]);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.mute());
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteMuted === true);
    await hangUpEndsBoth();
  });

  it("hanging up while the server is away ends the call on both sides once it is back", async () => {
    await connected();
    await site.cut();
    await Promise.all([until(a, isAway), until(b, isAway)]);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    await site.mend();
    await until(b, () => globalThis.engine.phone.calls.length === 0);
  });

  it("a server that restarts while it rings leaves nobody ringing", async () => {
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await site.restart();
    await Promise.all([until(a, isBack), until(b, isBack)]);
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]?.hangUp());
    await until(b, () => globalThis.engine.phone.calls.length === 0);
    assert.equal(await a.page.evaluate(() => globalThis.engine.phone.calls.length), 0);
  });

  it("a call that rings through a restart can still be answered", async () => {
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await site.restart();
    await Promise.all([until(a, isBack), until(b, isBack)]);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    await Promise.all([until(a, isConnected), until(b, isConnected)]);
  });

  it("a propose that is said while the server is away is heard once it is back", async () => {
    await site.cut();
    await until(a, isAway);
    await dial();
    await site.mend();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.decline());
    await until(a, () => globalThis.engine.watched[0]?.call.end?.reason === "declined");
  });

  for (const moment of ["before its propose is out", "as its propose goes out"] as const) {
    it(`a server that restarts while somebody calls, ${moment}: it rings once, and can be answered`, async () => {
      await dial();
      if (moment === "as its propose goes out") await frame(a, /<propose/);
      await site.restart();
      await Promise.all([until(a, isBack), until(b, isBack)]);
      await until(b, () => globalThis.engine.phone.calls[0]?.state === "ringing");
      await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.accept());
      await Promise.all([until(a, isConnected), until(b, isConnected)]);
      assert.equal(await b.page.evaluate(() => globalThis.engine.incoming.length), 1);
      await hangUpEndsBoth();
    });
  }

  it("a caller that gives up while the server restarts leaves nobody ringing", async () => {
    await dial();
    await frame(a, /<propose/);
    await site.restart();
    await a.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    await Promise.all([until(a, isBack), until(b, isBack)]);
    // Said after the retract, and so heard after it.
    await a.page.evaluate((to) => void globalThis.engine.chat.send(to, "Sorry, not now"), bob.address);
    await until(b, () =>
      globalThis.engine.chat
        .conversation(globalThis.engine.roster.contacts[0]!.address)
        .messages.some(({ body }) => body === "Sorry, not now"),
    );
    assert.equal(await a.page.evaluate(() => globalThis.engine.phone.calls.length), 0);
    assert.equal(await b.page.evaluate(() => globalThis.engine.phone.calls.length), 0);
  });

  it("a page that is closed while it calls stops the ring", async () => {
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await a.page.close({ runBeforeUnload: true });
    await until(b, () => globalThis.engine.watched[0]?.call.end?.reason === "cancelled");
  });

  it("a page that is closed while it rings: the caller hears that nobody answers", async () => {
    await a.close();
    a = await openEngine(alice, { address: site.address, ringTimeout: 3000 });
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await b.page.close({ runBeforeUnload: true });
    assert.deepEqual(await ended(a), { reason: "no-answer", by: "network" });
  });

  it("a browser that dies in a call is noticed", async () => {
    await connected();
    // No goodbye of any kind: neither XMPP nor DTLS.
    const devtools = await a.page.context().newCDPSession(a.page);
    devtools.send("Page.crash").catch(() => {});
    await until(b, () => globalThis.engine.watched[0]?.call.end?.reason === "connection-lost", 60_000);
  });

  describe("with a callee that says proceed and then", () => {
    let callee: Connection;

    beforeEach(async () => {
      await b.close();
      const { address, password } = bob;
      const { WebSocket } = new Recorder();
      callee = await connect({ service: site.server.service, address, password, environment: { WebSocket } });
      callee.send(xml("presence", {}));
    });

    afterEach(() => callee.close());

    it("refuses the session: the caller is told that calls are not taken there", async () => {
      const heard = proceeds((iq) =>
        callee.send(errorOf(iq, { condition: "service-unavailable", application: undefined })),
      );
      await dial();
      await until(a, () => globalThis.engine.watched[0]?.call.end?.reason === "unsupported");
      await waitFor(() => heard.some((text) => text.includes("<finish")));
    });

    it("never answers the session: the caller gives up after 20 s and says so", async () => {
      const heard = proceeds(() => {});
      await dial();
      await until(a, () => globalThis.engine.watched[0]?.call.end?.reason === "no-answer");
      await waitFor(() => heard.some((text) => /session-terminate.*<timeout/.test(text)));
    });

    /** Plays a callee that takes the call; returns what it hears from then on. */
    function proceeds(initiated: (iq: Element) => void): string[] {
      const heard: string[] = [];
      callee.addEventListener("stanza", ({ stanza }) => {
        heard.push(stanza.toString());
        const propose = stanza.getChild("propose", NS_JINGLE_MESSAGE);
        const { from } = stanza.attrs;
        if (propose) {
          const proceed = xml("proceed", { xmlns: NS_JINGLE_MESSAGE, id: propose.attrs.id });
          callee.send(xml("message", { type: "chat", to: from, id: "p1" }, proceed));
        }
        if (stanza.getChild("jingle", NS_JINGLE)?.attrs.action === "session-initiate") initiated(stanza);
      });
      return heard;
    }
  });

  async function dial(): Promise<void> {
    await a.page.evaluate((address) => {
      globalThis.engine.watch(globalThis.engine.phone.call(address, { video: true }));
    }, bob.address);
  }

  async function connected(): Promise<void> {
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.accept());
    await Promise.all([until(a, isConnected), until(b, isConnected)]);
    await until(b, () => globalThis.engine.phone.calls[0]?.remoteVideo === true);
  }

  async function hangUpEndsBoth(): Promise<void> {
    await b.page.evaluate(() => globalThis.engine.phone.calls[0]!.hangUp());
    await until(a, () => globalThis.engine.watched[0]?.call.end?.reason === "hung-up");
    await until(b, () => globalThis.engine.watched[0]?.call.end?.reason === "hung-up");
  }
});
