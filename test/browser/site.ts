import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainProsody } from "#prosody/obtain.mjs";
import { type Page, servePage } from "#prosody/page.mjs";
import { type ProsodyServer, startProsody } from "#prosody/server.mjs";
import type { TestServer } from "../support/prosody.js";
import { root } from "../support/root.js";
import type { EnginePage } from "./engine.js";

/** A server that can be restarted and a way to it that can be cut, while the pages stay open. */
export class Site {
  #server!: ProsodyServer;
  #page!: Page;
  readonly #dataDir: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(dataDir: string, environment: Readonly<Record<string, string>>) {
    this.#dataDir = dataDir;
    this.#environment = environment;
  }

  /** @param environment what Prosody's configuration reads. */
  static async open(environment: Readonly<Record<string, string>> = {}): Promise<Site> {
    const site = new Site(await mkdtemp(join(tmpdir(), "jinglewire-faults-")), environment);
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
    this.#server = await startProsody({ dataDir: this.#dataDir, obtained, environment: this.#environment });
  }

  /** As a power cut would, and up again. */
  async restart(): Promise<void> {
    await this.#server.kill();
    await this.start();
  }

  /** The server says nothing any more, and its sockets stay open, until it is continued. */
  freeze(): void {
    process.kill(-this.#server.pid!, "SIGSTOP");
  }

  thaw(): void {
    process.kill(-this.#server.pid!, "SIGCONT");
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

/** These three run in the page. */
export function isConnected(): boolean {
  return globalThis.engine.phone.calls[0]?.state === "connected";
}

export function isAway(): boolean {
  return globalThis.engine.connection.status === "reconnecting";
}

/** Online again, after an absence. */
export function isBack(): boolean {
  return globalThis.engine.returns.length > 0;
}

/** Pictures that have been decoded in the running call. */
export async function framesOf({ page }: EnginePage): Promise<number> {
  return page.evaluate(async () => {
    const stats = await globalThis.engine.phone.calls[0]!.getStats();
    return [...(stats?.values() ?? [])].reduce(
      (sum, { type, framesDecoded }) => sum + (type === "inbound-rtp" ? (framesDecoded ?? 0) : 0),
      0,
    );
  });
}

export async function until({ page }: EnginePage, condition: () => boolean, timeout = 40_000): Promise<void> {
  await page.waitForFunction(condition, undefined, { polling: 50, timeout });
}

export async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
