// What the tests use of @xmpp/client, which publishes no types.
declare module "@xmpp/client" {
  import type { Element } from "ltx";

  export interface Client {
    readonly jid: { toString(): string } | null;
    readonly status: string;
    readonly iqCaller: { get(child: Element, to: string, timeout: number): Promise<Element> };
    readonly iqCallee: { get(xmlns: string, name: string, handler: () => Element | object): void };
    readonly middleware: {
      use(
        handler: (context: { stanza: Element; element?: Element }, next: () => Promise<unknown>) => Promise<unknown>,
      ): unknown;
    };
    readonly streamManagement: {
      inbound: number;
      id: string;
      on(event: string, listener: (argument: never) => void): unknown;
    };
    readonly reconnect: { delay: number; stop(): void };
    on(event: string, listener: (argument: never) => void): void;
    prependListener(event: string, listener: (argument: never) => void): void;
    removeListener(event: string, listener: (argument: never) => void): void;
    send(stanza: Element): Promise<void>;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
  }

  export function client(options: {
    service: string;
    domain: string;
    resource?: string;
    username: string;
    password: string;
  }): Client;
  export function xml(name: string, attrs: Record<string, string>, ...children: (Element | string)[]): Element;
}
