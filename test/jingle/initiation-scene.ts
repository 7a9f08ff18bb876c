import { type Element, parse } from "ltx";
import { bareJid } from "#jingle/jid.js";
import {
  type InitiationEnd,
  type InitiationInput,
  type InitiationOutput,
  MessageInitiation,
} from "#jingle/message-initiation.js";
import { Clock, counter, type Party, party } from "../support/pair.js";

export const ROMEO = "romeo@montague.example/orchard";
export const PHONE = "juliet@capulet.example/phone";
export const LAPTOP = "juliet@capulet.example/laptop";
export const JULIET = bareJid(PHONE);
export const ID = "ca3cf894-5325-482f-a412-a6e9f832298d";
export const LATENCY = 50;

export type Device = Party<InitiationInput, InitiationOutput>;

/** A server as Prosody behaves: bare JIDs reach every device, carbons go to the sender's and receiver's siblings. */
export class Network {
  readonly clock = new Clock();
  readonly devices = new Map<string, Device>();
  readonly machines = new Map<string, MessageInitiation>();

  device(jid: string): Device {
    const machine = new MessageInitiation({ jid: () => jid, newId: counter(`${jid.replace(/\W/g, "")}-`) });
    const device = party(this.clock, jid, machine, (stanza) => this.#route(stanza));
    this.machines.set(jid, machine);
    this.devices.set(jid, device);
    return device;
  }

  #route(stanza: Element): void {
    const { from, to } = stanza.attrs;
    const text = stanza.toString();
    for (const [jid, device] of this.devices) {
      const addressed = to === jid || to === bareJid(jid);
      const sibling = bareJid(jid) === bareJid(from) && jid !== from;
      const copied = bareJid(jid) === bareJid(to) && to.includes("/") && to !== jid;
      const deliver = (carbon?: "sent" | "received") =>
        this.clock.schedule(this.clock.now + LATENCY, () =>
          device.feed({ type: "message", stanza: parse(text), ...(carbon && { carbon }) }),
        );
      if (sibling) deliver("sent");
      if (copied) deliver("received");
      if (addressed) deliver();
    }
  }
}

export function events(device: Device): string[] {
  return device.heard.map(({ event }) => {
    if (event.type === "migrated") return `migrated ${event.to} ${event.device}`;
    if (event.type !== "ended") return event.type === "proceeded" ? `proceeded ${event.device}` : event.type;
    return `ended ${event.why.type}${wordOf(event.why)}`;
  });
}

function wordOf(why: InitiationEnd): string {
  if (why.type === "migrated") return ` ${why.to}`;
  return "reason" in why ? ` ${why.reason}` : "";
}

export function sent(device: Device): string[] {
  return device.sent.map((text) => {
    const message = parse(text);
    return `${message.getChildElements()[0]!.name} to ${message.attrs.to}`;
  });
}

export function scene() {
  const network = new Network();
  const romeo = network.device(ROMEO);
  const phone = network.device(PHONE);
  const laptop = network.device(LAPTOP);
  const ring = () => {
    romeo.feed({ type: "propose", id: ID, peer: JULIET, media: ["audio", "video"] });
    network.clock.pass(LATENCY);
  };
  return { network, machines: network.machines, clock: network.clock, romeo, phone, laptop, ring };
}
