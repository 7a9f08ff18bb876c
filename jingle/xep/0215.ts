// XEP-0215: External Service Discovery, version 1.0.0
// Does: reads services, credentials and pushes, and makes of each what RTCPeerConnection takes, one by one, so
//   that a bad entry costs itself.
// Does not: services other than stun, stuns, turn and turns; their names and forms.
import type { Element } from "ltx";
import { type Codec, element, SHORT } from "../codec.js";
import { normaliseJid } from "../jid.js";

export const NS_EXTDISCO = "urn:xmpp:extdisco:2";

/** §2. What is not used here (`name`, data forms) is left out. */
export interface ExternalService {
  readonly host: string;
  readonly type: string;
  readonly port?: number | undefined;
  readonly transport?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** XEP-0082, UTC. */
  readonly expires?: string | undefined;
  readonly restricted?: string | undefined;
  /** Of pushes: add (the default), modify, delete; the XEP's text says remove (G4). */
  readonly action?: string | undefined;
}

export interface ExternalServices {
  readonly type?: string | undefined;
  readonly services: readonly ExternalService[];
}

/** As WebRTC's RTCIceServer. */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

const service: Codec<ExternalService> = element(NS_EXTDISCO, "service", (f) => ({
  host: f.required("host"),
  type: f.required("type"),
  port: f.optional("port", SHORT),
  transport: f.optional("transport"),
  username: f.optional("username"),
  password: f.optional("password"),
  expires: f.optional("expires"),
  restricted: f.optional("restricted"),
  action: f.optional("action"),
}));

/** The question (without services), its answer, and a push. A malformed service costs itself alone. */
export const services: Codec<ExternalServices> = element(NS_EXTDISCO, "services", (f) => ({
  type: f.optional("type"),
  services: f.lenient(service),
}));

/** §3.3: the question for what a restricted service wants, and its answer. */
export const credentials: Codec<Pick<ExternalServices, "services">> = element(NS_EXTDISCO, "credentials", (f) => ({
  services: f.lenient(service),
}));

/** 0215-03: is it worth asking with `credentials`, by host, type and port? */
export function wantsCredentials({ restricted, username }: ExternalService): boolean {
  return (restricted === "true" || restricted === "1") && username === undefined;
}

/**
 * The services of a push (§3.2), for `merge`; undefined for what is none, or comes from another than the server that we
 * have asked (0215-05).
 */
export function readPush(iq: Element, server: string): readonly ExternalService[] | undefined {
  if (iq.attrs.type !== "set" || normaliseJid(String(iq.attrs.from)) !== normaliseJid(server)) return undefined;
  const payload = iq.getChild("services", NS_EXTDISCO);
  return payload && services.read(payload).services;
}

/** What is known after an answer or a push: news are added to the services that they are about, or take them away. */
export function merge(known: readonly ExternalService[], news: readonly ExternalService[]): readonly ExternalService[] {
  return news.reduce<readonly ExternalService[]>((rest, { action, ...one }) => {
    if (action === "delete" || action === "remove") return rest.filter((other) => !isSame(other, one));
    if (!rest.some((other) => isSame(other, one))) return rest.concat(one);
    const said = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
    // New credentials last as long as they say themselves.
    return rest.map((other) => (isSame(other, one) ? { ...other, expires: undefined, ...said } : other));
  }, known);
}

/** When the first of them expires, in ms since 1970; null: never (0215-04). */
export function expiryOf(known: readonly ExternalService[]): number | null {
  const times = known.map(({ expires }) => Date.parse(expires ?? "")).filter((time) => !Number.isNaN(time));
  return times.length > 0 ? Math.min(...times) : null;
}

/**
 * What RTCPeerConnection takes of them: one bad entry makes it throw, and with it the whole call fails (0215-07). Left
 * out is what is neither STUN nor TURN, TURN without credentials, what has expired, and `stuns:`, which Firefox refuses.
 * @param now milliseconds since 1970.
 */
export function toIceServers(known: readonly ExternalService[], now: number): readonly IceServer[] {
  return known.flatMap((one): IceServer[] => {
    const { host, type, port, username, password, transport = "udp" } = one;
    const expiry = expiryOf([one]);
    if (!/^[\w.:-]+$/.test(host) || port === 0 || (expiry !== null && expiry <= now)) return [];
    const address = `${type}:${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
    // Both browsers refuse a query there, and the XEP's own examples give stun a transport.
    if (type === "stun") return [{ urls: address }];
    if (!/^turns?$/.test(type) || !username || !password || !/^(udp|tcp)$/.test(transport)) return [];
    const urls = `${address}?transport=${type === "turns" ? "tcp" : transport}`;
    return [{ urls, username, credential: password }];
  });
}

function isSame(one: ExternalService, other: ExternalService): boolean {
  const fits = (a: unknown, b: unknown) => a === undefined || b === undefined || a === b;
  const same = one.type === other.type && one.host.toLowerCase() === other.host.toLowerCase();
  return same && fits(one.port, other.port) && fits(one.transport, other.transport);
}
