import { request as httpRequest } from "node:http";
import { connect } from "node:net";

const AWAY = "Prosody does not answer: it may be starting, or it has stopped.\n";

/**
 * Passes one request on to `path` at `port` of this machine and its answer back; 502 in words when nobody answers there,
 * or when there is no port yet.
 */
export function forwardRequest(request, response, { port, path }) {
  const away = () => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { "content-type": "text/plain; charset=utf-8" }).end(AWAY);
  };
  if (!port) return away();
  const { method, headers } = request;
  const onward = httpRequest({ host: "127.0.0.1", port, method, path: path + queryOf(request), headers, agent: false });
  onward.setNoDelay(true);
  onward.once("response", (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.on("error", () => response.destroy()).pipe(response);
  });
  onward.once("error", away);
  // A BOSH client that goes away must not leave its request waiting at Prosody.
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}

/**
 * Joins a WebSocket handshake, and all that follows, to `target.path` at `target.port` of this machine: bytes pass as they
 * are, without waiting to fill a packet, and when one side closes so does the other. Without a target the answer is 404.
 */
export function forwardUpgrade(request, socket, head, target) {
  socket.on("error", () => socket.destroy());
  if (!target) return refuse(socket, "404 Not Found", "There is no WebSocket here.\n");
  const { port, path } = target;
  if (!port) return refuse(socket, "502 Bad Gateway", AWAY);
  const onward = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.setNoDelay(true);
  onward.once("connect", () => {
    onward.write(handshake(request, path));
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.once("error", () => (onward.bytesRead > 0 ? socket.destroy() : refuse(socket, "502 Bad Gateway", AWAY)));
  // destroySoon: what is already on its way still arrives.
  onward.once("close", () => socket.destroySoon());
  socket.once("close", () => onward.destroy());
}

function handshake(request, path) {
  const { method, rawHeaders } = request;
  const lines = [`${method} ${path}${queryOf(request)} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function queryOf({ url }) {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

function refuse(socket, status, text) {
  const length = Buffer.byteLength(text);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`,
  );
}
