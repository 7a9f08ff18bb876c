import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Element } from "ltx";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { errorOf, NS_JINGLE, NS_JINGLE_MESSAGE, xml } from "#jingle/index.js";
import { obtainProsody } from "#prosody/obtain.mjs";
import { type Page, servePage } from "#prosody/page.mjs";
import { type ProsodyServer, startProsody } from "#prosody/server.mjs";
import { Recorder } from "../client/connection/recording.js";
import { newAccounts, type TestAccount, type TestServer } from "../support/prosody.js";
import { root } from "../support/root.js";
import { type EnginePage, openEngine } from "./engine.js";

/** A server that can be restarted and a way to it that can be cut, while the pages stay open. */
class Site {
  #server!: ProsodyServer;
  #page!: Page;
  readonly #dataDir: string;

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  static async open(): Promise<Site> {
    const site = new Site(await mkdtemp(join(tmpdir(), "jinglewire-faults-")));
    await site.start();
    await site.mend();
    return site;
  }

  get address(): string {
    return this.#page.address;
  }

  get server(): TestServer {
    return { ...this.#server, service: `${this.address.replace(/^http/, "ws")}xmpp-websocket` };
  }

  async start(): Promise<void> {
    const obtained = await obtainProsody({ dir: join(root, ".jinglewire/prosody") });
    this.#server = await startProsody({ dataDir: this.#dataDir, obtained });
  }

  /** As a power cut would, and up again. */
  async restart(): Promise<void> {
    await this.#server.kill();
    await this.start();
  }

  cut(): Promise<void> {
    return this.#page.close();
  }

  async mend(): Promise<void> {
    const port = this.#page?.port ?? 0;
    const prosodyHttpPort = () => this.#server.httpPort;
    this.#page = await servePage({ port, root: join(root, "dist/page"), prosodyHttpPort });
  }

  async close(): Promise<void> {
    await this.#page.close();
    await this.#server.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

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

  it("a propose into a server that dies is heard later or ends with a reason", async () => {
    await site.cut();
    await until(a, isAway);
    await dial();
    await site.mend();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await b.page.evaluate(() => globalThis.engine.incoming[0]!.decline());
    await until(a, () => globalThis.engine.watched[0]?.call.end?.reason === "declined");
  });

  it("a page that is closed while it calls stops the ring", async () => {
    await dial();
    await until(b, () => globalThis.engine.incoming.length > 0);
    await a.page.close({ runBeforeUnload: true });
    await until(b, () => globalThis.engine.watched[0]?.call.end?.reason === "cancelled");
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

function isConnected(): boolean {
  return globalThis.engine.phone.calls[0]?.state === "connected";
}

function isAway(): boolean {
  return globalThis.engine.connection.status === "reconnecting";
}

/** Online again, after an absence. */
function isBack(): boolean {
  return globalThis.engine.returns.length > 0;
}

async function framesOf({ page }: EnginePage): Promise<number> {
  return page.evaluate(async () => {
    const stats = await globalThis.engine.phone.calls[0]!.getStats();
    return [...(stats?.values() ?? [])].reduce(
      (sum, { type, framesDecoded }) => sum + (type === "inbound-rtp" ? (framesDecoded ?? 0) : 0),
      0,
    );
  });
}

async function until({ page }: EnginePage, condition: () => boolean, timeout = 40_000): Promise<void> {
  await page.waitForFunction(condition, undefined, { polling: 50, timeout });
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
