import { build } from "esbuild";
import type { Page } from "playwright-core";
import type * as client from "#client/index.js";
import { newContext } from "../support/chromium.js";
import { newFirefoxPage } from "../support/firefox.js";
import { testPage } from "../support/page.js";
import { kept } from "../support/schema.js";
import type { TestAccount } from "../support/server.js";

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
  /** Every connection for media, the oldest first. */
  readonly connections: RTCPeerConnection[];
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

/** What a test asks of a page in any browser, in Playwright's words. */
export type BrowserPage = Pick<Page, "evaluate" | "waitForFunction">;

/** One account that is signed in, in a window of its own. */
export interface EnginePage<InBrowser extends BrowserPage = Page> {
  readonly page: InBrowser;
  readonly account: TestAccount;
  /** What the page wrote to the stream; from Firefox it comes a moment later. */
  readonly sent: string[];
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Where the page is served. Default: the page against the server that all tests share. */
  readonly address?: string;
  readonly ringTimeout?: number;
  /** Media goes through a relay only. */
  readonly relay?: boolean;
}

/** Signs an account in, in Chromium. */
export async function openEngine(account: TestAccount, options: EngineOptions = {}): Promise<EnginePage> {
  const context = await newContext();
  const page = await context.newPage();
  const sent: string[] = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(kept(String(payload)))));
  const address = options.address ?? (await testPage()).address;
  await loadLibrary(page, address);
  await page.evaluate(signIn, { service: serviceAt(address), account, options });
  return { page, account, sent, close: () => context.close() };
}

/** Has a page of Chromium hold the library as `jinglewire`, from where the page that ships is served. */
export async function loadLibrary(page: Page, address: string): Promise<void> {
  await page.goto(`${address}config.json`);
  // From our own origin, as the page's content security policy wants it.
  await page.route("**/engine.js", async (route) =>
    route.fulfill({ contentType: "text/javascript", body: await library() }),
  );
  await page.addScriptTag({ url: `${address}engine.js` });
}

/** Signs an account in, in Firefox. */
export async function openFirefoxEngine(
  account: TestAccount,
  options: EngineOptions = {},
): Promise<EnginePage<BrowserPage>> {
  const firefox = await newFirefoxPage();
  const sent: string[] = [];
  await firefox.exposeFunction("frameSent", (frame: string) => void sent.push(kept(frame)));
  await firefox.evaluateOnNewDocument(tellFrames);
  const address = options.address ?? (await testPage()).address;
  await firefox.goto(`${address}config.json`);
  await firefox.evaluate(await library());
  const page = {
    evaluate: (run: () => unknown, argument?: unknown) => firefox.evaluate(run, argument as never),
    waitForFunction: (condition: () => unknown, argument: unknown, options: object) =>
      firefox.waitForFunction(condition, options, argument as never),
  } as unknown as BrowserPage;
  await page.evaluate(signIn, { service: serviceAt(address), account, options });
  return { page, account, sent, close: () => firefox.browserContext().close() };
}

/** Runs in the page before its scripts. */
function tellFrames(): void {
  const scope = globalThis as unknown as { frameSent(frame: string): void };
  globalThis.WebSocket = class extends WebSocket {
    override send(frame: string): void {
      scope.frameSent(frame);
      super.send(frame);
    }
  };
}

/** The WebSocket beside a page that is served. */
export function serviceAt(address: string): string {
  return `${address.replace(/^http/, "ws")}xmpp-websocket`;
}

/** Runs in the page. */
async function signIn({
  service,
  account,
  options,
}: {
  service: string;
  account: TestAccount;
  options: EngineOptions;
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
  const connections: RTCPeerConnection[] = [];
  const peerConnection = (configuration: RTCConfiguration) => {
    const made = new RTCPeerConnection(configuration);
    connections.push(made);
    return made;
  };
  const phone = new scope.jinglewire.Phone(connection, {
    roster,
    peerConnection,
    relayOnly: () => options.relay === true,
    ...options,
  });
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
  scope.engine = {
    client: scope.jinglewire,
    connection,
    roster,
    chat,
    phone,
    incoming,
    watched,
    watch,
    returns,
    connections,
  };
  await roster.ready;
  await present;
}
