import { randomUUID } from "node:crypto";
import { bareJid, sameAccount } from "#jingle/jid.js";
import type { Role } from "#jingle/xep/0166.js";
import type { JingleMessage, MessageAction } from "#jingle/xep/0353.js";
import type { Kind } from "./peer-media.js";
import { PeerWire, type Stanza } from "./peer-wire.js";

/** A scripted peer's calls before their sessions, as XEP-0353 has them. */
export abstract class PeerInitiation extends PeerWire {
  state: "idle" | "calling" | "ringing" | "connecting" | "connected" | "ended" = "idle";
  /** Why the call ended, in the word that was on the wire. */
  reason: string | null = null;
  /** Did the other side say that it rings there? */
  heardRinging = false;
  /** For a test of what crosses: the sid of its next call. */
  nextSid: string | null = null;
  protected role: Role = "initiator";
  protected account = "";
  protected device: string | null = null;
  protected kinds: readonly Kind[] = ["audio"];
  #queue: Promise<unknown> = Promise.resolve();

  protected newSid(): string {
    return this.nextSid ?? randomUUID();
  }

  protected proceed(): void {
    this.say("proceed", this.device!);
    this.say("accept", bareJid(this.jid));
  }

  protected reject(): void {
    this.say("reject", this.device!);
  }

  protected rings(): void {
    this.say("ringing", this.device!);
  }

  protected busy(id: string, from: string): void {
    this.say("reject", from, { id, reason: { condition: "busy", extra: [] } });
  }

  /** Both call each other. */
  protected abstract glare(theirs: JingleMessage, from: string): void;

  /** Whether it obeys a step of message initiation. */
  protected obeys(_action: MessageAction, _to: string): boolean {
    return true;
  }

  /** Something about a call that is not the one of now. */
  protected beside(_message: JingleMessage): void {}

  protected finished(reason: string): void {
    this.over(reason);
  }

  /** The other side answered: the session begins. */
  protected abstract initiate(): Promise<void>;

  protected run(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(task).catch((error: unknown) => {
      if (this.state !== "ended") this.complaints.push(String(error));
    });
  }

  protected over(reason: string): void {
    this.state = "ended";
    this.reason ??= reason;
  }

  /** Somebody calls. */
  protected ring(id: string, from: string, kinds: readonly Kind[]): void {
    this.begin(id, "responder", bareJid(from), kinds);
    this.device = from;
    this.state = "ringing";
  }

  protected begin(sid: string, role: Role, account: string, kinds: readonly Kind[]): void {
    this.sid = sid;
    this.role = role;
    this.account = account;
    this.kinds = kinds;
    this.device = null;
    this.reason = null;
  }

  protected get isBusy(): boolean {
    return this.state !== "idle" && this.state !== "ended";
  }

  protected override heardMessage(message: JingleMessage, stanza: Stanza): void {
    const { from, to, type } = stanza.attrs;
    if (type === "error" || sameAccount(from, this.jid) || !this.obeys(message.action, to)) return;
    if (message.action === "propose") this.#proposed(message, from);
    else if (message.id !== this.sid) this.beside(message);
    else if (this.isBusy) this.#step(message, from);
  }

  #proposed(message: JingleMessage, from: string): void {
    if (this.state === "calling" && sameAccount(from, this.account)) this.glare(message, from);
    else if (this.isBusy) this.busy(message.id, from);
    else {
      this.ring(message.id, from, message.media as readonly Kind[]);
      this.rings();
    }
  }

  #step(message: JingleMessage, from: string): void {
    const reason = message.reason?.condition;
    const outgoing = this.role === "initiator";
    switch (message.action) {
      case "ringing":
        this.heardRinging = true;
        break;
      case "proceed":
        if (!outgoing || this.state !== "calling") return;
        this.device = from;
        this.state = "connecting";
        this.run(() => this.initiate());
        break;
      case "reject":
        if (outgoing && this.state === "calling") this.over(reason ?? "decline");
        break;
      case "retract":
        if (!outgoing && this.state === "ringing") this.over(reason ?? "cancel");
        break;
      case "finish":
        this.finished(reason ?? "success");
        break;
      default:
    }
  }
}
