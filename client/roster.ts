// RFC 6121: roster and presence
import type { Element } from "ltx";
import { RemoteError } from "../jingle/errors.js";
import { bareJid, domainOf, normaliseJid, resourceOf, sameAccount } from "../jingle/jid.js";
import { xml } from "../jingle/stanza.js";
import type { Connection } from "./connection/connection.js";
import { Disco } from "./disco.js";
import { Emitter } from "./events.js";
import { Requests } from "./requests.js";

const NS_ROSTER = "jabber:iq:roster";
const CALLABLE = ["urn:xmpp:jingle:1", "urn:xmpp:jingle:apps:rtp:1", "urn:xmpp:jingle:transports:ice-udp:1"];

export type Presence = "online" | "away" | "busy" | "offline";

export interface Contact {
  /** Bare JID. */
  readonly address: string;
  /** The name in the roster, or the local part of the address. */
  readonly name: string;
  readonly subscription: "none" | "to" | "from" | "both";
  /** We asked to see the contact's presence and have no answer yet. */
  readonly asked: boolean;
  /** The best of the contact's devices. */
  readonly presence: Presence;
  readonly status: string;
  /** "no" only when every device that is there is known not to take calls. */
  readonly canCall: "yes" | "no" | "unknown";
}

interface Item {
  readonly address: string;
  readonly name: string;
  readonly subscription: Contact["subscription"];
  readonly asked: boolean;
}

interface Device {
  readonly presence: Presence;
  readonly status: string;
}

/** The contacts of an account, with their presence. Announces our own presence, with what we can do, at each login. */
export class Roster extends Emitter<{ change: Event }> {
  /** Resolves once the contacts are known, rejects with RequestError when the server refuses. */
  readonly ready: Promise<void>;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #disco: Disco;
  readonly #items = new Map<string, Item>();
  readonly #devices = new Map<string, Map<string, Device>>();
  readonly #asking = new Map<string, string>();

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
    this.#requests = Requests.of(connection);
    this.#disco = Disco.of(connection);
    this.#requests.answer(NS_ROSTER, (query, iq) => this.#pushed(query, iq));
    this.#disco.addEventListener("change", () => this.#changed());
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "presence") this.#heard(stanza);
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#start().catch(() => {});
    });
    connection.addEventListener("offline", () => this.#changed());
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  /** Present ones first, then by name. */
  get contacts(): readonly Contact[] {
    const rank = { online: 0, busy: 1, away: 2, offline: 3 };
    return [...this.#items.keys()]
      .map((address) => this.get(address)!)
      .sort((a, b) => rank[a.presence] - rank[b.presence] || a.name.localeCompare(b.name));
  }

  /** Accounts that ask to see our presence, by bare JID. */
  get requests(): readonly string[] {
    return [...this.#asking.values()];
  }

  get(address: string): Contact | undefined {
    const item = this.#items.get(normaliseJid(bareJid(address)));
    if (!item) return undefined;
    const devices = [...(this.#devices.get(normaliseJid(item.address))?.values() ?? [])];
    const order = ["online", "busy", "away"] as const;
    const best = order.flatMap((presence) => devices.filter((device) => device.presence === presence))[0];
    return {
      ...item,
      presence: best?.presence ?? "offline",
      status: best?.status ?? "",
      canCall: this.#canCall(item.address),
    };
  }

  /** Adds a contact and asks to see its presence. */
  add(address: string, name?: string): void {
    const jid = bareJid(address.trim());
    this.#set(jid, { name });
    this.#connection.send(xml("presence", { to: jid, type: "subscribe" }));
  }

  remove(address: string): void {
    this.#set(bareJid(address), { subscription: "remove" });
  }

  rename(address: string, name: string): void {
    this.#set(bareJid(address), { name });
  }

  /** Lets an account see our presence, and asks for its own in return. */
  approve(address: string): void {
    const jid = bareJid(address);
    this.#asking.delete(normaliseJid(jid));
    this.#connection.send(xml("presence", { to: jid, type: "subscribed" }));
    const { subscription } = this.#items.get(normaliseJid(jid)) ?? { subscription: "none" };
    if (subscription === "none" || subscription === "from") this.add(jid, this.#items.get(normaliseJid(jid))?.name);
    this.#changed();
  }

  deny(address: string): void {
    this.#asking.delete(normaliseJid(bareJid(address)));
    this.#connection.send(xml("presence", { to: bareJid(address), type: "unsubscribed" }));
    this.#changed();
  }

  async #start(): Promise<void> {
    this.#devices.clear();
    const result = await this.#requests.request("get", undefined, xml("query", { xmlns: NS_ROSTER }));
    this.#items.clear();
    for (const item of result.getChild("query", NS_ROSTER)?.getChildren("item") ?? []) this.#take(item);
    // RFC 6121 §2.2: the roster first, then presence, so that what comes back meets known contacts.
    const caps = await this.#disco.caps();
    this.#connection.send(xml("presence", {}, ...(caps ? [caps] : [])));
    this.#changed();
  }

  #set(jid: string, attrs: { readonly name?: string | undefined; readonly subscription?: string }): void {
    const query = xml("query", { xmlns: NS_ROSTER }, xml("item", { jid, ...attrs }));
    // The push that follows is what changes the list; a refusal leaves it as it is.
    this.#requests.request("set", undefined, query).catch(() => this.#changed());
  }

  #pushed(query: Element, iq: Element): null {
    // RFC 6121 §2.1.6: only our own server may change the roster.
    const { from } = iq.attrs;
    const own = from === undefined || (sameAccount(from, this.#connection.jid) && resourceOf(from) === "");
    if (!own && from !== domainOf(this.#connection.jid)) {
      throw new RemoteError("service-unavailable", undefined, "a roster push from somebody else");
    }
    if (iq.attrs.type !== "set") throw new RemoteError("bad-request", undefined, "a roster is not asked of a client");
    for (const item of query.getChildren("item")) this.#take(item);
    this.#changed();
    return null;
  }

  #take(item: Element): void {
    const { jid, name, subscription, ask } = item.attrs;
    if (typeof jid !== "string") return;
    const key = normaliseJid(jid);
    if (subscription === "remove") {
      this.#items.delete(key);
      return;
    }
    const known = (["to", "from", "both"] as const).find((word) => word === subscription) ?? "none";
    this.#items.set(key, {
      address: jid,
      name: typeof name === "string" && name !== "" ? name : (jid.split("@")[0] ?? jid),
      subscription: known,
      asked: ask === "subscribe",
    });
  }

  #heard(stanza: Element): void {
    const from: unknown = stanza.attrs.from;
    if (typeof from !== "string") return;
    const account = normaliseJid(bareJid(from));
    switch (stanza.attrs.type) {
      case "subscribe":
        this.#subscribe(from, account);
        break;
      case undefined:
        this.#devices.set(account, (this.#devices.get(account) ?? new Map()).set(resourceOf(from), deviceOf(stanza)));
        break;
      case "unavailable":
        if (resourceOf(from) === "") this.#devices.delete(account);
        else this.#devices.get(account)?.delete(resourceOf(from));
        break;
      default:
        return;
    }
    this.#changed();
  }

  /** One whom we asked ourselves, or see already, is let in without a question; so does every good client. */
  #subscribe(from: string, account: string): void {
    const item = this.#items.get(account);
    const wanted = item && (item.asked || item.subscription === "to" || item.subscription === "both");
    if (wanted) this.#connection.send(xml("presence", { to: bareJid(from), type: "subscribed" }));
    else this.#asking.set(account, bareJid(from));
  }

  #canCall(address: string): Contact["canCall"] {
    const known = this.#disco.devices(address).map((jid) => this.#disco.features(jid));
    if (known.some((features) => features && CALLABLE.every((feature) => features.has(feature)))) return "yes";
    return known.length > 0 && known.every((features) => features) ? "no" : "unknown";
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function deviceOf(stanza: Element): Device {
  const show = stanza.getChildText("show");
  const presence = show === "dnd" ? "busy" : show === "away" || show === "xa" ? "away" : "online";
  return { presence, status: stanza.getChildText("status") ?? "" };
}
