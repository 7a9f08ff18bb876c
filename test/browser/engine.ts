import { build } from "esbuild";
import type { Page } from "playwright-core";
import type * as client from "#client/index.js";
import { newContext } from "../support/chromium.js";
import { testPage } from "../support/page.js";
import type { TestAccount } from "../support/prosody.js";
import { kept } from "../support/schema.js";

/** What the page of an engine test holds: one account's connection, roster, chat and phone, without any user interface. */
export interface Engine {
  readonly client: typeof client;
  readonly connection: client.Connection;
  readonly roster: client.Roster;
  readonly chat: client.Chat;
  readonly phone: client.Phone;
  /** Incoming calls in the order of their coming. */
  readonly incoming: client.Call[];
  /** Calls in both directions with the states that they went through. */
  readonly watched: { readonly call: client.Call; readonly states: client.CallState[] }[];
  watch(call: client.Call): void;
  /** For each time that the connection came back: was the session resumed? */
  readonly returns: boolean[];
}

let bundle: Promise<string> | undefined;

/** The library as one script, as any bundler without a setting makes it. */
function library(): Promise<string> {
  bundle ??= build({
    stdin: { contents: `export * from "jinglewire/client";`, resolveDir: process.cwd() },
    bundle: true,
    format: "iife",
    globalName: "jinglewire",
    write: false,
    logLevel: "silent",
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundle;
}

export interface EnginePage {
  readonly page: Page;
  readonly account: TestAccount;
  /** What the page wrote to the stream. */
  readonly sent: string[];
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Where the page is served. Default: the page against the server that all tests share. */
  readonly address?: string;
  readonly ringTimeout?: number;
}

/** Signs an account in, in a window of its own. */
export async function openEngine(account: TestAccount, options: EngineOptions = {}): Promise<EnginePage> {
  const context = await newContext();
  const page = await context.newPage();
  const sent: string[] = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(kept(String(payload)))));
  const address = options.address ?? (await testPage()).address;
  await page.goto(`${address}config.json`);
  // From our own origin, as the page's content security policy wants it.
  await page.route("**/engine.js", async (route) =>
    route.fulfill({ contentType: "text/javascript", body: await library() }),
  );
  await page.addScriptTag({ url: `${address}engine.js` });
  const service = `${address.replace(/^http/, "ws")}xmpp-websocket`;
  await page.evaluate(signIn, { service, account, options });
  return { page, account, sent, close: () => context.close() };
}

/** Runs in the page. */
async function signIn({
  service,
  account,
  options,
}: {
  service: string;
  account: TestAccount;
  options: object;
}): Promise<void> {
  const scope = globalThis as unknown as { jinglewire: typeof client; engine: Engine };
  const connection = await scope.jinglewire.connect({ service, address: account.address, password: account.password });
  // The server's echo of our own presence says that calls reach us from now on.
  const present = new Promise<void>((resolve) =>
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "presence" && stanza.attrs.from === connection.jid) resolve();
    }),
  );
  const roster = new scope.jinglewire.Roster(connection);
  const chat = new scope.jinglewire.Chat(connection);
  const phone = new scope.jinglewire.Phone(connection, { roster, ...options });
  const incoming: client.Call[] = [];
  const watched: { call: client.Call; states: client.CallState[] }[] = [];
  const watch = (call: client.Call) => {
    const states = [call.state];
    call.addEventListener("statechange", () => states.push(call.state));
    watched.push({ call, states });
  };
  phone.addEventListener("incoming", ({ call }) => {
    watch(call);
    incoming.push(call);
  });
  const returns: boolean[] = [];
  connection.addEventListener("online", ({ resumed }) => returns.push(resumed));
  scope.engine = { client: scope.jinglewire, connection, roster, chat, phone, incoming, watched, watch, returns };
  await roster.ready;
  await present;
}
