import { type Element, parse } from "ltx";
import { bareJid } from "#jingle/jid.js";
import { errorOf } from "#jingle/stanza.js";
import type { Clock } from "../../support/pair.js";
import type { Random } from "./random.js";

const NS_JINGLE = "urn:xmpp:jingle:1";

/** What a device's application hears of the network. */
export interface Listener {
  receive(stanza: Element, how: { readonly carbon?: "sent" | "received"; readonly age?: number }): void;
  /** The connection is back; unless it resumed, the address may be another and requests on their way are lost. */
  online(resumed: boolean): void;
  unavailable(jid: string): void;
}

interface Parcel {
  readonly stanza: string;
  readonly at: number;
  readonly carbon?: "sent" | "received";
  readonly unavailable?: string;
}

/** One device's stream: what is sent in it arrives in its order, also across resumptions. */
export class Line {
  connected = true;
  /** Invalidates what is scheduled. */
  epoch = 0;
  readonly up: string[] = [];
  down: Parcel[] = [];
  /** The latest that arrived, either way, of which the other end may not know that it did. */
  arrivedUp: string[] = [];
  arrivedDown: Parcel[] = [];
  busyUp = false;
  busyDown = false;

  constructor(
    public jid: string,
    readonly listener: Listener,
  ) {}
}

/** A server as Prosody behaves: bare JIDs reach every device, carbons, hibernation, resumption, bounces. */
export class Network {
  readonly lines: Line[] = [];
  readonly diary: string[] = [];
  #resources = 0;

  constructor(
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  join(account: string, listener: Listener): Line {
    const line = new Line(`${account}/${this.#resources++}`, listener);
    this.lines.push(line);
    return line;
  }

  send(line: Line, stanza: Element): void {
    line.up.push(stanza.toString());
    this.#pumpUp(line);
  }

  cut(line: Line): void {
    this.#note(line, "cut");
    line.connected = false;
    this.#stop(line);
  }

  resume(line: Line): void {
    this.#note(line, "resume");
    line.connected = true;
    line.listener.online(true);
    this.#pumpUp(line);
    this.#pumpDown(line);
  }

  /** The old session is lost for good; a new one begins under the same or another resource. */
  rebind(line: Line): void {
    const before = line.jid;
    const after = this.random.chance(0.5) ? before : `${bareJid(before)}/${this.#resources++}`;
    this.#note(line, `rebind as ${after}`);
    const [up, down] = this.#lose(line);
    line.jid = after;
    line.connected = true;
    this.#gone(before, down, line);
    line.listener.online(false);
    for (const text of up) this.#afterLoss(line, text);
  }

  /** Closed without a word. */
  crash(line: Line): void {
    this.#note(line, "crash");
    const [, down] = this.#lose(line);
    this.lines.splice(this.lines.indexOf(line), 1);
    this.#gone(line.jid, down, line);
  }

  #stop(line: Line): void {
    line.epoch++;
    line.busyUp = false;
    line.busyDown = false;
  }

  #lose(line: Line): readonly [readonly string[], readonly Parcel[]] {
    this.#stop(line);
    // What the other end never acknowledged counts as lost, though some of it arrived.
    const unknown = this.random.int(4);
    const up = [...line.arrivedUp.slice(-unknown || line.arrivedUp.length), ...line.up.splice(0)];
    const down = [...line.arrivedDown.slice(-unknown || line.arrivedDown.length), ...line.down.splice(0)];
    line.arrivedUp = [];
    line.arrivedDown = [];
    return [up, down];
  }

  #gone(jid: string, lost: readonly Parcel[], line: Line): void {
    for (const other of this.lines) {
      if (other !== line) this.#deliver(other, { stanza: "<presence/>", at: this.clock.now, unavailable: jid });
    }
    for (const { stanza: text, carbon, unavailable } of lost) {
      const stanza = parse(text);
      if (carbon || unavailable) continue;
      if (stanza.name === "message") this.#toAccount(stanza, text);
      else if (stanza.attrs.type === "set") this.#bounce(stanza, "recipient-unavailable");
    }
  }

  /** client/connection/undelivered.ts: steps of message initiation, ends and replies go again; requests come back. */
  #afterLoss(line: Line, text: string): void {
    const stanza = parse(text);
    const { type } = stanza.attrs;
    const ends = stanza.getChild("jingle", NS_JINGLE)?.attrs.action === "session-terminate";
    if (stanza.name === "message" || type !== "set" || ends) {
      this.send(line, stanza);
      return;
    }
    line.listener.receive(
      parse(
        errorOf(stanza, { condition: "service-unavailable", application: undefined })
          .toString()
          .replace("service-unavailable", "recipient-unavailable"),
      ),
      {},
    );
  }

  #pumpUp(line: Line): void {
    if (line.busyUp || !line.connected || line.up.length === 0) return;
    line.busyUp = true;
    const { epoch } = line;
    this.clock.schedule(this.clock.now + this.#latency(), () => {
      if (line.epoch !== epoch) return;
      line.busyUp = false;
      const text = line.up.shift()!;
      line.arrivedUp = [...line.arrivedUp.slice(-3), text];
      this.#route(line, parse(text));
      this.#pumpUp(line);
    });
  }

  #pumpDown(line: Line): void {
    if (line.busyDown || !line.connected || line.down.length === 0) return;
    line.busyDown = true;
    const { epoch } = line;
    this.clock.schedule(this.clock.now + this.#latency(), () => {
      if (line.epoch !== epoch) return;
      line.busyDown = false;
      const parcel = line.down.shift()!;
      line.arrivedDown = [...line.arrivedDown.slice(-3), parcel];
      const { stanza, at, carbon, unavailable } = parcel;
      this.#note(line, unavailable ? `unavailable ${unavailable}` : `${carbon ?? ""} ${stanza}`);
      const age = this.clock.now - at;
      if (unavailable) line.listener.unavailable(unavailable);
      else line.listener.receive(parse(stanza), { ...(carbon && { carbon }), ...(age > 2000 && { age }) });
      this.#pumpDown(line);
    });
  }

  #latency(): number {
    return this.random.chance(0.1) ? this.random.int(3000) : 5 + this.random.int(200);
  }

  #deliver(line: Line, parcel: Parcel): void {
    line.down.push(parcel);
    this.#pumpDown(line);
  }

  #route(line: Line, stanza: Element): void {
    stanza.attrs.from = line.jid;
    const text = stanza.toString();
    const at = this.clock.now;
    const { to, type } = stanza.attrs;
    const target = this.lines.find(({ jid }) => jid === to);
    if (stanza.name === "iq") {
      if (target) this.#deliver(target, { stanza: text, at });
      else if (type === "set") this.#bounce(stanza, "service-unavailable");
      return;
    }
    for (const sibling of this.#of(line.jid))
      if (sibling !== line) this.#deliver(sibling, { stanza: text, at, carbon: "sent" });
    if (!target) this.#toAccount(stanza, text, line);
    else {
      this.#deliver(target, { stanza: text, at });
      for (const sibling of this.#of(to)) {
        if (sibling !== target && sibling !== line) this.#deliver(sibling, { stanza: text, at, carbon: "received" });
      }
    }
  }

  #toAccount(stanza: Element, text: string, sender?: Line): void {
    for (const line of this.#of(stanza.attrs.to)) {
      if (line !== sender) this.#deliver(line, { stanza: text, at: this.clock.now });
    }
  }

  #bounce(stanza: Element, condition: "recipient-unavailable" | "service-unavailable"): void {
    const sender = this.lines.find(({ jid }) => jid === stanza.attrs.from);
    const error = errorOf(stanza, { condition: "service-unavailable", application: undefined });
    if (sender)
      this.#deliver(sender, { stanza: error.toString().replace("service-unavailable", condition), at: this.clock.now });
  }

  #of(jid: string): readonly Line[] {
    return this.lines.filter((line) => bareJid(line.jid) === bareJid(jid));
  }

  #note(line: Line, what: string): void {
    this.diary.push(`${this.clock.now} ${line.jid} ${what}`);
  }
}
