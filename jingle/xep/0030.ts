// XEP-0030: Service Discovery, version 2.5.0
// Does: answers disco#info with identity, features and the node that was asked for; the component answers
//   disco#items, empty. Reads answers, their forms as they came (XEP-0128).
// Does not: ask for items, or have any.
import type { Element } from "ltx";
import { type Codec, element, single } from "../codec.js";

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

const identity: Codec<Identity> = element(NS_DISCO_INFO, "identity", (f) => ({
  category: f.required("category"),
  type: f.required("type"),
  name: f.optional("name"),
  lang: f.optional("xml:lang"),
}));

const feature = single(NS_DISCO_INFO, "feature", "var");

export const discoInfo: Codec<DiscoInfo> = element(NS_DISCO_INFO, "query", (f) => ({
  node: f.optional("node"),
  identities: f.lenient(identity),
  features: f.lenient(feature),
  extra: f.rest(),
}));

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

const item: Codec<Item> = element(NS_DISCO_ITEMS, "item", (f) => ({
  jid: f.required("jid"),
  node: f.optional("node"),
  name: f.optional("name"),
}));

export const discoItems: Codec<DiscoItems> = element(NS_DISCO_ITEMS, "query", (f) => ({
  node: f.optional("node"),
  items: f.lenient(item),
}));
