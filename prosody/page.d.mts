export interface PageOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The folder of the built page. */
  readonly root: string;
  /** Where /xmpp-websocket and /http-bind lead; a function may answer undefined while Prosody has no port yet. */
  readonly prosodyHttpPort: number | (() => number | undefined);
  /** Where the server has its WebSocket and its BOSH; default "/xmpp-websocket" and "/http-bind". */
  readonly serverPaths?: { readonly websocket?: string; readonly bosh?: string };
  /** The XMPP domain that /config.json names; default "localhost". */
  readonly domain?: string;
}

export interface Page {
  readonly port: number;
  /** Such as http://localhost:8080/ */
  readonly address: string;
  /** Ends the server and every connection through it. */
  close(): Promise<void>;
}

/** Serves the built page on loopback and carries its WebSocket and BOSH to Prosody. */
export function servePage(options: PageOptions): Promise<Page>;
