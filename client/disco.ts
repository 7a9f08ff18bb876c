import type { Element } from "ltx";
import { RemoteError } from "../jingle/errors.js";
import { bareJid, normaliseJid } from "../jingle/jid.js";
import { type DiscoInfo, discoInfo, NS_DISCO_INFO } from "../jingle/xep/0030.js";
import { caps as capsCodec, capsText, NS_CAPS } from "../jingle/xep/0115.js";
import { NS_PING } from "../jingle/xep/0199.js";
import { FEATURES } from "../jingle/xep/index.js";
import type { Connection } from "./connection/connection.js";
import { Emitter } from "./events.js";
import { Requests } from "./requests.js";

const NODE = "https://www.npmjs.com/package/jinglewire";
const OWN: DiscoInfo = {
  identities: [{ category: "client", type: "web", name: "Jinglewire" }],
  features: FEATURES,
  extra: [],
};
const instances = new WeakMap<Connection, Disco>();

/** Says what we can do (XEP-0030, XEP-0115), and knows what the devices can do whose presence we see. */
export class Disco extends Emitter<{ change: Event }> {
  readonly #requests: Requests;
  /** Verified capability hashes (0115-03): ver -> features; null while it is being asked for. */
  readonly #byVer = new Map<string, ReadonlySet<string> | null>();
  /** account -> full JID -> the hash it announces. */
  readonly #devices = new Map<string, Map<string, string | null>>();
  #ownVer: Promise<string | null> | null = null;

  static of(connection: Connection): Disco {
    let found = instances.get(connection);
    if (!found) {
      found = new Disco(connection);
      instances.set(connection, found);
    }
    return found;
  }

  private constructor(connection: Connection) {
    super();
    this.#requests = Requests.of(connection);
    this.#requests.answer(NS_DISCO_INFO, (query) => this.#answer(query));
    this.#requests.answer(NS_PING, () => null);
    connection.addEventListener("stanza", ({ stanza }) => {
      if (stanza.name === "presence") this.#presence(stanza);
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#devices.clear();
    });
  }

  /** The element that our presence carries; null where the page is not secure and so has no SHA-1. */
  async caps(): Promise<Element | null> {
    this.#ownVer ??= hashOf(OWN);
    const ver = await this.#ownVer;
    // Whoever announces the same hash can do the same: nobody needs to be asked.
    if (ver !== null) this.#byVer.set(`${NODE}#${ver}`, new Set(OWN.features));
    return ver === null ? null : capsCodec.write({ hash: "sha-1", node: NODE, ver });
  }

  /** The features of a device; undefined while they are unknown. */
  features(jid: string): ReadonlySet<string> | undefined {
    const ver = this.#announced(jid);
    return (ver && this.#byVer.get(ver)) || undefined;
  }

  /** The node that a device announces its features by (XEP-0115): which program it is. */
  node(jid: string): string | undefined {
    return this.#announced(jid)?.split("#")[0];
  }

  /** The devices of an account that are there now, by full JID. */
  devices(account: string): readonly string[] {
    return [...(this.#devices.get(normaliseJid(bareJid(account)))?.keys() ?? [])];
  }

  /** The devices of an account with their features; undefined for those that are not known yet. */
  known(account: string): ReadonlyMap<string, ReadonlySet<string> | undefined> {
    return new Map(this.devices(account).map((jid) => [jid, this.features(jid)]));
  }

  #announced(jid: string): string | null | undefined {
    return this.#devices.get(normaliseJid(bareJid(jid)))?.get(normaliseJid(jid));
  }

  #answer(query: Element): Element {
    const { node } = query.attrs;
    if (node !== undefined && !String(node).startsWith(`${NODE}#`)) {
      throw new RemoteError("item-not-found", undefined, "no such node");
    }
    // 0030-01: the node is mirrored.
    return discoInfo.write({ ...OWN, node });
  }

  #presence(stanza: Element): void {
    const from = normaliseJid(stanza.attrs.from ?? "");
    const account = bareJid(from);
    if (stanza.attrs.type === "unavailable") {
      this.#devices.get(account)?.delete(from);
      if (from === account || this.#devices.get(account)?.size === 0) this.#devices.delete(account);
      return;
    }
    if (stanza.attrs.type !== undefined || !from.includes("/")) return;
    const found = stanza.getChild("c", NS_CAPS);
    const ver = found?.attrs.hash === "sha-1" && found.attrs.ver ? `${found.attrs.node}#${found.attrs.ver}` : null;
    const devices = this.#devices.get(account) ?? new Map<string, string | null>();
    this.#devices.set(account, devices.set(from, ver));
    if (ver && !this.#byVer.has(ver)) void this.#ask(stanza.attrs.from, ver);
  }

  /** Asks one device for all that announce the same hash. */
  async #ask(jid: string, ver: string): Promise<void> {
    this.#byVer.set(ver, null);
    try {
      const query = discoInfo.write({ node: ver, identities: [], features: [], extra: [] });
      const answer = (await this.#requests.request("get", jid, query)).getChild("query", NS_DISCO_INFO);
      const info = answer && discoInfo.read(answer);
      // 0115-03: what does not hash to what was announced is not cached for others.
      const verified = info && `${ver.slice(0, ver.lastIndexOf("#"))}#${await hashOf(info)}` === ver;
      if (verified) this.#byVer.set(ver, new Set(info.features));
      else this.#byVer.delete(ver);
    } catch {
      // Asked again with the next presence that carries it.
      this.#byVer.delete(ver);
    }
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The element that says, in a presence that the host application sends itself, that this device takes calls (XEP-0115);
 * `Roster` puts it into its own. Null where the page is not secure.
 */
export function callCapabilities(connection: Connection): Promise<Element | null> {
  return Disco.of(connection).caps();
}

async function hashOf(info: DiscoInfo): Promise<string | null> {
  const text = capsText(info);
  if (text === null || !globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
