import { createHash, randomUUID } from "node:crypto";
import type { Connection } from "#client/index.js";
import type { MemoryServer } from "#client/testing.js";
import { readError, resultOf, type StanzaError, xml } from "#jingle/stanza.js";
import { type DiscoInfo, discoInfo, NS_DISCO_INFO } from "#jingle/xep/0030.js";
import { caps, capsText } from "#jingle/xep/0115.js";
import { type Jingle, jingle as jingleCodec, NS_JINGLE } from "#jingle/xep/0166.js";
import { type JingleMessage, type MessageAction, readJingleMessage, writeJingleMessage } from "#jingle/xep/0353.js";
import type { PeerName } from "./outcomes.js";

export type Stanza = ReturnType<typeof xml>;

/** A scripted peer's end of the stream: what it announces, and its steps and actions as stanzas. */
export abstract class PeerWire {
  /** Its name in the table of outcomes. */
  abstract readonly name: PeerName;
  abstract readonly announces: Pick<DiscoInfo, "identities" | "features"> & { readonly node: string };
  protected abstract readonly resource: string;
  /** What this client could not take of what was sent to it. */
  readonly complaints: string[] = [];
  sid = "";
  protected connection!: Connection;
  readonly #server: MemoryServer;
  readonly #asked = new Map<string, Jingle>();

  constructor(server: MemoryServer) {
    this.#server = server;
  }

  get jid(): string {
    return this.connection.jid;
  }

  signIn(account: string): Connection {
    this.connection = this.#server.connect(`${account}/${this.resource}`);
    this.connection.addEventListener("stanza", ({ stanza }) => this.#received(stanza));
    const { node } = this.announces;
    const ver = createHash("sha1").update(capsText(this.#info())!).digest("base64");
    this.connection.send(xml("presence", {}, caps.write({ hash: "sha-1", node, ver })));
    return this.connection;
  }

  protected abstract heardMessage(message: JingleMessage, stanza: Stanza): void;
  protected abstract heardAction(jingle: Jingle, iq: Stanza): void;
  /** What became of an action of its own. */
  protected abstract answered(asked: Jingle, error: StanzaError | null): void;

  protected messageId(_action: MessageAction): string {
    return randomUUID();
  }

  /** What stands beside a step of message initiation. */
  protected hints(_action: MessageAction): readonly Stanza[] {
    return [];
  }

  protected complain(what: string): void {
    this.complaints.push(what);
  }

  protected say(action: MessageAction, to: string, body: Partial<JingleMessage> = {}): void {
    const message = writeJingleMessage({ media: [], id: this.sid, ...body, action });
    const attrs = { type: "chat", to, id: this.messageId(action) };
    this.connection.send(xml("message", attrs, message, ...this.hints(action)));
  }

  protected command(to: string, jingle: Jingle): void {
    const id = randomUUID();
    this.#asked.set(id, jingle);
    this.connection.send(xml("iq", { type: "set", to, id }, jingleCodec.write(jingle)));
  }

  #info(): DiscoInfo {
    const { identities, features } = this.announces;
    return { identities, features, extra: [] };
  }

  #received(stanza: Stanza): void {
    const { type, id } = stanza.attrs;
    if (stanza.name === "message") {
      const message = readJingleMessage(stanza);
      if (message) this.heardMessage(message, stanza);
    } else if (stanza.name === "iq" && type === "get") this.#disco(stanza);
    else if (stanza.name === "iq" && type === "set") {
      const action = stanza.getChild("jingle", NS_JINGLE);
      if (action) this.heardAction(jingleCodec.read(action), stanza);
    } else if (stanza.name === "iq") {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (asked) this.answered(asked, type === "error" ? readError(stanza) : null);
    }
  }

  #disco(iq: Stanza): void {
    const query = iq.getChild("query", NS_DISCO_INFO);
    if (query) this.connection.send(resultOf(iq, discoInfo.write({ ...this.#info(), node: query.attrs.node })));
  }
}
