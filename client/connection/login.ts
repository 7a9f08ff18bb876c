// SASL over a stream, RFC 6120 section 6

import { xml } from "@xmpp/client-core";
import type { Element } from "ltx";
import { ConnectionError } from "./connection.js";
import { saslFailure } from "./errors.js";
import { decode, encode, prepare, Scram, ScramError, type ScramHash } from "./scram.js";
import type { Stream } from "./stream.js";

const NS = "urn:ietf:params:xml:ns:xmpp-sasl";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Fresh for every login. */
  readonly nonce: string;
  /** Absent in a page that is not a secure context. */
  readonly subtle: SubtleCrypto | undefined;
}

/** Signs in with the best mechanism that the server offers; resolves with the features of the signed-in stream. */
export async function login(stream: Stream, features: Element, credentials: Credentials): Promise<Element> {
  const offered = features.getChild("mechanisms", NS)?.getChildren("mechanism") ?? [];
  const mechanism = choose(new Set(offered.map((element) => element.getText())), stream.secure, credentials.subtle);
  try {
    if (mechanism === "PLAIN") await plain(stream, credentials);
    else await scram(stream, mechanism, credentials);
  } catch (error) {
    if (error instanceof ScramError) throw untrusted(error);
    if (error instanceof RangeError) throw unusable(error);
    throw error;
  }
  return stream.restart();
}

type Mechanism = "SCRAM-SHA-256" | "SCRAM-SHA-1" | "PLAIN";

/** SCRAM before PLAIN, PLAIN only where the server has nothing better and nobody on the way can read it. */
export function choose(offered: ReadonlySet<string>, secure: boolean, subtle: SubtleCrypto | undefined): Mechanism {
  for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1"] as const) {
    if (!offered.has(mechanism)) continue;
    if (subtle) return mechanism;
    throw new ConnectionError(
      "insecure",
      "The sign-in needs cryptography, which browsers give to secure pages only: open this page over https://.",
    );
  }
  if (!offered.has("PLAIN")) {
    throw new ConnectionError("unsupported", "The server offers no way to sign in that this client knows.");
  }
  if (secure) return "PLAIN";
  throw new ConnectionError(
    "insecure",
    "The server wants the password in the clear over a connection that is not encrypted: use its wss:// address.",
  );
}

async function scram(stream: Stream, mechanism: Exclude<Mechanism, "PLAIN">, credentials: Credentials): Promise<void> {
  const { username, password, nonce, subtle } = credentials;
  const hash: ScramHash = mechanism === "SCRAM-SHA-256" ? "SHA-256" : "SHA-1";
  if (!subtle) throw new TypeError("SCRAM needs crypto.subtle");
  const exchange = new Scram({ hash, username, password, nonce, subtle });
  stream.write(sasl("auth", encode(exchange.first), mechanism));
  const challenge = await answer(stream);
  if (challenge.getName() !== "challenge") throw new ScramError("the server left out its challenge");
  stream.write(sasl("response", encode(await exchange.respond(decode(challenge.getText())))));
  const final = await answer(stream);
  exchange.verify(decode(final.getText()));
  // The server's signature may come as a challenge of its own, which wants an empty response.
  if (final.getName() === "success") return;
  stream.write(sasl("response", ""));
  if ((await answer(stream)).getName() !== "success") throw new ScramError("the server does not come to an end");
}

async function plain(stream: Stream, { username, password }: Credentials): Promise<void> {
  stream.write(sasl("auth", encode(`\0${prepare(username)}\0${prepare(password)}`), "PLAIN"));
  if ((await answer(stream)).getName() !== "success") throw new ScramError("the server asks for more than PLAIN has");
}

/** The server's next word in the exchange. Rejects with ConnectionError for a failure. */
async function answer(stream: Stream): Promise<Element> {
  const element = await stream.next();
  if (element.is("failure", NS)) throw saslFailure(element);
  if (element.is("challenge", NS) || element.is("success", NS)) return element;
  throw new ConnectionError("unsupported", "The server answers the sign-in with something unknown.");
}

function sasl(name: "auth" | "response", text: string, mechanism?: Mechanism): string {
  return xml(name, { xmlns: NS, mechanism }, text).toString();
}

function untrusted(cause: ScramError): ConnectionError {
  return new ConnectionError("insecure", `The sign-in was broken off: ${cause.message}.`, { cause });
}

function unusable(cause: RangeError): ConnectionError {
  return new ConnectionError("not-authorized", `The name or the password holds ${cause.message}.`, { cause });
}
