import { WebSocket } from "ws";
import { alarm } from "#client/alarm.js";
import { unwrap } from "#client/carbons.js";
import type { Connection } from "#client/connection/connection.js";
import { connect } from "#client/connection/xmpp.js";
import { newId, newUuid } from "#client/ids.js";
import { Requests } from "#client/requests.js";
import { ContentNames } from "#jingle/description.js";
import {
  actionOf,
  bareJid,
  describe,
  drive,
  FEATURES,
  type InitiationEvent,
  type InitiationInput,
  type ManagerInput,
  MessageInitiation,
  NS_JINGLE,
  type SessionEvent,
  SessionManager,
  toSdp,
  xml,
} from "#jingle/index.js";
import { type Media, media } from "./media.js";
import type { Account, Place, Way } from "./way.js";

/** As an app does it: connection, machines and translation of the library, and everything that they check. */
export async function ours({ service, caller, callee }: Place): Promise<Way> {
  const said = await media();
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const connected = async (account: Account) => {
    const environment = { WebSocket: Socket as unknown as typeof globalThis.WebSocket };
    const connection = await connect({ service, ...account, environment });
    await Requests.of(connection).request("set", undefined, xml("enable", { xmlns: "urn:xmpp:carbons:2" }));
    connection.send(xml("presence", {}));
    return connection;
  };
  const [calling, called] = [new Caller(await connected(caller), said), new Callee(await connected(callee), said)];
  return {
    sockets,
    call: () => calling.call(called.address),
    end: () => calling.end(),
  };
}

const PEER = new Set(FEATURES);

abstract class Person {
  protected readonly initiate: (input: InitiationInput) => void;
  protected readonly session: (input: ManagerInput) => void;

  constructor(
    protected readonly connection: Connection,
    protected readonly media: Media,
  ) {
    const send = (stanza: Parameters<Connection["send"]>[0]) => connection.send(stanza);
    const initiation = new MessageInitiation({ jid: () => connection.jid, newId });
    const sessions = new SessionManager({ newId, admit: (peer, { sid }) => this.admit(peer, sid, initiation) });
    this.initiate = drive(initiation, {
      now: () => performance.now(),
      wake: alarm(),
      perform: (output) => (output.type === "send" ? send(output.stanza) : this.heard(output.id, output.event)),
    });
    this.session = drive(sessions, {
      now: () => performance.now(),
      wake: alarm(),
      perform: (output) =>
        output.type === "send" ? send(output.stanza) : this.heardSession(output.peer, output.sid, output.event),
    });
    Requests.of(connection).answer(NS_JINGLE, (_, stanza) => {
      this.session({ type: "stanza", stanza });
      return undefined;
    });
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "iq") {
        if (/^(result|error)$/.test(stanza.attrs.type)) this.session({ type: "stanza", stanza });
      } else if (stanza.name === "message") {
        const message = unwrap(stanza, connection.jid);
        if (!message) return;
        const { carbon } = message;
        this.initiate({ type: "message", stanza: message.stanza, ...(carbon && { carbon }) });
      }
    });
  }

  get address(): string {
    return bareJid(this.connection.jid);
  }

  protected admit(peer: string, sid: string, initiation: MessageInitiation) {
    const attempt = initiation.attempt(sid);
    if (attempt?.device === peer && attempt.state === "proceeded") return null;
    throw new Error(`nobody asked for ${sid}`);
  }

  protected abstract heard(id: string, event: InitiationEvent): void;
  protected abstract heardSession(peer: string, sid: string, event: SessionEvent): void;
}

class Caller extends Person {
  #id = "";
  #device = "";
  #names = new ContentNames();
  #complete: () => void = () => {};

  call(peer: string): Promise<void> {
    this.#id = newUuid();
    this.#names = new ContentNames();
    this.initiate({ type: "propose", id: this.#id, peer, media: ["audio", "video"] });
    return new Promise((resolve) => {
      this.#complete = resolve;
    });
  }

  end(): void {
    const reason = { condition: "success", extra: [] } as const;
    this.session({ type: "command", peer: this.#device, jingle: actionOf("session-terminate", this.#id, { reason }) });
    this.initiate({ type: "finish", id: this.#id, reason: "success" });
  }

  protected heard(sid: string, event: InitiationEvent): void {
    if (event.type !== "proceeded") return;
    this.#device = event.device;
    const names = this.#names;
    const initiator = this.connection.jid;
    const parts = { action: "session-initiate", sid, role: "initiator", initiator, names, peer: PEER } as const;
    this.session({ type: "command", peer: event.device, jingle: describe(this.media.offer, parts) });
  }

  protected heardSession(_: string, sid: string, event: SessionEvent): void {
    if (event.type !== "received" || event.jingle.action !== "session-accept") return;
    toSdp(event.jingle, { role: "responder", type: "answer", offer: this.media.offer, names: this.#names });
    this.initiate({ type: "active", id: sid });
    this.#complete();
  }
}

class Callee extends Person {
  protected heard(id: string, event: InitiationEvent): void {
    if (event.type !== "incoming") return;
    this.initiate({ type: "ring", id });
    this.initiate({ type: "proceed", id });
  }

  protected heardSession(peer: string, sid: string, event: SessionEvent): void {
    if (event.type === "ended") this.initiate({ type: "finish", id: sid, reason: "success" });
    if (event.type !== "received" || event.jingle.action !== "session-initiate") return;
    const names = new ContentNames();
    this.initiate({ type: "joined", id: sid });
    toSdp(event.jingle, { role: "initiator", type: "offer", names });
    const responder = this.connection.jid;
    const parts = { action: "session-accept", sid, role: "responder", responder, names, peer: PEER } as const;
    this.session({ type: "command", peer, jingle: describe(this.media.answer, parts) });
    this.initiate({ type: "active", id: sid });
  }
}
