// XEP-0198: Stream Management, version 1.6.2, with the resource binding that belongs to it (RFC 6120 section 7)

import { xml } from "@xmpp/client-core";
import type { Element } from "ltx";
import { afterLoss, bounce } from "./undelivered.js";

export type Input =
  /** A stream is signed in; `supported`: its features offer stream management. */
  | { readonly type: "signed-in"; readonly supported: boolean }
  /** Any element of the signed-in stream. */
  | { readonly type: "received"; readonly element: Element }
  | { readonly type: "send"; readonly stanza: Element }
  /** The stream is gone; `forget`: the server ended it over what we sent, so the session must not be tried again. */
  | { readonly type: "lost"; readonly forget: boolean }
  /** The stream is about to be closed for good. */
  | { readonly type: "goodbye" }
  /** Nothing comes after this; `clean`: the server answered our goodbye, so it has everything that was written. */
  | { readonly type: "end"; readonly clean: boolean }
  | { readonly type: "timeout" };

export type Output =
  | { readonly type: "write"; readonly frame: string }
  | { readonly type: "online"; readonly resumed: boolean; readonly jid: string }
  | { readonly type: "stanza"; readonly stanza: Element }
  /** The server refuses to bind a resource; `error` is its answer. */
  | { readonly type: "refused"; readonly error: Element }
  /** The server is silent, or counts wrong: close the socket without a goodbye, and give the input "lost". */
  | { readonly type: "dead" };

export const NS_SM = "urn:xmpp:sm:3";
const NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind";
const BIND_ID = "bind";

/** Milliseconds, and a number of stanzas. */
export const POLICY = {
  /** An ack is asked for when the oldest stanza has waited so long, */
  ackWithin: 1000,
  /** or so many have, */
  ackEvery: 10,
  /** or nothing was heard for so long. */
  quiet: 5000,
  /** The socket is dead when a request is unanswered, and nothing else came either, for so long. */
  patience: 10_000,
} as const;

type Phase = "away" | "resuming" | "binding" | "enabling" | "online";

interface Outgoing {
  readonly stanza: Element;
  readonly frame: string;
  /** It was sent once already, in a session that was lost. */
  readonly again: boolean;
}

/**
 * One client's session over as many streams as it takes, and the one place where stanzas are counted. Whoever drives it
 * gives it every element and every stanza in wire order, and at once writes what it returns.
 */
export class StreamManagement {
  readonly #resource: string;
  #jid = "";
  #phase: Phase = "away";
  /** Whether the server of this stream counts too. */
  #supported = false;
  #counting = false;
  /** Names the session for a resumption. */
  #id: string | null = null;
  #inbound = 0;
  /** The server's last h: how many of our stanzas it has handled. */
  #handled = 0;
  /** Written, not acknowledged. */
  #unacked: Outgoing[] = [];
  /** Not written yet. */
  #waiting: Outgoing[] = [];
  /** What a lost session leaves behind, dealt with when the next one is there. */
  #left: Outgoing[] = [];
  /** Came in before "online" was told. */
  #early: Element[] = [];
  #oldest: number | null = null;
  #heard = 0;
  #requested: number | null = null;

  constructor(resource: string) {
    this.#resource = resource;
  }

  /** When the input "timeout" is wanted, on the clock of `now`. */
  get deadline(): number | null {
    if (!this.#counting) return null;
    if (this.#requested !== null) return Math.max(this.#requested, this.#heard) + POLICY.patience;
    const quiet = this.#heard + POLICY.quiet;
    return this.#oldest === null ? quiet : Math.min(quiet, this.#oldest + POLICY.ackWithin);
  }

  handle(input: Input, now: number): readonly Output[] {
    switch (input.type) {
      case "signed-in":
        return this.#signedIn(input.supported);
      case "received":
        this.#heard = now;
        return this.#isStanza(input.element) ? this.#stanza(input.element) : this.#nonza(input.element, now);
      case "send":
        return this.#send({ stanza: input.stanza, frame: frameOf(input.stanza), again: false }, now);
      case "lost":
        return this.#lost(input.forget);
      case "goodbye":
        return this.#counting ? [this.#ack()] : [];
      case "end":
        return this.#end(input.clean);
      case "timeout":
        return this.#timeout(now);
      default:
        return unreachable(input);
    }
  }

  #signedIn(supported: boolean): Output[] {
    this.#supported = supported;
    if (this.#id !== null && supported) {
      this.#phase = "resuming";
      return [write(xml("resume", { xmlns: NS_SM, h: this.#inbound, previd: this.#id }))];
    }
    return this.#bind();
  }

  #bind(): Output[] {
    this.#phase = "binding";
    this.#id = null;
    this.#left.push(...this.#unacked.splice(0));
    const bind = xml("bind", { xmlns: NS_BIND }, xml("resource", {}, this.#resource));
    return [write(xml("iq", { xmlns: "jabber:client", type: "set", id: BIND_ID }, bind))];
  }

  #isStanza({ name }: Element): boolean {
    return name === "iq" || name === "message" || name === "presence";
  }

  #stanza(stanza: Element): Output[] {
    if (this.#phase === "binding" && stanza.name === "iq" && stanza.attrs.id === BIND_ID) return this.#bound(stanza);
    if (this.#counting) this.#inbound = plus(this.#inbound, 1);
    if (this.#phase === "online") return [{ type: "stanza", stanza }];
    this.#early.push(stanza);
    return [];
  }

  #bound(result: Element): Output[] {
    const jid = result.getChild("bind", NS_BIND)?.getChildText("jid");
    if (result.attrs.type !== "result" || !jid) return [{ type: "refused", error: result }];
    this.#jid = jid;
    if (!this.#supported) return this.#online(false, 0);
    this.#phase = "enabling";
    return [write(xml("enable", { xmlns: NS_SM, resume: "true" }))];
  }

  #nonza(element: Element, now: number): Output[] {
    if (element.attrs.xmlns !== NS_SM) return [];
    switch (`${this.#phase} ${element.name}`) {
      case "enabling enabled":
        this.#id = /^(true|1)$/.test(element.attrs.resume) ? (element.attrs.id ?? null) : null;
        this.#inbound = 0;
        this.#handled = 0;
        this.#counting = true;
        return this.#online(false, now);
      case "enabling failed":
        return this.#online(false, now);
      case "resuming resumed":
        return this.#resumed(element, now);
      case "resuming failed":
        // §5: the server may still know how far the lost session came
        if (element.attrs.h !== undefined) this.#acked(element, now);
        return this.#bind();
      case "online r":
        return this.#counting ? [this.#ack()] : [];
      case "online a":
        this.#requested = null;
        return this.#acked(element, now) ? [] : this.#miscounted();
      default:
        return [];
    }
  }

  #resumed(element: Element, now: number): Output[] {
    if (!this.#acked(element, now)) return this.#miscounted();
    this.#counting = true;
    const again = this.#unacked.map(({ frame }) => writeFrame(frame));
    return [...again, ...this.#online(true, now)];
  }

  /** Takes what the server has handled off the queue; false when that is more than we sent, or less than before. */
  #acked(element: Element, now: number): boolean {
    const h = Number(element.attrs.h);
    const count = plus(h, -this.#handled);
    if (h !== plus(h, 0) || count > this.#unacked.length) return false;
    this.#unacked.splice(0, count);
    this.#handled = h;
    this.#oldest = this.#unacked.length > 0 ? now : null;
    return true;
  }

  #miscounted(): Output[] {
    this.#id = null;
    return [{ type: "dead" }];
  }

  #online(resumed: boolean, now: number): Output[] {
    this.#phase = "online";
    this.#requested = null;
    this.#heard = now;
    this.#oldest = this.#unacked.length > 0 ? now : null;
    const early = this.#early.splice(0).map((stanza): Output => ({ type: "stanza", stanza }));
    const waiting = this.#waiting.splice(0);
    if (resumed) return [...this.#sendAll(waiting, now), { type: "online", resumed, jid: this.#jid }, ...early];
    // First the news, so that the application's own presence precedes what the lost session has left.
    const { replies, again } = this.#settle();
    return [
      { type: "online", resumed, jid: this.#jid },
      ...early,
      ...replies,
      ...this.#sendAll([...again, ...waiting], now),
    ];
  }

  #sendAll(items: readonly Outgoing[], now: number): Output[] {
    return items.flatMap((item) => this.#send(item, now));
  }

  #send(item: Outgoing, now: number): Output[] {
    if (this.#phase !== "online") {
      this.#waiting.push(item);
      return [];
    }
    if (!this.#counting) return [writeFrame(item.frame)];
    // Queued before it is written: the ack may be there before the write has returned.
    this.#unacked.push(item);
    this.#oldest ??= now;
    const due = this.#requested === null && this.#unacked.length >= POLICY.ackEvery;
    return due ? [writeFrame(item.frame), this.#request(now)] : [writeFrame(item.frame)];
  }

  #request(now: number): Output {
    this.#requested = now;
    return writeFrame(`<r xmlns="${NS_SM}"/>`);
  }

  #ack(): Output {
    return writeFrame(`<a xmlns="${NS_SM}" h="${this.#inbound}"/>`);
  }

  #timeout(now: number): Output[] {
    if (this.deadline === null || now < this.deadline) return [];
    return this.#requested === null ? [this.#request(now)] : [{ type: "dead" }];
  }

  #lost(forget: boolean): Output[] {
    this.#phase = "away";
    this.#counting = false;
    this.#requested = null;
    if (forget) this.#id = null;
    return [];
  }

  #end(clean: boolean): Output[] {
    const counting = this.#counting;
    this.#lost(true);
    if (!clean || !counting) this.#left.push(...this.#unacked);
    this.#left.push(...this.#waiting.splice(0));
    this.#unacked = [];
    return this.#settle(false).replies;
  }

  /** Answers for what a lost session has left, or has it sent again. */
  #settle(sendAgain = true): { replies: Output[]; again: Outgoing[] } {
    const replies: Output[] = [];
    const again: Outgoing[] = [];
    const reply = (stanza: Element | null) => stanza && replies.push({ type: "stanza", stanza });
    for (const item of this.#left.splice(0)) {
      const fate = afterLoss(item.stanza);
      if (fate === "again" && sendAgain && !item.again) again.push({ ...item, again: true });
      else if (fate !== "drop") reply(bounce(item.stanza, this.#jid));
    }
    return { replies, again };
  }
}

/** §4: counts go from 0 to 2^32-1 and round again. */
export function plus(count: number, more: number): number {
  return (count + more) >>> 0;
}

function write(element: Element): Output {
  return writeFrame(element.toString());
}

function writeFrame(frame: string): Output {
  return { type: "write", frame };
}

/** RFC 7395 section 3.3.3: each frame is a document of its own, so the stanza's namespace must be on it. */
function frameOf(stanza: Element): string {
  const text = stanza.toString();
  if (stanza.attrs.xmlns !== undefined) return text;
  const start = 1 + stanza.name.length;
  return `${text.slice(0, start)} xmlns="jabber:client"${text.slice(start)}`;
}

function unreachable(value: never): never {
  throw new TypeError(`unknown input ${JSON.stringify(value)}`);
}
