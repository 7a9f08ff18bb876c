import { type Element, parse } from "ltx";
import {
  actionOf,
  type ManagerInput,
  type ManagerOutput,
  SessionManager,
  type SessionManagerOptions,
} from "#jingle/session-manager.js";
import { Clock, counter, type Party, party } from "../support/pair.js";
import { contents } from "./offer.js";

export const ROMEO = "romeo@montague.example/orchard";
export const JULIET = "juliet@capulet.example/balcony";
export const LATENCY = 50;

export interface Pair {
  readonly clock: Clock;
  readonly romeo: Party<ManagerInput, ManagerOutput>;
  readonly juliet: Party<ManagerInput, ManagerOutput>;
  readonly managers: { readonly romeo: SessionManager; readonly juliet: SessionManager };
}

/** Two managers and a wire with latency between them. */
export function pair(options: Partial<SessionManagerOptions> = {}): Pair {
  const clock = new Clock();
  const wire = (to: () => Party<ManagerInput, ManagerOutput>) => (stanza: Element) => {
    const text = stanza.toString();
    if (stanza.attrs.to !== to().jid) return;
    clock.schedule(clock.now + LATENCY, () => to().feed({ type: "stanza", stanza: parse(text) }));
  };
  const managers = {
    romeo: new SessionManager({ newId: counter("r"), admit: () => null, ...options }),
    juliet: new SessionManager({ newId: counter("j"), admit: () => null, ...options }),
  };
  const romeo: Party<ManagerInput, ManagerOutput> = party(
    clock,
    ROMEO,
    managers.romeo,
    wire(() => juliet),
  );
  const juliet: Party<ManagerInput, ManagerOutput> = party(
    clock,
    JULIET,
    managers.juliet,
    wire(() => romeo),
  );
  return { clock, romeo, juliet, managers };
}

export function initiate({ romeo }: Pair, sid = "s1", parts = contents({ name: "audio" }, { name: "video" })): void {
  romeo.feed({
    type: "command",
    peer: JULIET,
    jingle: actionOf("session-initiate", sid, { initiator: ROMEO, contents: parts }),
  });
}

export function accept(
  { juliet }: Pair,
  sid = "s1",
  parts = contents({ name: "audio", setup: "active" }, { name: "video", setup: "active" }),
): void {
  juliet.feed({
    type: "command",
    peer: ROMEO,
    jingle: actionOf("session-accept", sid, { responder: JULIET, contents: parts }),
  });
}

/** A call that both sides have taken. */
export function active(): Pair {
  const call = pair();
  initiate(call);
  call.clock.pass(LATENCY);
  accept(call);
  call.clock.pass(2 * LATENCY);
  return call;
}

export function add(from: Party<ManagerInput, ManagerOutput>, peer: string, name: string): void {
  const parts = contents({ name, media: "video" });
  from.feed({ type: "command", peer, jingle: actionOf("content-add", "s1", { contents: parts }) });
}

export function answerAdd(
  from: Party<ManagerInput, ManagerOutput>,
  peer: string,
  action: "content-accept" | "content-reject",
  name: string,
): void {
  const parts = contents({ name, media: "video", setup: "active" });
  from.feed({ type: "command", peer, jingle: actionOf(action, "s1", { contents: parts }) });
}

/** A raw iq from one side to the other, past that side's own manager. */
export function inject(
  to: Party<ManagerInput, ManagerOutput>,
  from: string,
  payload: string,
  id = "x1",
): string | undefined {
  const before = to.sent.length;
  to.feed({ type: "stanza", stanza: parse(`<iq type='set' from='${from}' to='${to.jid}' id='${id}'>${payload}</iq>`) });
  return to.sent[before];
}

export function events(of: Party<ManagerInput, ManagerOutput>): string[] {
  return of.heard.map(({ event }) => {
    if (event.type === "received") return event.jingle.action;
    if (event.type === "acknowledged") return `acknowledged ${event.action}`;
    if (event.type === "refused") return `refused ${event.action} ${event.error.application ?? event.error.condition}`;
    if (event.type === "transfer") return `transfer to ${event.transfer.to}`;
    return event.type === "ended" ? `ended ${event.reason.condition} by ${event.by}` : `info ${event.info.type}`;
  });
}
