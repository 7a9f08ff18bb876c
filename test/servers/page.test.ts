import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get, type IncomingMessage, request } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Page, servePage } from "#prosody/page.mjs";
import { freePorts } from "#prosody/ports.mjs";
import { Sentence } from "#prosody/sentence.mjs";
import { newAccounts, testServer } from "../support/prosody.js";
import { login } from "./raw-client.js";

describe("The page's server", () => {
  let folder: string;
  let page: Page;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "jinglewire-page-"));
    await mkdir(join(folder, "page"));
    await writeFile(join(folder, "secret.txt"), "secret");
    await writeFile(join(folder, "page/.hidden"), "secret");
    await writeFile(join(folder, "page/index.html"), "<!doctype html>the page");
    await writeFile(join(folder, "page/main.js"), "export {};");
    page = await servePage({ root: join(folder, "page"), prosodyHttpPort: () => undefined });
  });
  after(async () => {
    await page.close();
    await rm(folder, { recursive: true });
  });

  it("answers under every name of this machine's loopback", async () => {
    const ipv6 = Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ address }) => address === "::1"),
    );
    for (const host of ["localhost", "127.0.0.1", ...(ipv6 ? ["[::1]"] : [])]) {
      const answer = await fetch(`http://${host}:${page.port}/`);
      assert.equal(await answer.text(), "<!doctype html>the page");
      assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    }
  });

  it("lets only the page's own scripts run, and nobody frame it", async () => {
    const { headers } = await fetch(page.address);
    const policy = headers.get("content-security-policy")!.split("; ");
    assert.ok(policy.includes("script-src 'self'"));
    assert.ok(policy.includes("default-src 'none'"));
    assert.ok(policy.includes("frame-ancestors 'none'"));
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("permissions-policy")!, /camera=\(self\), microphone=\(self\)/);
  });

  it("answers 304 to a browser that has the newest version, and a new one when the file changed", async () => {
    const first = await fetch(`${page.address}main.js`);
    assert.equal(first.headers.get("cache-control"), "no-cache");
    const again = { headers: { "if-none-match": first.headers.get("etag")! } };
    assert.equal((await fetch(`${page.address}main.js`, again)).status, 304);
    await writeFile(join(folder, "page/main.js"), "export const changed = true;");
    assert.equal((await fetch(`${page.address}main.js`, again)).status, 200);
  });

  it("answers HEAD with the headers alone", async () => {
    const answer = await fetch(page.address, { method: "HEAD" });
    assert.equal(answer.headers.get("content-length"), String("<!doctype html>the page".length));
    assert.equal(await answer.text(), "");
  });

  it("tells the page where its server is", async () => {
    const answer = await fetch(`${page.address}config.json`);
    assert.deepEqual(await answer.json(), { service: "/xmpp-websocket", domain: "localhost" });
  });

  it("answers 404 to what is not there, and 405 to what only a form would send", async () => {
    assert.equal((await fetch(`${page.address}nothing`)).status, 404);
    assert.equal((await fetch(page.address, { method: "POST" })).status, 405);
  });

  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "//../secret.txt",
    "/x/../../secret.txt",
  ])
    it(`does not leave its folder for ${path}`, async () => {
      const answer = await rawGet(page.port, path);
      assert.equal(answer.status, 404);
      assert.doesNotMatch(answer.body, /^secret/);
    });

  for (const path of ["/.hidden", "/%00", "/%zz", "/a\\..\\..\\secret.txt"])
    it(`has nothing at ${path}`, async () => {
      assert.equal((await rawGet(page.port, path)).status, 404);
    });

  it("says in words that the page is not built", async () => {
    const empty = await servePage({ root: join(folder, "none"), prosodyHttpPort: 1 });
    const answer = await fetch(empty.address);
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /npm run build/);
    await empty.close();
  });

  it("says in one sentence that its port is busy, and how to take another", async () => {
    await assert.rejects(servePage({ port: page.port, root: folder, prosodyHttpPort: 1 }), (error) => {
      assert.ok(error instanceof Sentence);
      assert.match(error.message, new RegExp(`^Port ${page.port} is busy: .*PORT=${page.port + 1}`));
      return true;
    });
  });
});

describe("The page's way to Prosody", () => {
  it("carries a login over the WebSocket", async () => {
    const server = await testServer();
    const page = await servePage({ root: ".", prosodyHttpPort: server.httpPort });
    const [ann] = await newAccounts(server, "ann");
    const client = await login(`ws://localhost:${page.port}/xmpp-websocket`, ann.address, ann.password);
    await client.close();
    await page.close();
  });

  it("carries BOSH", async () => {
    const server = await testServer();
    const page = await servePage({ root: ".", prosodyHttpPort: server.httpPort });
    const body = `<body xmlns="http://jabber.org/protocol/httpbind" rid="1" to="localhost" wait="1" hold="1" ver="1.6"/>`;
    const answer = await fetch(`${page.address}http-bind`, { method: "POST", body });
    assert.match(await answer.text(), /^<body .*sid=/);
    await page.close();
  });

  it("answers 502 in words while Prosody is away, to a WebSocket as well", async () => {
    const [nobody] = await freePorts(1);
    for (const prosodyHttpPort of [nobody!, () => undefined]) {
      const page = await servePage({ root: ".", prosodyHttpPort });
      const answer = await fetch(`${page.address}http-bind`, { method: "POST", body: "<body/>" });
      assert.equal(answer.status, 502);
      assert.match(await answer.text(), /Prosody does not answer/);
      const refused = await handshake(page.port, "/xmpp-websocket");
      assert.equal(refused.statusCode, 502);
      assert.match(await text(refused), /Prosody does not answer/);
      await page.close();
    }
  });

  it("has no WebSocket elsewhere", async () => {
    const page = await servePage({ root: ".", prosodyHttpPort: 1 });
    assert.equal((await handshake(page.port, "/other")).statusCode, 404);
    await page.close();
  });

  describe("with a far side of our own", () => {
    let far: Server;
    let page: Page;
    let arrived: Promise<[Socket]>;
    beforeEach(async () => {
      far = createServer().listen(0, "127.0.0.1");
      await once(far, "listening");
      arrived = once(far, "connection") as Promise<[Socket]>;
      page = await servePage({ root: ".", prosodyHttpPort: (far.address() as { port: number }).port });
    });
    afterEach(async () => {
      await page.close();
      far.close();
    });

    it("passes the handshake and then every byte as it is, both ways", async () => {
      const [near, farSocket] = await joined();
      near.write(Buffer.from([0, 255, 128]));
      assert.deepEqual(await readBytes(farSocket, 3), Buffer.from([0, 255, 128]));
      farSocket.write(Buffer.from([1, 254]));
      assert.deepEqual(await readBytes(near, 2), Buffer.from([1, 254]));
      near.destroy();
      await once(farSocket, "close");
    });

    it("closes the near side when the far side closes, after its last bytes", async () => {
      const [near, farSocket] = await joined();
      farSocket.end("last words");
      assert.equal(await text(near), "last words");
    });

    it("closes the far side when the near side is cut off", async () => {
      const [near, farSocket] = await joined();
      farSocket.on("error", () => {});
      const closed = once(farSocket, "close");
      near.resetAndDestroy();
      await closed;
    });

    it("closes both sides when the server closes", async () => {
      const [near, farSocket] = await joined();
      near.on("error", () => {});
      const both = Promise.all([once(near, "close"), once(farSocket, "close")]);
      await page.close();
      near.resume();
      await both;
    });

    /** A socket of a "browser" and the one of "Prosody", with the handshake between them read. */
    async function joined(): Promise<[Socket, Socket]> {
      const near = connect(page.port, "127.0.0.1");
      near.write(
        "GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      );
      const [farSocket] = await arrived;
      farSocket.resume().pause();
      const head =
        "GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
      assert.equal((await readBytes(farSocket, head.length)).toString(), head);
      return [near, farSocket];
    }
  });
});

/** Reads exactly `count` bytes and leaves the stream paused. */
async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes) return bytes;
    await once(socket, "readable");
  }
}

/** GET with a path that fetch would tidy up. */
async function rawGet(port: number, path: string): Promise<{ status: number; body: string }> {
  const [answer] = (await once(get({ port, path, host: "127.0.0.1" }), "response")) as [IncomingMessage];
  return { status: answer.statusCode!, body: await text(answer) };
}

/** Asks for a WebSocket and returns the refusal. */
async function handshake(port: number, path: string): Promise<IncomingMessage> {
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  const asked = request({ port, path, host: "127.0.0.1", headers }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}
