// A component that sends each message back to who sent it, in one of three ways. Started by component.bench.ts.
import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";
import { connect } from "node:net";
import { Element } from "ltx";
import sax from "ltx/src/parsers/ltx.js";
import { Link } from "#component/index.js";
import { libraryComponent } from "./library.js";

export type Way = "link" | "ltx" | "library";

const [, , way, port] = process.argv;
const options = { host: "127.0.0.1", port: Number(port), domain: "call.example.org", secret: "only a test" };

if (process.send) {
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.on("disconnect", () => process.exit());
  WAYS()[way as Way]();
}

function WAYS(): Record<Way, () => void> {
  return {
    link() {
      const link = new Link(options);
      link.addEventListener("stanza", (stanza) => link.send(back(stanza)));
      void link.run();
    },
    ltx() {
      // Parser, tree and serialiser, and nothing else: no guard, no framing, no event but the parser's.
      const socket = connect(options.port, options.host).setNoDelay(true).setEncoding("utf8");
      socket.write(
        `<stream:stream to='${options.domain}' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>`,
      );
      // Only once the stream is open: both in one read would be more than the fake server understands.
      socket.once("data", () => {
        const proof = createHash("sha1").update(`stream-1${options.secret}`).digest("hex");
        socket.write(`<handshake>${proof}</handshake>`);
      });
      parse(socket, (element) => {
        if (element.name !== "handshake") socket.write(back(element).toString());
      });
    },
    library() {
      const component = libraryComponent(options);
      component.on("stanza", (stanza) => component.send(back(stanza)));
      void component.start();
    },
  };
}

function back(stanza: Element): Element {
  const { from, to } = stanza.attrs;
  stanza.attrs.from = to;
  stanza.attrs.to = from;
  return stanza;
}

function parse(socket: NodeJS.ReadableStream, heard: (element: Element) => void): void {
  // Its types take it for a CommonJS module.
  const parser = new (sax as unknown as new () => EventEmitter & { write(text: string): void })();
  let depth = 0;
  let cursor: Element | null = null;
  parser.on("startElement", (name: string, attrs: Record<string, string>) => {
    if (depth++ === 0) return;
    const element: Element = new Element(name, attrs);
    cursor = cursor ? cursor.cnode(element) : element;
  });
  parser.on("text", (text: string) => cursor?.t(text));
  parser.on("endElement", () => {
    depth -= 1;
    if (!cursor) return;
    if (depth === 1) {
      heard(cursor);
      cursor = null;
    } else {
      cursor = cursor.parent as Element;
    }
  });
  socket.on("data", (text) => parser.write(text));
}
