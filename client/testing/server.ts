import type { Element } from "ltx";
import { bareJid, normaliseJid, resourceOf } from "../../jingle/jid.js";
import { xml } from "../../jingle/stanza.js";
import { NS_MAM } from "../../jingle/xep/0313.js";
import {
  ClosedEvent,
  type Connection,
  type ConnectionEvents,
  type ConnectionStatus,
  StanzaEvent,
} from "../connection/connection.js";
import { Emitter } from "../events.js";
import { MemoryArchive } from "./archive.js";

const NS_ROSTER = "jabber:iq:roster";
const NS_CARBONS = "urn:xmpp:carbons:2";
const NS_FORWARD = "urn:xmpp:forward:0";
const NS_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/**
 * An XMPP server in memory, as far as calls and chats between a few accounts need one: rosters, presence, messages with
 * carbons, requests between devices. Everybody may sign in; nothing is kept for those who are away, unless there is an
 * archive (XEP-0313).
 */
export class MemoryServer {
  /** Every stanza that a device sent, as text, in order. */
  readonly sent: string[] = [];
  /** Looks at each stanza before it is routed; false loses it. */
  onStanza: (stanza: Element) => boolean = () => true;
  readonly #devices = new Set<Device>();
  /** account -> accounts of its contacts; always both ways. */
  readonly #contacts = new Map<string, Set<string>>();
  readonly #queue: { readonly stanza: Element; readonly from: Device }[] = [];
  readonly #archive: MemoryArchive | null;
  #working = false;

  /** @param options.archive true: chat messages are kept, also for those who are away. Default: false. */
  constructor(options: { readonly archive?: boolean } = {}) {
    this.#archive = options.archive ? new MemoryArchive() : null;
  }

  /** Signs a device in. Without a resource in the address it gets one. */
  connect(address: string): Connection {
    const resource = resourceOf(address) || crypto.randomUUID().slice(0, 8);
    const device = new Device(
      `${bareJid(address)}/${resource}`,
      (stanza) => this.#take(stanza, device),
      () => this.#left(device),
    );
    this.#devices.add(device);
    return device;
  }

  /** Makes two accounts each other's contacts; before they sign in. */
  befriend(one: string, other: string): void {
    for (const [account, contact] of [
      [one, other],
      [other, one],
    ] as const) {
      const key = normaliseJid(bareJid(account));
      this.#contacts.set(key, (this.#contacts.get(key) ?? new Set()).add(bareJid(contact)));
    }
  }

  /** Stanzas are routed one after the other and a moment later, as on a wire. */
  #take(stanza: Element, from: Device): void {
    this.#queue.push({ stanza: copy(stanza, { from: from.jid }), from });
    if (this.#working) return;
    this.#working = true;
    setTimeout(() => {
      this.#working = false;
      for (const next of this.#queue.splice(0)) this.#route(next.stanza, next.from);
    });
  }

  #route(stanza: Element, from: Device): void {
    this.sent.push(stanza.toString());
    if (!this.onStanza(stanza)) return;
    if (stanza.name === "presence") this.#presence(stanza, from);
    else if (stanza.name === "message") this.#message(stanza, from);
    else this.#request(stanza, from);
  }

  #request(iq: Element, from: Device): void {
    const to: string = iq.attrs.to ?? bareJid(from.jid);
    const device = this.#device(to);
    if (device) device.receive(iq);
    else if (iq.attrs.type === "result" || iq.attrs.type === "error") return;
    else if (sameAddress(to, bareJid(from.jid))) this.#answer(iq, from);
    else from.receive(refusal(iq));
  }

  /** What an account's own server does for it. */
  #answer(iq: Element, from: Device): void {
    const reply = (...payload: Element[]) =>
      from.receive(xml("iq", { type: "result", id: iq.attrs.id, to: from.jid }, ...payload));
    if (iq.getChild("query", NS_ROSTER)) {
      const items = this.#contactsOf(from).map((jid) => xml("item", { jid, subscription: "both" }));
      reply(xml("query", { xmlns: NS_ROSTER }, ...items));
    } else if (iq.getChild("enable", NS_CARBONS)) {
      from.carbons = true;
      reply();
    } else if (this.#archive && iq.getChild("query", NS_MAM)) {
      const answer = this.#archive.answer(iq, from.jid);
      for (const message of answer?.messages ?? []) from.receive(message);
      if (answer) reply(answer.end);
      else from.receive(refusal(iq, "item-not-found"));
    } else from.receive(refusal(iq));
  }

  #presence(stanza: Element, from: Device): void {
    const { to, type } = stanza.attrs;
    if (to !== undefined) {
      for (const device of this.#devicesOf(to)) device.receive(stanza);
      return;
    }
    const first = from.presence === null;
    from.presence = type === "unavailable" ? null : stanza;
    const own = bareJid(from.jid);
    const audience = [own, ...this.#contactsOf(from)].flatMap((account) => this.#present(account));
    for (const device of new Set([from, ...audience])) device.receive(copy(stanza, { to: device.jid }));
    if (!first || type === "unavailable") return;
    for (const device of audience) if (device !== from) from.receive(copy(device.presence!, { to: from.jid }));
  }

  /** RFC 6121 §8.5: to one device, or to all of an account; XEP-0280 copies it to the others. */
  #message(stanza: Element, from: Device): void {
    const to: string = stanza.attrs.to ?? bareJid(from.jid);
    const device = this.#device(to);
    const receivers = device ? [device] : resourceOf(to) === "" ? this.#present(to) : [];
    const isKept = this.#archive?.keep(stanza) ?? false;
    if (receivers.length === 0 && !isKept) {
      if (stanza.attrs.type !== "error") from.receive(refusal(stanza));
      return;
    }
    for (const receiver of receivers) receiver.receive(stanza);
    if (stanza.attrs.type !== "chat") return;
    const siblings = (of: Device) => this.#devicesOf(of.jid).filter((one) => one !== of && one.carbons);
    for (const sibling of siblings(from))
      if (!receivers.includes(sibling)) sibling.receive(carbon("sent", stanza, sibling));
    if (!device) return;
    for (const sibling of siblings(device)) if (sibling !== from) sibling.receive(carbon("received", stanza, sibling));
  }

  #left(device: Device): void {
    const gone = xml("presence", { type: "unavailable", from: device.jid });
    this.#devices.delete(device);
    if (device.presence) this.#presence(gone, device);
  }

  #contactsOf(device: Device): readonly string[] {
    return [...(this.#contacts.get(normaliseJid(bareJid(device.jid))) ?? [])];
  }

  #device(jid: string): Device | undefined {
    return [...this.#devices].find((device) => sameAddress(device.jid, jid));
  }

  #devicesOf(jid: string): Device[] {
    return [...this.#devices].filter((device) => sameAddress(bareJid(device.jid), bareJid(jid)));
  }

  #present(account: string): Device[] {
    return this.#devicesOf(account).filter(({ presence }) => presence !== null);
  }
}

class Device extends Emitter<ConnectionEvents> implements Connection {
  status: ConnectionStatus = "online";
  carbons = false;
  presence: Element | null = null;
  readonly #send: (stanza: Element) => void;
  readonly #leave: () => void;
  /** Stanzas for a first listener that is not there yet. */
  #kept: Element[] | null = [];

  constructor(
    readonly jid: string,
    send: (stanza: Element) => void,
    leave: () => void,
  ) {
    super();
    this.#send = send;
    this.#leave = leave;
  }

  send(stanza: Element): void {
    if (this.status === "online") this.#send(stanza);
  }

  close(): Promise<void> {
    if (this.status === "online") {
      this.status = "closed";
      this.#leave();
      this.dispatchEvent(new ClosedEvent(null));
    }
    return Promise.resolve();
  }

  receive(stanza: Element): void {
    if (this.status !== "online") return;
    if (this.#kept) this.#kept.push(stanza);
    else this.dispatchEvent(new StanzaEvent(copy(stanza)));
  }

  override addEventListener<Name extends keyof ConnectionEvents & string>(
    type: Name,
    listener: (event: ConnectionEvents[Name]) => void,
    options?: AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
    if (type !== "stanza" || !this.#kept) return;
    queueMicrotask(() => {
      const kept = this.#kept ?? [];
      this.#kept = null;
      for (const stanza of kept) this.receive(stanza);
    });
  }
}

function carbon(direction: "sent" | "received", message: Element, to: Device): Element {
  const forwarded = xml("forwarded", { xmlns: NS_FORWARD }, copy(message, { xmlns: "jabber:client" }));
  const attrs = { type: message.attrs.type, from: bareJid(to.jid), to: to.jid };
  return xml("message", attrs, xml(direction, { xmlns: NS_CARBONS }, forwarded));
}

/** RFC 6120 §8.3; by default: nobody is there who could take it. */
function refusal(stanza: Element, condition = "service-unavailable"): Element {
  const { id, to, from } = stanza.attrs;
  const error = xml("error", { type: "cancel" }, xml(condition, { xmlns: NS_STANZAS }));
  return xml(stanza.name, { type: "error", id, from: to, to: from }, error);
}

/** Nobody may change what another received. */
function copy(element: Element, attrs: Record<string, string> = {}): Element {
  const children = element.children.map((child) => (typeof child === "string" ? child : copy(child)));
  return xml(element.name, { ...element.attrs, ...attrs }, ...children);
}

function sameAddress(a: string, b: string): boolean {
  return normaliseJid(a) === normaliseJid(b);
}
