import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import { media } from "./media.js";
import { opened, type Place, type Way } from "./way.js";

interface Said {
  readonly to: string;
  readonly type: "login" | "propose" | "ringing" | "proceed" | "offer" | "answer" | "end";
  readonly id?: string;
  readonly sdp?: string;
}

/** The least that sets up a call: JSON through a relay that knows who is who. */
export async function json({ service, caller, callee }: Place): Promise<Way> {
  const { offer, answer } = await media();
  const [calling, called] = [await login(service, caller.address), await login(service, callee.address)];
  let complete = () => {};
  let current = "";
  heard(called, ({ type, id }) => {
    if (type === "propose") {
      say(called, { to: caller.address, type: "ringing", id: id! });
      say(called, { to: caller.address, type: "proceed", id: id! });
    }
    if (type === "offer") say(called, { to: caller.address, type: "answer", id: id!, sdp: answer });
  });
  heard(calling, ({ type, id }) => {
    if (type === "proceed") say(calling, { to: callee.address, type: "offer", id: id!, sdp: offer });
    if (type === "answer") complete();
  });
  return {
    sockets: [calling, called],
    call() {
      current = randomUUID();
      say(calling, { to: callee.address, type: "propose", id: current });
      return new Promise((resolve) => {
        complete = resolve;
      });
    },
    end: () => say(calling, { to: callee.address, type: "end", id: current }),
  };
}

async function login(service: string, address: string): Promise<WebSocket> {
  const socket = await opened(service);
  say(socket, { to: address, type: "login" });
  return socket;
}

function say(socket: WebSocket, said: Said): void {
  socket.send(JSON.stringify(said));
}

function heard(socket: WebSocket, listener: (said: Said) => void): void {
  socket.on("message", (data) => listener(JSON.parse(String(data))));
}
