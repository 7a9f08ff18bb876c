import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAllTests } from "./cleanup.js";

const LOOPBACK = "127.0.0.1";
const TYPES = { A: 1, SRV: 33 };
const CLASS_IN = 1;
const NAME_ERROR = 3;
// Response, authoritative, recursion available: a resolver that forwards to us wants the last.
const ANSWER_FLAGS = 0x8480;

/**
 * A name server on loopback for tests between servers: each domain it knows is at 127.0.0.1, with its
 * `_xmpp-server._tcp` service (RFC 6120 section 3.2.1) at the port that was given. It knows nothing else.
 */
export interface NameServer {
  readonly port: number;
  /** Tells where other servers find a domain and its subdomains. */
  publish(domain: string, s2sPort: number): void;
}

export async function nameServer(): Promise<NameServer> {
  const published = new Map<string, number>();
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const answer = answerTo(query, (name) => portOf(published, name));
    if (answer) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  afterAllTests(async () => socket.close());
  return { port: socket.address().port, publish: (domain, port) => published.set(domain, port) };
}

function portOf(published: ReadonlyMap<string, number>, name: string): number | undefined {
  for (let domain = name; domain; domain = domain.slice(domain.indexOf(".") + 1)) {
    const port = published.get(domain);
    if (port !== undefined || !domain.includes(".")) return port;
  }
  return undefined;
}

/** Answers one question (RFC 1035 section 4); null when it is none. */
function answerTo(query: Buffer, lookUp: (name: string) => number | undefined): Buffer | null {
  if (query.length < 12 || query.readUInt16BE(4) !== 1) return null;
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at++]; length; length = query[at++]) {
    labels.push(query.toString("latin1", at, at + length).toLowerCase());
    at += length;
  }
  const question = query.subarray(12, at + 4);
  const type = query.readUInt16BE(at);
  const isService = labels[0] === "_xmpp-server" && labels[1] === "_tcp";
  const name = labels.slice(isService ? 2 : 0).join(".");
  const port = labels[0]?.startsWith("_") && !isService ? undefined : lookUp(name);
  const record = port === undefined ? null : recordFor(type, isService, name, port);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(ANSWER_FLAGS | (port === undefined ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(record ? 1 : 0, 6);
  return Buffer.concat([header, question, ...(record ? [record] : [])]);
}

function recordFor(type: number, isService: boolean, name: string, port: number): Buffer | null {
  if (type === TYPES.A && !isService) return record(type, Buffer.from(LOOPBACK.split(".").map(Number)));
  if (type !== TYPES.SRV || !isService) return null;
  const target = Buffer.concat(
    [...name.split("."), ""].map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
  );
  // Priority 0, weight 0.
  return record(type, Buffer.concat([Buffer.from([0, 0, 0, 0, port >> 8, port & 255]), target]));
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name of the question
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(60, 6); // seconds that it may be kept
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
