import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Element } from "ltx";
import type { BrowserContext } from "playwright-core";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import type * as client from "#client/index.js";
import { loadLibrary, serviceAt } from "../browser/engine.js";
import { countOnWire, type Frame, Recorder } from "../client/connection/recording.js";
import { newContext } from "../support/chromium.js";
import { servedWith } from "../support/page.js";
import { newAccounts, privateServer, type TestAccount, testServer } from "../support/prosody.js";
import { kept } from "../support/schema.js";

const LOGINS = 50;
const AT_A_TIME = 5;

declare global {
  var jinglewire: typeof client;
  var connection: Connection;
}

describe("quick logins in Chromium, with messages arriving around <enabled/>", function () {
  this.timeout(120_000);
  let context: BrowserContext;
  let bob: Connection;
  let sent = 0;

  before(async () => {
    context = await newContext();
  });
  afterEach(() => bob?.close());
  after(() => context?.close());

  for (const passwordHash of ["SHA-256", "SHA-1"] as const) {
    it(`${LOGINS} pages sign in by SCRAM-${passwordHash}: every ack right and no stream killed`, async () => {
      const server = passwordHash === "SHA-256" ? await testServer() : await privateServer({ passwordHash });
      const [alice, second] = await newAccounts(server, "alice", "bob");
      bob = await connect({ service: server.service, ...second, environment: { WebSocket: new Recorder().WebSocket } });
      const { address } = await servedWith(server);
      const logins: Frame[][] = [];
      const signInNext = async (): Promise<void> => {
        while (logins.length < LOGINS) {
          const frames: Frame[] = [];
          logins.push(frames);
          await login(address, alice, frames);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, signInNext));

      assert.equal(logins.length, LOGINS);
      const counts = logins.map(countOnWire);
      assert.deepEqual(
        counts.flatMap(({ wrong, killed }) => [...wrong, ...killed]),
        [],
      );
      for (const [index, frames] of logins.entries()) {
        assert.ok(counts[index]!.acks > 0, "each login acknowledges at least once, at its end");
        const written = frames.filter(([direction]) => direction === ">").map(([, text]) => text);
        assert.ok(written.some((text) => text.includes(`mechanism="SCRAM-${passwordHash}"`)));
        for (const text of written)
          assert.ok(!text.includes(alice.password) && !text.includes(btoa(alice.password)), "the password is written");
      }
    });
  }

  /** A page of its own signs in, fetches its roster, gets messages, and leaves. */
  async function login(address: string, account: TestAccount, frames: Frame[]): Promise<void> {
    const page = await context.newPage();
    page.on("websocket", (socket) => {
      let jid: string | undefined;
      const record = (frame: Frame) => {
        const [, text] = frame;
        frames.push(frame);
        // The resource is bound: its messages race with <enable/> and <enabled/>.
        jid ??= /<jid>([^<]+)/.exec(text)?.[1];
        if (jid && /<jid>|<enable/.test(text)) for (let each = 0; each < 3; each++) bob.send(chat(jid));
      };
      socket.on("framereceived", ({ payload }) => record(["<", String(payload)]));
      socket.on("framesent", ({ payload }) => record([">", kept(String(payload))]));
    });
    await loadLibrary(page, address);
    await page.evaluate(signIn, { service: serviceAt(address), ...account });
    while (count(frames, "<", /<body>/) < 9) await sleep(5); // three for each of three frames
    await page.evaluate(() => globalThis.connection.close());
    // The browser tells of frames a moment after the page knows.
    while (count(frames, ">", /^<close/) === 0) await sleep(5);
    await page.close();
  }

  function chat(to: string): Element {
    const message = new Element("message", { type: "chat", to, id: `quick-${sent++}` });
    message.c("body").t("hello");
    return message;
  }
});

/** Runs in the page. */
async function signIn({ service, address, password }: { service: string; address: string; password: string }) {
  globalThis.connection = await globalThis.jinglewire.connect({ service, address, password });
  await new globalThis.jinglewire.Roster(globalThis.connection).ready;
}

function count(frames: readonly Frame[], from: "<" | ">", pattern: RegExp): number {
  return frames.filter(([direction, text]) => direction === from && pattern.test(text)).length;
}
