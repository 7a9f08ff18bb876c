import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { listen } from "./ports.mjs";
import { forwardRequest, forwardUpgrade } from "./proxy.mjs";
import { Sentence } from "./sentence.mjs";

// As Prosody has them; so has the page.
const SERVER_PATHS = { websocket: "/xmpp-websocket", bosh: "/http-bind" };

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

const SECURITY = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'", // Lit puts an element's style into the page where adoptedStyleSheets is missing
    "connect-src 'self' ws: wss:", // a person may sign in at a server of their own
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "permissions-policy": "camera=(self), microphone=(self), display-capture=(self)",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/**
 * Serves the built page below `root` on loopback, under the names 127.0.0.1, localhost and [::1], and carries
 * /xmpp-websocket and /http-bind to Prosody's HTTP port, so that a browser needs one origin only. Another server may have
 * them under other `serverPaths`.
 *
 * `port` 0 takes a free one. `prosodyHttpPort` may be a function: the page can answer before Prosody has its port.
 * Rejects with a Sentence when the port is taken or forbidden.
 */
export async function servePage({ port = 0, root, prosodyHttpPort, serverPaths, domain = "localhost" }) {
  const prosodyPort = () => (typeof prosodyHttpPort === "function" ? prosodyHttpPort() : prosodyHttpPort);
  const far = { ...SERVER_PATHS, ...serverPaths };
  const farPaths = new Map(Object.entries(SERVER_PATHS).map(([carrier, path]) => [path, far[carrier]]));
  const config = JSON.stringify({ service: SERVER_PATHS.websocket, domain });
  const answer = (request, response) => {
    const path = pathOf(request.url);
    if (farPaths.has(path)) return forwardRequest(request, response, { port: prosodyPort(), path: farPaths.get(path) });
    if (request.method !== "GET" && request.method !== "HEAD")
      return say(response, 405, "Only GET and HEAD are answered here.", { allow: "GET, HEAD" });
    if (path === "/config.json") return send(request, response, config, TYPES[".json"]);
    return sendFile(request, response, root, path);
  };
  const upgrade = (request, socket, head) => {
    const path = farPaths.get(pathOf(request.url));
    forwardUpgrade(request, socket, head, path ? { port: prosodyPort(), path } : null);
  };

  const servers = await listenOnLoopback(port, () => {
    const server = createServer({ noDelay: true }, answer);
    return server.on("upgrade", upgrade);
  });
  const tunnels = new Set();
  for (const server of servers)
    server.on("upgrade", (_request, socket) => {
      tunnels.add(socket);
      socket.once("close", () => tunnels.delete(socket));
    });
  const taken = servers[0].address().port;
  return {
    port: taken,
    address: `http://localhost:${taken}/`,
    async close() {
      for (const socket of tunnels) socket.destroy();
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** One server on 127.0.0.1 and, where the machine has IPv6, one on ::1: "localhost" may mean either to a browser. */
async function listenOnLoopback(port, make) {
  for (let attempt = 1; ; attempt++) {
    const first = await listen(make(), port).catch((error) => {
      throw explain(error, port);
    });
    try {
      return [first, await listen(make(), first.address().port, "::1")];
    } catch (error) {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return [first];
      await closeServer(first);
      // A free port of 127.0.0.1 may be somebody's on ::1: another one, then.
      if (port !== 0 || error.code !== "EADDRINUSE" || attempt === 10) throw explain(error, port);
    }
  }
}

function explain(error, port) {
  if (error.code === "EADDRINUSE")
    return new Sentence(
      `Port ${port} is busy: stop the program that uses it, or choose another port, such as PORT=${Number(port) + 1} npm start.`,
    );
  if (error.code === "EACCES")
    return new Sentence(
      `Port ${port} is not allowed to this user: choose one from 1024 up, such as PORT=8080 npm start.`,
    );
  return error;
}

function closeServer(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** The decoded path of a request without its query, or null when it is not one. */
function pathOf(url) {
  try {
    return decodeURIComponent(url.split("?", 1)[0]);
  } catch {
    return null;
  }
}

async function sendFile(request, response, root, path) {
  const file = path === null || path.includes("\0") ? null : inside(root, path === "/" ? "/index.html" : path);
  const found = file && (await stat(file).catch(() => null));
  if (!found?.isFile())
    return path === "/"
      ? say(response, 503, "Jinglewire is not built yet: wait for its ready line, or run npm run build.")
      : say(response, 404, "There is no such page.");
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  const headers = { ...SECURITY, "cache-control": "no-cache", etag };
  if (request.headers["if-none-match"] === etag) return response.writeHead(304, headers).end();
  response.writeHead(200, {
    ...headers,
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": found.size,
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(file, { end: Math.max(found.size - 1, 0) })
    .on("error", () => response.destroy())
    .pipe(response);
}

/** The file below `root` that a path names, or null when it leads out of it or into a hidden folder. */
function inside(root, path) {
  const parts = normalize(path).split(sep);
  if (!path.startsWith("/") || parts.some((part) => part.startsWith("."))) return null;
  return join(root, ...parts);
}

function send(request, response, text, type) {
  response.writeHead(200, {
    ...SECURITY,
    "cache-control": "no-cache",
    "content-type": type,
    "content-length": Buffer.byteLength(text),
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function say(response, status, sentence, headers = {}) {
  response.writeHead(status, { ...SECURITY, ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(`${sentence}\n`);
}
