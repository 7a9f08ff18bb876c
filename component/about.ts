import { createHash } from "node:crypto";
import type { Element } from "ltx";
import {
  caps,
  capsText,
  type DiscoInfo,
  discoInfo,
  discoItems,
  type Identity,
  NS_CAPS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_PING,
  NS_VERSION,
  RemoteError,
  type Version,
  version,
} from "../jingle/index.js";
import type { Responder } from "./requests.js";
import { ownSoftware } from "./software.js";

/** What a component says of itself. */
export interface About {
  /** Default: one generic component. */
  readonly identities: readonly Identity[];
  /** What it can do beside disco, capabilities, ping and version, which are added. */
  readonly features: readonly string[];
  /** Default: this package. */
  readonly software: Version;
}

const NODE = "https://www.npmjs.com/package/jinglewire";
const ANSWERED = [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_CAPS, NS_PING, NS_VERSION];

/** Answers, for each address of the domain, what XMPP asks of everybody (0114-06), by the namespace of the question. */
export function aboutResponders(about: Partial<About>): {
  readonly responders: ReadonlyMap<string, Responder>;
  /** The element that presence carries (0115-04). */
  readonly caps: () => Element;
} {
  const info = infoOf(about);
  const ver = createHash("sha1")
    .update(capsText(info) ?? "", "utf8")
    .digest("base64");
  const software = about.software ?? ownSoftware();
  const responders: readonly (readonly [string, Responder])[] = [
    // 0030-01, 0115-02: the node is mirrored.
    [NS_DISCO_INFO, asked("get", (query) => discoInfo.write({ ...info, node: known(query, [`${NODE}#${ver}`]) }))],
    [NS_DISCO_ITEMS, asked("get", (query) => discoItems.write({ items: [], node: known(query, []) }))],
    [NS_PING, asked("get", () => null)],
    [NS_VERSION, asked("get", () => version.write(software))],
  ];
  return {
    responders: new Map(responders),
    caps: () => caps.write({ hash: "sha-1", node: NODE, ver }),
  };
}

function infoOf({ identities, features = [] }: Partial<About>): DiscoInfo {
  return {
    identities: identities ?? [{ category: "component", type: "generic", name: "Jinglewire" }],
    // Twice the same would be ill-formed (XEP-0115 §5.4).
    features: [...new Set([...ANSWERED, ...features])],
    extra: [],
  };
}

function asked(type: "get", answer: (query: Element) => Element | null): Responder {
  return (query, iq) => {
    if (iq.attrs.type !== type) throw new RemoteError("bad-request", undefined, `only an iq ${type}`);
    return answer(query);
  };
}

function known(query: Element, nodes: readonly string[]): string | undefined {
  const { node } = query.attrs;
  if (node === undefined || nodes.includes(node)) return node;
  throw new RemoteError("item-not-found", undefined, "no such node");
}
