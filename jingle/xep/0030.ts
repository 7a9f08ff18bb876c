// XEP-0030: Service Discovery, version 2.5.0
import type { Element } from "ltx";
import { attribute, type Codec, element, lenient, optional, rest, single } from "../codec.js";

export const NS_DISCO_INFO = "http://jabber.org/protocol/disco#info";
export const NS_DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
export const FEATURES = [NS_DISCO_INFO] as const;

/** What an entity is and can do. */
export interface DiscoInfo {
  readonly node?: string | undefined;
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** XEP-0128 forms, as they came. */
  readonly extra: readonly Element[];
}

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string | undefined;
  readonly lang?: string | undefined;
}

const identity: Codec<Identity> = element(NS_DISCO_INFO, "identity", {
  category: attribute("category"),
  type: attribute("type"),
  name: optional(attribute("name")),
  lang: optional(attribute("xml:lang")),
});

export const discoInfo: Codec<DiscoInfo> = element(NS_DISCO_INFO, "query", {
  node: optional(attribute("node")),
  identities: lenient(identity),
  features: lenient(single(NS_DISCO_INFO, "feature", "var")),
  extra: rest(),
});

/** What belongs to an entity. */
export interface DiscoItems {
  readonly node?: string | undefined;
  readonly items: readonly Item[];
}

export interface Item {
  readonly jid: string;
  readonly node?: string | undefined;
  readonly name?: string | undefined;
}

const item: Codec<Item> = element(NS_DISCO_ITEMS, "item", {
  jid: attribute("jid"),
  node: optional(attribute("node")),
  name: optional(attribute("name")),
});

export const discoItems: Codec<DiscoItems> = element(NS_DISCO_ITEMS, "query", {
  node: optional(attribute("node")),
  items: lenient(item),
});
