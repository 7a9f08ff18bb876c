import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAllTests } from "./cleanup.js";

/**
 * A name server on loopback for tests between servers. It knows one thing about each domain that was published: the port
 * of its `_xmpp-server._tcp` service (RFC 6120 section 3.2.1), on host "localhost", which every machine finds by itself.
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
    const answer = answerTo(query, published);
    if (answer) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  afterAllTests(async () => socket.close());
  return { port: socket.address().port, publish: (domain, port) => published.set(domain, port) };
}

const SRV = 33;
const IN = 1;
const NAME_ERROR = 3;
// Response, authoritative, recursion available (a resolver that forwards to us wants that), recursion desired as asked.
const ANSWER_FLAGS = 0x8480;
const RECURSION_DESIRED = 0x0100;

/** Answers one question (RFC 1035 section 4); null when it is none. */
function answerTo(query: Buffer, published: ReadonlyMap<string, number>): Buffer | null {
  if (query.length < 12 || query.readUInt16BE(4) !== 1) return null;
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at++]; length; length = query[at++]) {
    labels.push(query.toString("latin1", at, at + length).toLowerCase());
    at += length;
  }
  const port = portOf(labels, published);
  const record = port !== undefined && query.readUInt16BE(at) === SRV ? serviceRecord(port) : null;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  const asked = query.readUInt16BE(2) & RECURSION_DESIRED;
  header.writeUInt16BE(ANSWER_FLAGS | asked | (port === undefined ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(record ? 1 : 0, 6);
  return Buffer.concat([header, query.subarray(12, at + 4), ...(record ? [record] : [])]);
}

function portOf([service, transport, ...name]: readonly string[], published: ReadonlyMap<string, number>) {
  if (service !== "_xmpp-server" || transport !== "_tcp") return undefined;
  const suffixes = name.map((_, skipped) => name.slice(skipped).join("."));
  const domain = suffixes.find((suffix) => published.has(suffix));
  return domain === undefined ? undefined : published.get(domain);
}

function serviceRecord(port: number): Buffer {
  const target = Buffer.from("\x09localhost\0");
  const record = Buffer.alloc(18);
  record.writeUInt16BE(0xc00c, 0); // the name of the question
  record.writeUInt16BE(SRV, 2);
  record.writeUInt16BE(IN, 4);
  record.writeUInt32BE(60, 6); // seconds that it may be kept
  record.writeUInt16BE(6 + target.length, 10);
  record.writeUInt16BE(port, 16); // after priority 0 and weight 0
  return Buffer.concat([record, target]);
}
