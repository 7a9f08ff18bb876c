import { WebSocket } from "ws";
import type { Environment } from "#client/connection/environment.js";
import { kept } from "../../support/schema.js";

/** One frame, as it was on the wire: "<" from the server, ">" to it. */
export type Frame = readonly ["<" | ">", string];

export class RecordingSocket extends WebSocket {
  readonly frames: Frame[] = [];
  /** Swallows both directions, as a network does that is gone. */
  deaf = false;
  onFrame: (frame: Frame) => void = () => {};

  override send(data: string, ...more: never[]): void {
    if (this.deaf) return;
    this.#record([">", kept(data)]);
    super.send(data, ...more);
  }

  // Before any listener hears of it, so in wire order whatever the listeners do.
  override emit(event: string, ...parameters: unknown[]): boolean {
    if (event === "message") {
      if (this.deaf) return false;
      this.#record(["<", String(parameters[0])]);
    }
    return super.emit(event, ...parameters);
  }

  #record(frame: Frame): void {
    this.frames.push(frame);
    this.onFrame(frame);
  }
}

/** Makes sockets that remember their frames. */
export class Recorder {
  readonly sockets: RecordingSocket[] = [];
  onFrame: (frame: Frame) => void = () => {};
  /** Has new sockets fail as they do without a network. */
  unreachable = false;
  readonly WebSocket = ((recorder: Recorder) =>
    class extends RecordingSocket {
      constructor(url: string, protocols: string[]) {
        // Nobody listens on the discard port.
        super(recorder.unreachable ? "ws://127.0.0.1:9/" : url, protocols);
        recorder.sockets.push(this);
        this.onFrame = (frame) => recorder.onFrame(frame);
      }
    } as unknown as Environment["WebSocket"])(this);

  get last(): RecordingSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  get frames(): Frame[] {
    return this.sockets.flatMap(({ frames }) => frames);
  }
}

export interface WireCount {
  /** Acks that we sent. */
  readonly acks: number;
  /** Those whose h was not the number of stanzas on the wire since <enabled/> (XEP-0198 section 4). */
  readonly wrong: readonly string[];
  /** What the server said when it ended the stream. */
  readonly killed: readonly string[];
}

/** Compares every ack of ours with what was really received, over all streams of one session. */
export function countOnWire(frames: readonly Frame[]): WireCount {
  let received = 0;
  let acks = 0;
  const wrong: string[] = [];
  const killed: string[] = [];
  for (const [direction, text] of frames) {
    if (direction === "<") {
      if (/^<(iq|message|presence)[\s>/]/.test(text)) received += 1;
      else if (text.startsWith("<enabled")) received = 0;
      else if (text.startsWith("<stream:error")) killed.push(text);
    } else if (/^<a[\s]/.test(text)) {
      acks += 1;
      const h = Number(/ h=["'](\d+)["']/.exec(text)?.[1]);
      if (h !== received) wrong.push(`h=${h}, received ${received}`);
    }
  }
  return { acks, wrong, killed };
}
