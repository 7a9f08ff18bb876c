import { createElement, type Element, parse } from "ltx";
import { WebSocket } from "ws";

/**
 * The least that can log in over a WebSocket (RFC 7395) with SASL PLAIN: what the server's side of a login is tested
 * with, so that no client library's faults show here.
 */
export async function login(service: string, address: string, password: string): Promise<RawClient> {
  const [user, domain] = address.split("@") as [string, string];
  const client = await RawClient.open(service);
  const open = createElement("open", { xmlns: "urn:ietf:params:xml:ns:xmpp-framing", to: domain, version: "1.0" });
  client.send(open);
  await client.next("open");
  client.mechanisms = (await client.next("stream:features"))
    .getChild("mechanisms")!
    .getChildren("mechanism")
    .map((mechanism) => mechanism.text());
  const plain = Buffer.from(`\0${user}\0${password}`).toString("base64");
  client.send(createElement("auth", { xmlns: "urn:ietf:params:xml:ns:xmpp-sasl", mechanism: "PLAIN" }, plain));
  const outcome = await client.next("success", "failure");
  if (outcome.name === "failure") throw new Error(outcome.children.map(String).join(""));
  client.send(open);
  client.features = await client.next("stream:features");
  const bound = await client.ask("set", createElement("bind", { xmlns: "urn:ietf:params:xml:ns:xmpp-bind" }));
  client.jid = bound.getChildText("jid")!;
  return client;
}

export class RawClient {
  /** The SASL mechanisms that the server offered before the login. */
  mechanisms: readonly string[] = [];
  /** The full JID that the server bound. */
  jid = "";
  /** The stream features after the login. */
  features = createElement("stream:features");
  /** Resolves when the socket is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #unread: Element[] = [];
  #wake: () => void = () => {};
  #gone = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#unread.push(parse(String(data)));
      this.#wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.#gone = true;
        this.#wake();
        resolve();
      }),
    );
  }

  static open(service: string): Promise<RawClient> {
    const socket = new WebSocket(service, "xmpp");
    return new Promise((resolve, reject) => {
      // Made before the handshake ends, so that no frame comes too early.
      const client = new RawClient(socket);
      socket.once("open", () => resolve(client));
      socket.once("error", reject);
    });
  }

  send(element: Element): void {
    this.#socket.send(element.toString());
  }

  /** The next element with one of these names; others before it are passed over. */
  async next(...names: readonly string[]): Promise<Element> {
    for (;;) {
      const element = this.#unread.shift();
      if (element && names.includes(element.name)) return element;
      if (element) continue;
      if (this.#gone) throw new Error(`the server closed the stream before ${names.join(" or ")}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends an iq, to our own account unless told otherwise, and returns the answer's payload. */
  async ask(type: "get" | "set", payload: Element, to?: string): Promise<Element> {
    this.send(createElement("iq", { xmlns: "jabber:client", type, id: "1", ...(to && { to }) }, payload));
    const answer = await this.next("iq");
    if (answer.attrs.type !== "result") throw new Error(answer.toString());
    return answer.getChildElements()[0]!;
  }

  close(): Promise<void> {
    this.#socket.close();
    return this.closed;
  }
}
