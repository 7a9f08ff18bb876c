import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { RemoteError } from "#jingle/errors.js";
import { bareJid } from "#jingle/jid.js";
import { drive } from "#jingle/machine.js";
import { type InitiationEvent, type InitiationInput, MessageInitiation } from "#jingle/message-initiation.js";
import { actionOf, type ManagerInput, SessionManager } from "#jingle/session-manager.js";
import type { Session, SessionEvent } from "#jingle/session-state.js";
import type { Action, Content, Jingle, ReasonCondition } from "#jingle/xep/0166.js";
import { type SessionInfo, writeSessionInfo } from "#jingle/xep/0167.js";
import { contents, contentXml, jingleXml, readJingle } from "../offer.js";
import type { Line, Listener, Network } from "./network.js";
import type { Random } from "./random.js";

interface Call {
  readonly id: string;
  readonly account: string;
  readonly role: "initiator" | "responder";
  device: string | null;
}

/** How often what happened, over all runs: a simulation in which nothing happens proves nothing. */
export const happened = new Map<string, number>();

export function count(what: string): void {
  happened.set(what, (happened.get(what) ?? 0) + 1);
}

const EMPTY = { groups: [], extra: [] } as const;
const INFOS: readonly SessionInfo["type"][] = ["active", "hold", "unhold", "mute", "unmute", "ringing"];

/** A device of somebody who presses buttons at random, over machines that must cope. */
export class Device implements Listener {
  readonly line: Line;
  readonly initiation: MessageInitiation;
  readonly sessions: SessionManager;
  readonly calls = new Map<string, Call>();
  /** Sessions during which a stream of either side was lost with what was in it. */
  readonly shaken = new Set<string>();
  /** Was there ever an active call? */
  talked = false;
  readonly #initiate: (input: InitiationInput) => void;
  readonly #session: (input: ManagerInput) => void;
  #replies: string[] = [];

  constructor(
    readonly network: Network,
    readonly random: Random,
    account: string,
    readonly others: readonly string[],
  ) {
    this.line = network.join(account, this);
    const { diary } = network;
    const { name } = this.line;
    const newId = () => diary.made(name, random.id());
    const admit = (peer: string, jingle: Jingle) => diary.admitted(name, this.#admit(peer, jingle));
    this.initiation = new MessageInitiation({ jid: () => this.line.jid, newId });
    this.sessions = new SessionManager({ newId, admit });
    const ports = () => ({ now: () => network.clock.now, wake: this.#alarm() });
    this.#initiate = drive(diary.noted(name, this.initiation), {
      ...ports(),
      perform: (output) => (output.type === "send" ? this.#send(output.stanza) : this.#heard(output.id, output.event)),
    });
    this.#session = drive(diary.noted(name, this.sessions), {
      ...ports(),
      perform: (output) =>
        output.type === "send" ? this.#send(output.stanza) : this.#heardSession(output.peer, output.sid, output.event),
    });
  }

  // The network

  receive(stanza: Element, how: { carbon?: "sent" | "received"; age?: number }): void {
    if (stanza.name === "message") {
      this.#initiate({ type: "message", stanza, ...how });
      return;
    }
    this.#replies = [];
    this.#session({ type: "stanza", stanza });
    const answers = this.#replies.filter((id) => id === stanza.attrs.id).length;
    if (answers !== (stanza.attrs.type === "set" ? 1 : 0)) assert.fail(`${answers} answers to ${stanza}`);
  }

  online(resumed: boolean): void {
    if (resumed) return;
    for (const call of [...this.calls.values()]) {
      this.#ping(call);
      this.#later(() => this.#mediaStop(call));
      const attempt = this.initiation.attempt(call.id);
      // Answers would go to the address that is gone.
      if (attempt?.direction === "outgoing" && attempt.device === null) this.#retract(call);
    }
  }

  unavailable(jid: string): void {
    for (const call of [...this.calls.values()]) if (call.device === jid) this.#ping(call);
  }

  isIn(id: string): boolean {
    return this.calls.has(id);
  }

  silent(jid: string): void {
    for (const call of this.calls.values()) {
      if (call.device !== jid) continue;
      this.shaken.add(call.id);
      this.#later(() => this.#mediaStop(call));
    }
  }

  #ping(call: Call): void {
    if (!this.#sessionOf(call)) return;
    this.shaken.add(call.id);
    this.#command(call, "session-info");
  }

  #send(stanza: Element): void {
    const { type, id } = stanza.attrs;
    if (stanza.name === "iq" && type !== "set") this.#replies.push(id);
    this.network.send(this.line, stanza);
  }

  #alarm() {
    let cancel = () => {};
    return (at: number | null, fire: () => void) => {
      cancel();
      cancel = at === null ? () => {} : this.network.clock.schedule(at, fire);
    };
  }

  #later(task: () => void): void {
    this.network.clock.schedule(this.network.clock.now + this.random.int(4000), task);
  }

  // What is heard

  #heard(id: string, event: InitiationEvent): void {
    count(event.type === "ended" ? `attempt ${event.why.type}` : event.type);
    const call = this.calls.get(id);
    switch (event.type) {
      case "incoming":
        this.#rings(id, event.from);
        return;
      case "proceeded":
        if (!call) return;
        call.device = event.device;
        this.#command(call, "session-initiate", { initiator: this.line.jid, contents: contents({ name: "audio" }) });
        return;
      case "superseded":
      case "migrated": {
        const next = event.type === "migrated" ? event.to : event.by;
        if (call) this.#terminate(call, "expired");
        this.calls.delete(id);
        this.calls.set(next, { id: next, account: bareJid(event.device), role: "responder", device: event.device });
        return;
      }
      case "ended":
        if (call) this.#terminate(call, "success");
        this.calls.delete(id);
        return;
      default:
        return;
    }
  }

  #rings(id: string, from: string): void {
    if (this.calls.size > 0) {
      this.#initiate(this.random.chance(0.5) ? { type: "ignore", id } : { type: "reject", id, reason: "busy" });
      return;
    }
    if (this.random.chance(0.8)) this.#initiate({ type: "ring", id });
    this.calls.set(id, { id, account: bareJid(from), role: "responder", device: from });
  }

  #admit(peer: string, { sid }: Jingle): RemoteError | null {
    const attempt = this.initiation.attempt(sid);
    const expected = attempt?.state === "proceeded" && attempt.device === peer;
    const direct = !attempt && this.calls.size === 0;
    return expected || direct ? null : new RemoteError("service-unavailable", undefined, "nobody asked");
  }

  #heardSession(peer: string, sid: string, event: SessionEvent): void {
    const call = this.calls.get(sid);
    if (event.type === "ended") {
      count(`session ${event.reason.condition}`);
      if (call?.device !== peer) return;
      this.#initiate({ type: "finish", id: sid, reason: event.reason.condition });
      this.calls.delete(sid);
      return;
    }
    if (event.type === "refused") {
      count(`refused ${event.action} ${event.error.application ?? event.error.condition}`);
      if (call && event.error.condition === "service-unavailable") this.#later(() => this.#mediaStop(call));
    }
    if (event.type !== "received") return;
    const { jingle } = event;
    if (jingle.action === "session-initiate") {
      this.#initiate({ type: "joined", id: sid });
      if (!call) this.calls.set(sid, { id: sid, account: bareJid(peer), role: "responder", device: peer });
      this.#later(() => this.#answer(sid));
    } else if (jingle.action === "session-accept") {
      count("active");
      this.talked = true;
      this.#initiate({ type: "active", id: sid });
    } else if (jingle.action === "content-add") this.#later(() => this.#answerAdd(sid, jingle.contents));
  }

  /** ICE finds that the other device is gone (0166-36) or has hung up, and does not mind one that is on its way back. */
  #mediaStop(call: Call): void {
    const peer = this.network.lines.find(({ jid }) => jid === call.device);
    if (!peer?.listener.isIn(call.id) && this.calls.get(call.id) === call) this.#hangUp(call, "connectivity-error");
  }

  #answer(sid: string): void {
    const call = this.calls.get(sid);
    if (!call || this.#sessionOf(call)?.state !== "pending") return;
    if (this.random.chance(0.1)) {
      this.#hangUp(call, "decline");
      return;
    }
    const answer = contents({ name: "audio", setup: "active" });
    this.#command(call, "session-accept", { responder: this.line.jid, contents: answer });
    this.#initiate({ type: "active", id: sid });
  }

  #answerAdd(sid: string, added: readonly Content[]): void {
    const call = this.calls.get(sid);
    const session = call && this.#sessionOf(call);
    const waits = added.filter(({ name }) =>
      session?.contents.some((one) => one.name === name && one.addedBy !== null && one.addedBy !== session.role),
    );
    if (!call || waits.length === 0) return;
    if (this.random.chance(0.3)) this.#command(call, "content-reject", { contents: named(waits) });
    else this.#command(call, "content-accept", { contents: waits });
  }

  // What the person does

  act(): void {
    const [call] = this.calls.values();
    if (!call) {
      if (this.random.chance(0.5)) this.#dial();
      return;
    }
    const attempt = this.initiation.attempt(call.id);
    const session = this.#sessionOf(call);
    if (session?.state === "active") this.#inCall(call, session);
    else if (attempt?.direction === "outgoing" && attempt.device === null) {
      if (this.random.chance(0.2)) this.#retract(call);
      else if (this.random.chance(0.1)) this.#dial(call.account);
    } else if (attempt?.direction === "incoming" && attempt.state === "proposed") {
      if (this.random.chance(0.6)) this.#initiate({ type: "proceed", id: call.id });
      else if (this.random.chance(0.4)) {
        this.#initiate({ type: "reject", id: call.id, reason: "decline" });
        this.calls.delete(call.id);
      }
    } else if (this.random.chance(0.1)) this.#hangUp(call, "cancel");
  }

  #dial(account = this.random.pick(this.others)): void {
    const id = this.random.id();
    // Somebody whose device is known and knows no message initiation.
    const direct = this.random.chance(0.15) && this.network.lines.find(({ jid }) => bareJid(jid) === account);
    this.calls.set(id, { id, account, role: "initiator", device: direct ? direct.jid : null });
    if (direct) {
      count("direct");
      const offer = contents({ name: "audio" });
      this.#command(this.calls.get(id)!, "session-initiate", { initiator: this.line.jid, contents: offer });
    } else this.#initiate({ type: "propose", id, peer: account, media: ["audio"] });
  }

  #retract(call: Call): void {
    this.#initiate({ type: "retract", id: call.id, reason: "cancel" });
    this.calls.delete(call.id);
  }

  #hangUp(call: Call, reason: ReasonCondition): void {
    this.#terminate(call, reason);
    this.#initiate({ type: "finish", id: call.id, reason });
    this.calls.delete(call.id);
  }

  #terminate(call: Call, condition: ReasonCondition): void {
    const session = this.#sessionOf(call);
    if (session) this.#command(call, "session-terminate", { reason: { condition, extra: [] } });
  }

  #inCall(call: Call, session: Session): void {
    const busy = (action: Action, name: string) =>
      session.outstanding.some((one) => one.action === action && one.contents.some((content) => content.name === name));
    const content = this.random.pick(session.contents);
    const settled = session.contents.filter(({ addedBy }) => addedBy === null);
    switch (this.random.int(9)) {
      case 0:
        if (this.random.chance(0.5)) this.#hangUp(call, "success");
        return;
      case 1:
      case 2: {
        const name = `v${this.random.int(1000)}`;
        if (session.contents.length < 5 && !session.contents.some((one) => one.name === name)) {
          this.#command(call, "content-add", { contents: contents({ name, media: "video" }) });
        }
        return;
      }
      case 3:
      case 4: {
        const senders = this.random.pick(["both", "initiator", "none", "responder"] as const);
        if (content.addedBy === null && !busy("content-modify", content.name)) {
          this.#command(call, "content-modify", {
            contents: [{ creator: content.creator, name: content.name, senders, extra: [] }],
          });
        }
        return;
      }
      case 5:
        if (settled.length > 1 && content.addedBy === null && content.name !== "audio") {
          this.#command(call, "content-remove", { contents: named([content]) });
        }
        return;
      case 6:
        this.#command(call, "session-info", {
          extra: [writeSessionInfo({ type: this.random.pick(INFOS) } as SessionInfo)],
        });
        return;
      case 7: {
        const ufrag = this.random.id().slice(0, 6);
        const xml = contentXml({ name: content.name, fingerprint: null }).replace(/ufrag='\w+'/, `ufrag='${ufrag}'`);
        if (!session.outstanding.some(({ meaning }) => meaning === "restart")) {
          this.#command(call, "transport-info", {
            contents: readJingle(jingleXml("transport-info", call.id, xml)).contents,
          });
        }
        return;
      }
      default:
        if (!busy("transport-replace", content.name)) {
          this.#command(call, "transport-replace", { contents: contents({ name: content.name }) });
        }
    }
  }

  #command(call: Call, action: Action, parts: Partial<Jingle> = {}): void {
    count(action);
    this.#session({ type: "command", peer: call.device!, jingle: actionOf(action, call.id, { ...EMPTY, ...parts }) });
  }

  #sessionOf(call: Call): Session | undefined {
    return call.device === null ? undefined : this.sessions.session(call.device, call.id);
  }
}

function named(among: readonly { readonly creator: Content["creator"]; readonly name: string }[]): readonly Content[] {
  return among.map(({ creator, name }) => ({ creator, name, extra: [] }));
}
