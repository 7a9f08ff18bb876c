import { RemoteError } from "../jingle/errors.js";
import { bareJid } from "../jingle/jid.js";
import { drive } from "../jingle/machine.js";
import { actionOf, type ManagerInput, type ManagerOutput, SessionManager } from "../jingle/session-manager.js";
import type { SessionEvent } from "../jingle/session-state.js";
import type { Jingle } from "../jingle/xep/0166.js";
import { writeSessionInfo } from "../jingle/xep/0167.js";
import { alarm } from "./alarm.js";
import { CallFlow } from "./call-flow.js";
import type { Connection } from "./connection/connection.js";
import { IceServers } from "./ice-servers.js";
import { newId } from "./ids.js";
import type { Line } from "./line.js";
import type { CallPlan, Switchboard } from "./switchboard.js";

/** What the sessions need of their phone. */
export interface EnginePorts {
  readonly connection: Connection;
  readonly board: Switchboard;
  line(sid: string): Line | undefined;
  /** Was there a call with this sid? */
  isOver(sid: string): boolean;
  isContact(jid: string): boolean;
  /** Our call to this device that is not accepted yet. */
  crossing(peer: string): Line | undefined;
  isBusy(): boolean;
  /** Somebody calls, without message initiation. */
  ring(plan: CallPlan): Line;
}

/**
 * What calls are made of: sessions, SDP <-> Jingle, media. A page that only waits for calls does not need it yet, so
 * `Phone` loads it beside the page (docs/decisions/package-size.md).
 */
export class Engine {
  readonly #ports: EnginePorts;
  /** What comes from the peers, and what we do. Throws LocalError when a command does not fit the session. */
  readonly sessions: (input: ManagerInput) => void;
  readonly iceServers: IceServers;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.iceServers = new IceServers(ports.connection);
    const manager = new SessionManager({ newId, admit: (peer, jingle) => this.#admit(peer, jingle) });
    const now = () => performance.now();
    this.sessions = drive(manager, { now, wake: alarm(), perform: (output) => this.#perform(output) });
  }

  open(line: Line): void {
    line.open(new CallFlow(this.#ports.board, line));
  }

  #perform(output: ManagerOutput): void {
    if (output.type === "send") this.#ports.connection.send(output.stanza);
    else this.#heard(output.peer, output.sid, output.event);
  }

  #heard(peer: string, sid: string, event: SessionEvent): void {
    const line = this.#ports.line(sid);
    if (line?.flow?.isWith(peer)) line.flow.hearSession(event);
    else if (!line && event.type === "received" && event.jingle.action === "session-initiate") {
      this.#rings(peer, event.jingle);
    }
  }

  /** A session-initiate without message initiation before it. */
  #rings(peer: string, jingle: Jingle): void {
    const { sid } = jingle;
    const crossing = this.#ports.crossing(peer);
    if (crossing?.flow) {
      // 0166-29: both call without message initiation; that theirs came through the tie-break means that it counts.
      crossing.flow.superseded(sid, peer);
      crossing.flow.hearSession({ type: "received", jingle });
      return;
    }
    if (this.#ports.isBusy()) {
      const reason = { condition: "busy", extra: [] } as const;
      this.sessions({ type: "command", peer, jingle: actionOf("session-terminate", sid, { reason }) });
      return;
    }
    const video = jingle.contents.some(({ description }) => description?.media === "video");
    const line = this.#ports.ring({ id: sid, address: bareJid(peer), direction: "incoming", video, device: peer });
    line.soon((flow) => flow.hearSession({ type: "received", jingle }));
    // 0167-14
    const ringing = actionOf("session-info", sid, { extra: [writeSessionInfo({ type: "ringing" })] });
    if (line.call.state === "ringing") this.sessions({ type: "command", peer, jingle: ringing });
  }

  /** 0353-11: what our proceed asked for comes in, and so do contacts that know no message initiation; E1 for others. */
  #admit(peer: string, { sid }: Jingle): RemoteError | null {
    // It crossed our finish: what is over here must not ring as if it were a new call.
    if (this.#ports.isOver(sid)) return new RemoteError("unexpected-request", "out-of-order", "this call has ended");
    const line = this.#ports.line(sid);
    if (line ? line.flow?.expects(peer) : this.#ports.isContact(peer)) return null;
    return new RemoteError("service-unavailable", undefined, "not a contact");
  }
}
