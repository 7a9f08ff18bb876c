// What the tests use of @xmpp/client, which publishes no types.
declare module "@xmpp/client" {
  import type { Element } from "ltx";

  export function client(options: {
    service: string;
    domain: string;
    resource: string;
    username: string;
    password: string;
  }): {
    readonly iqCaller: { get(child: Element, to: string, timeout: number): Promise<Element> };
    readonly reconnect: { stop(): void };
    on(event: "error", listener: (error: unknown) => void): void;
    send(stanza: Element): Promise<void>;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
  };
  export function xml(name: string, attrs: Record<string, string>): Element;
}
