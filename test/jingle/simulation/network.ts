import { Element, parse } from "ltx";
import { bareJid, domainOf } from "#jingle/jid.js";
import { xml } from "#jingle/stanza.js";
import type { Clock } from "../../support/pair.js";
import { Diary } from "./diary.js";
import type { Random } from "./random.js";

const NS_JINGLE = "urn:xmpp:jingle:1";
const NS_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** What a device's application hears of the network. */
export interface Listener {
  receive(stanza: Element, how: { readonly carbon?: "sent" | "received"; readonly age?: number }): void;
  /** The connection is back; unless it resumed, the address may be another and requests on their way are lost. */
  online(resumed: boolean): void;
  unavailable(jid: string): void;
  /** Nothing says what became of the device with this address, but its media do. */
  silent(jid: string): void;
  isIn(id: string): boolean;
}

interface Parcel {
  readonly stanza: Element;
  readonly at: number;
  readonly carbon?: "sent" | "received";
  readonly unavailable?: string;
}

/** One device's stream: what is sent in it arrives in its order, also across resumptions. */
export class Line {
  connected = true;
  /** Invalidates what is scheduled. */
  epoch = 0;
  readonly up: Element[] = [];
  down: Parcel[] = [];
  /** The latest that arrived, either way, of which the other end may not know that it did. */
  arrivedUp: Element[] = [];
  arrivedDown: Parcel[] = [];
  busyUp = false;
  busyDown = false;

  constructor(
    readonly name: string,
    public jid: string,
    readonly listener: Listener,
  ) {}
}

/** A server as Prosody behaves: bare JIDs reach every device, carbons, hibernation, resumption, bounces. */
export class Network {
  readonly lines: Line[] = [];
  readonly diary: Diary;
  #resources = 0;

  /** @param asText what crosses is written and parsed; else it is copied, and a run takes half the time. */
  constructor(
    readonly clock: Clock,
    readonly random: Random,
    readonly asText: boolean,
    isNoted: boolean,
  ) {
    this.diary = new Diary(clock, isNoted);
  }

  join(account: string, listener: Listener): Line {
    const number = this.#resources++;
    const line = new Line(`#${number}`, `${account}/${number}`, listener);
    this.lines.push(line);
    this.#note(line, "jid", line.jid);
    return line;
  }

  send(line: Line, stanza: Element): void {
    this.#note(line, "sent", stanza);
    this.#push(line, stanza);
  }

  cut(line: Line): void {
    this.#note(line, "network", "cut");
    line.connected = false;
    this.#stop(line);
  }

  resume(line: Line): void {
    this.#note(line, "network", "resume");
    line.connected = true;
    line.listener.online(true);
    this.#pumpUp(line);
    this.#pumpDown(line);
  }

  /** The old session is lost for good; a new one begins under the same or another resource. */
  rebind(line: Line): void {
    const before = line.jid;
    const after = this.random.chance(0.5) ? before : `${bareJid(before)}/${this.#resources++}`;
    const [up, down] = this.#lose(line);
    line.jid = after;
    this.#note(line, "jid", after);
    line.connected = true;
    this.#gone(before, down, line);
    line.listener.online(false);
    for (const stanza of up) this.#afterLoss(line, stanza);
  }

  /** A server ends and is there again: every stream of its accounts is lost, and what it held, without a word. */
  restart(domain: string): void {
    const there = this.lines.filter(({ jid }) => domainOf(jid) === domain);
    const lost = there.map((line) => ({ line, before: line.jid, up: this.#lose(line)[0] }));
    for (const { line } of lost) {
      line.connected = true;
      if (this.random.chance(0.5)) line.jid = `${bareJid(line.jid)}/${this.#resources++}`;
      this.#note(line, "jid", line.jid);
    }
    for (const { line, before, up } of lost) {
      line.listener.online(false);
      for (const stanza of up) this.#afterLoss(line, stanza);
      for (const other of this.lines) if (other !== line) other.listener.silent(before);
    }
  }

  /** Closed without a word. */
  crash(line: Line): void {
    this.#note(line, "network", "crash");
    const [, down] = this.#lose(line);
    this.lines.splice(this.lines.indexOf(line), 1);
    this.#gone(line.jid, down, line);
  }

  #stop(line: Line): void {
    line.epoch++;
    line.busyUp = false;
    line.busyDown = false;
  }

  #lose(line: Line): readonly [readonly Element[], readonly Parcel[]] {
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
      if (other !== line) this.#deliver(other, { stanza: xml("presence", {}), at: this.clock.now, unavailable: jid });
    }
    for (const { stanza, carbon, unavailable } of lost) {
      if (carbon || unavailable) continue;
      if (stanza.name === "message") this.#toAccount(stanza);
      else if (stanza.attrs.type === "set") this.#bounce(stanza, "recipient-unavailable");
    }
  }

  /** client/connection/undelivered.ts: steps of message initiation, ends and replies go again; requests come back. */
  #afterLoss(line: Line, stanza: Element): void {
    const { type } = stanza.attrs;
    const ends = stanza.getChild("jingle", NS_JINGLE)?.attrs.action === "session-terminate";
    if (stanza.name === "message" || type !== "set" || ends) this.#push(line, this.#crossed(stanza));
    else line.listener.receive(this.#crossed(unavailable(stanza, "recipient-unavailable")), {});
  }

  #push(line: Line, stanza: Element): void {
    line.up.push(stanza);
    this.#pumpUp(line);
  }

  #pumpUp(line: Line): void {
    if (line.busyUp || !line.connected || line.up.length === 0) return;
    line.busyUp = true;
    const { epoch } = line;
    this.clock.schedule(this.clock.now + this.#latency(), () => {
      if (line.epoch !== epoch) return;
      line.busyUp = false;
      const stanza = line.up.shift()!;
      line.arrivedUp.push(stanza);
      if (line.arrivedUp.length > 4) line.arrivedUp.shift();
      this.#route(line, this.#crossed(stanza));
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
      line.arrivedDown.push(parcel);
      if (line.arrivedDown.length > 4) line.arrivedDown.shift();
      const { stanza, at, carbon, unavailable } = parcel;
      const age = this.clock.now - at;
      if (unavailable) line.listener.unavailable(unavailable);
      else line.listener.receive(this.#crossed(stanza), { ...(carbon && { carbon }), ...(age > 2000 && { age }) });
      this.#pumpDown(line);
    });
  }

  #latency(): number {
    return this.random.chance(0.1) ? this.random.int(3000) : 5 + this.random.int(200);
  }

  #deliver(line: Line, parcel: Parcel): void {
    line.down.push(parcel);
    this.#pumpDown(line);
    if (!isOften(parcel) || !this.random.chance(0.04)) return;
    // What an archive has, or a server that was asked twice, comes again later.
    this.clock.schedule(this.clock.now + this.random.int(5000), () => {
      if (!this.lines.includes(line)) return;
      line.down.push(parcel);
      this.#pumpDown(line);
    });
  }

  /** As it leaves a stream: nobody's but the receiver's. */
  #crossed(stanza: Element): Element {
    return this.asText ? parse(stanza.toString()) : copy(stanza);
  }

  #route(line: Line, stanza: Element): void {
    stanza.attrs.from = line.jid;
    const at = this.clock.now;
    const { to, type } = stanza.attrs;
    const target = this.lines.find(({ jid }) => jid === to);
    if (stanza.name === "iq") {
      if (target) this.#deliver(target, { stanza, at });
      else if (type === "set") this.#bounce(stanza, "service-unavailable");
      return;
    }
    for (const sibling of this.#of(line.jid))
      if (sibling !== line) this.#deliver(sibling, { stanza, at, carbon: "sent" });
    if (!target) this.#toAccount(stanza, line);
    else {
      this.#deliver(target, { stanza, at });
      for (const sibling of this.#of(to)) {
        if (sibling !== target && sibling !== line) this.#deliver(sibling, { stanza, at, carbon: "received" });
      }
    }
  }

  #toAccount(stanza: Element, sender?: Line): void {
    for (const line of this.#of(stanza.attrs.to)) {
      if (line !== sender) this.#deliver(line, { stanza, at: this.clock.now });
    }
  }

  #bounce(stanza: Element, condition: "recipient-unavailable" | "service-unavailable"): void {
    const sender = this.lines.find(({ jid }) => jid === stanza.attrs.from);
    if (sender) this.#deliver(sender, { stanza: unavailable(stanza, condition), at: this.clock.now });
  }

  #of(jid: string): readonly Line[] {
    const account = bareJid(jid);
    return this.lines.filter((line) => bareJid(line.jid) === account);
  }

  #note(line: Line, kind: "jid" | "sent" | "network", what: string | Element): void {
    this.diary.note(line.name, kind, what);
  }
}

/** Messages, and the one request that comes again after a resumption (0198-03). */
function isOften({ stanza, unavailable }: Parcel): boolean {
  if (stanza.name === "message") return stanza.attrs.type !== "error";
  return !unavailable && stanza.getChild("jingle", NS_JINGLE)?.attrs.action === "session-initiate";
}

function unavailable(stanza: Element, condition: "recipient-unavailable" | "service-unavailable"): Element {
  const { from, to, id } = stanza.attrs;
  const error = xml("error", { type: "cancel" }, xml(condition, { xmlns: NS_STANZAS }));
  return xml(stanza.name, { type: "error", to: from, from: to, id }, error);
}

function copy(element: Element): Element {
  const made = new Element(element.name);
  Object.assign(made.attrs, element.attrs);
  for (const child of element.children) made.append(typeof child === "string" ? child : copy(child));
  return made;
}
