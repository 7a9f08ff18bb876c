// What Jinglewire uses of @xmpp/component-core 0.13, which publishes no types. Names with an underscore are the library's
// own hooks for subclasses; the version in package.json is exact because of them.

declare module "@xmpp/component-core" {
  import type { Socket } from "node:net";
  import type { Element } from "ltx";

  export class Component {
    constructor(options: { service: string; domain: string });
    readonly socket: Socket | null;
    readonly parser: { root: Element | null; write(text: string): void } | null;
    /** Opens the socket. */
    connect(service: string): Promise<void>;
    /** Sends the stream header and waits for the server's. */
    open(options: { domain: string; timeout: number }): Promise<Element>;
    socketParameters(service: string): { host: string; port: number };
    on(event: "open", listener: (header: Element) => void): this;
    on(event: "error", listener: (error: unknown) => void): this;
    on(event: "close" | "disconnect", listener: () => void): this;
    emit(event: "error", error: unknown): boolean;
    _attachSocket(socket: Socket): void;
    _detachSocket(): void;
    _detachParser(): void;
    _onData(text: string): void;
    _onElement(element: Element): void;
    _onParserError(error: unknown): void;
  }
}
