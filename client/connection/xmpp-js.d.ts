// What Jinglewire uses of xmpp.js 0.14, which publishes no types. Names with an underscore are the library's own hooks
// for subclasses; the versions in package.json are exact because of them.

declare module "@xmpp/client-core" {
  import type { Element } from "ltx";

  interface Jid {
    readonly local: string;
    readonly domain: string;
    readonly resource: string;
    bare(): Jid;
    toString(): string;
  }

  export function jid(address: string): Jid;

  /** Makes an element of the same class as the parser does: ltx by its CommonJS door. */
  export function xml(name: string, attrs: Record<string, unknown>, ...children: (Element | string)[]): Element;

  export class Client {
    constructor(options: { service: string; domain: string; timeout: number });
    jid: Jid | null;
    readonly transports: object[];
    readonly socket: { write(frame: string): void; end(): void; on(event: "error", listener: () => void): void } | null;
    isSecure(): boolean;
    /** Opens the socket. */
    connect(service: string): Promise<void>;
    /** Sends the stream header and waits for the server's. */
    open(options: { domain: string }): Promise<Element>;
    /** Opens a fresh stream on the same socket, after SASL. */
    restart(): Promise<Element>;
    on(event: "element", listener: (element: Element) => void): this;
    on(event: "error", listener: (error: unknown) => void): this;
    on(event: "close" | "disconnect", listener: () => void): this;
    emit(event: string, argument: unknown): boolean;
    _onData(data: string): void;
    _onElement(element: Element): void;
    _detachSocket(): void;
    _detachParser(): void;
  }
}

declare module "@xmpp/websocket/lib/Connection.js" {
  import type Socket from "@xmpp/websocket/lib/Socket.js";

  class ConnectionWebSocket {
    Socket: typeof Socket;
  }

  // biome-ignore lint/style/noDefaultExport: the library's choice
  export { ConnectionWebSocket as default };
}

declare module "@xmpp/websocket/lib/Socket.js" {
  class Socket {
    url: string | null;
    secure: boolean;
    connect(url: string): void;
    _attachSocket(socket: WebSocket): void;
  }
  export function isSecure(url: string): boolean;
  // biome-ignore lint/style/noDefaultExport: the library's choice
  export { Socket as default };
}
