// The JSON relay, in a process of its own as Prosody is. Started by calls.bench.ts.
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

const who = new Map<string, WebSocket>();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });

server.on("connection", (socket) => {
  let from = "";
  socket.on("message", (data) => {
    const said = JSON.parse(String(data));
    if (said.type === "login") {
      from = said.to;
      who.set(from, socket);
    } else who.get(said.to)?.send(JSON.stringify({ ...said, from }));
  });
});
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
