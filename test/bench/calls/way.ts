import type { Socket } from "node:net";
import { WebSocket } from "ws";

/** Both clients of one way to set up a call, in one process. */
export interface Way {
  /** From the propose until both sides have the other's description and candidates. */
  call(): Promise<void>;
  /** Hangs up. */
  end(): Promise<void> | void;
  readonly sockets: readonly WebSocket[];
}

export interface Account {
  readonly address: string;
  readonly password: string;
}

/** Where a way's clients sign in. */
export interface Place {
  readonly service: string;
  readonly caller: Account;
  readonly callee: Account;
}

/** What went over the sockets in both directions, frames and all. */
export function bytesOf(sockets: readonly WebSocket[]): number {
  return sockets.reduce((sum, socket) => {
    const { bytesRead, bytesWritten } = (socket as unknown as { readonly _socket: Socket })._socket;
    return sum + bytesRead + bytesWritten;
  }, 0);
}

export async function opened(url: string, protocol?: string): Promise<WebSocket> {
  const socket = protocol ? new WebSocket(url, protocol) : new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return socket;
}
