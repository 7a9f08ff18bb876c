// XEP-0215: External Service Discovery, version 1.0.0: STUN and TURN servers, as our own server knows them
import { RemoteError } from "../jingle/errors.js";
import { domainOf } from "../jingle/jid.js";
import {
  credentials,
  type ExternalService,
  expiryOf,
  merge,
  NS_EXTDISCO,
  readPush,
  services,
  toIceServers,
  wantsCredentials,
} from "../jingle/xep/0215.js";
import type { Connection } from "./connection/connection.js";
import { Requests } from "./requests.js";

/** A call must not wait long for a server that does not know them. ms */
const PATIENCE = 3_000;
/** Credentials have to hold for as long as a call takes to be made, and for its first restart. ms */
const RESERVE = 5 * 60_000;

/** The servers of a connection, asked for once, kept up to date by pushes, and asked for again before they expire. */
export class IceServers {
  readonly #connection: Connection;
  readonly #requests: Requests;
  #known: Promise<readonly ExternalService[]> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#requests = Requests.of(connection);
    this.#requests.answer(NS_EXTDISCO, (_, iq) => {
      const news = readPush(iq, this.#server);
      if (!news) throw new RemoteError("not-acceptable", undefined, "not from the server that was asked");
      this.#known = this.#known?.then((known) => merge(known, news)) ?? null;
      return null;
    });
    connection.addEventListener("online", ({ resumed }) => {
      if (!resumed) this.#known = null;
    });
  }

  /** For RTCConfiguration; none where the server knows none or does not answer. */
  async get(): Promise<readonly RTCIceServer[]> {
    this.#known ??= this.#ask();
    const expiry = expiryOf(await this.#known);
    if (expiry !== null && expiry - Date.now() < RESERVE) this.#known = this.#ask();
    return toIceServers((await this.#known) ?? [], Date.now());
  }

  get #server(): string {
    return domainOf(this.#connection.jid);
  }

  async #ask(): Promise<readonly ExternalService[]> {
    try {
      const answer = await this.#request(services.write({ services: [] }));
      const payload = answer.getChild("services", NS_EXTDISCO);
      const known = payload ? services.read(payload).services : [];
      const restricted = known.filter(wantsCredentials);
      const news = await Promise.all(restricted.map((one) => this.#credentials(one)));
      return merge(known, news.flat());
    } catch {
      // Asked again with the next call.
      this.#known = null;
      return [];
    }
  }

  async #credentials({ host, type, port }: ExternalService): Promise<readonly ExternalService[]> {
    const answer = await this.#request(credentials.write({ services: [{ host, type, port }] })).catch(() => null);
    const payload = answer?.getChild("credentials", NS_EXTDISCO);
    return payload ? credentials.read(payload).services : [];
  }

  #request(payload: ReturnType<typeof services.write>) {
    return this.#requests.request("get", this.#server, payload, PATIENCE);
  }
}
