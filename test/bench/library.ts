import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { Element } from "ltx";

/** What the benchmarks use of @xmpp/component, which has no types. */
export interface LibraryComponent {
  readonly socket: Socket;
  on(event: "stanza", listener: (stanza: Element) => void): void;
  send(stanza: Element): Promise<void>;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** @xmpp/component as it comes. */
export function libraryComponent(options: {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly secret: string;
}): LibraryComponent {
  const { component } = createRequire(import.meta.url)("@xmpp/component") as {
    component(options: object): LibraryComponent;
  };
  const { host, port, domain, secret } = options;
  return component({ service: `xmpp://${host}:${port}`, domain, password: secret });
}
