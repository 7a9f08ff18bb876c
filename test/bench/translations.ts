import { parse } from "ltx";
import { jingleToSdp, sdpToJingle } from "#jingle/index.js";
import { descriptions, manySections, type ReadVector } from "./descriptions.js";
import { medians, type Pace } from "./medians.js";
import type { Row } from "./row.js";

/** What others make of an SDP, and which SDP they make of that. */
export interface Peer {
  out(sdp: string): string;
  in(text: string): string;
}
export interface Peers {
  readonly stanza: Peer;
  readonly json: Peer;
}

/** performance.md: times as fast as stanza 12, and of the speed at which ltx writes or parses the same XML and no more. */
export interface Goals {
  readonly out: number;
  readonly in: number;
  readonly ofLtxOut?: number;
  readonly ofLtxIn?: number;
}

const OUT = { action: "session-initiate", sid: "s1", role: "initiator" } as const;
const IN = { role: "initiator", type: "offer" } as const;

/** One description after the other, through the public functions and with all that they check. */
export async function* translations(read: ReadVector, peers: Peers, goals: Goals, pace: Pace): AsyncGenerator<Row> {
  for (const [name, sdp] of await descriptions(read)) {
    const xml = sdpToJingle(sdp, OUT).toString();
    const theirs = { stanza: peers.stanza.out(sdp), json: peers.json.out(sdp) };
    // As a connection gives it: a tree of ltx' own elements.
    const tree = parse(xml);
    const us = medians(
      {
        out: () => sdpToJingle(sdp, OUT).toString(),
        ltxOut: () => tree.toString(),
        stanzaOut: () => peers.stanza.out(sdp),
        jsonOut: () => peers.json.out(sdp),
        in: () => jingleToSdp(parse(xml), IN),
        ltxIn: () => parse(xml),
        stanzaIn: () => peers.stanza.in(xml),
        jsonIn: () => peers.json.in(theirs.json),
      },
      pace,
    );
    const stranger = sdpToJingle(sdp, { ...OUT, peer: new Set() }).toString();
    yield {
      ...times(`${name}: SDP -> XML, times as fast as stanza`, us.stanzaOut / us.out, goals.out),
      beside: [
        words(us.out, { stanza: us.stanzaOut, "ltx alone": us.ltxOut, "sdp-jingle-json without XML": us.jsonOut }),
        `${size(xml)}; to a stranger ${size(stranger)}; stanza ${size(theirs.stanza)}`,
      ],
    };
    yield {
      ...times(`${name}: XML -> SDP, times as fast as stanza`, us.stanzaIn / us.in, goals.in),
      beside: [words(us.in, { stanza: us.stanzaIn, "ltx alone": us.ltxIn, "sdp-jingle-json without XML": us.jsonIn })],
    };
    if (goals.ofLtxOut) yield times(`${name}: SDP -> XML, of the speed of ltx`, us.ltxOut / us.out, goals.ofLtxOut);
    if (goals.ofLtxIn) yield times(`${name}: XML -> SDP, of the speed of ltx`, us.ltxIn / us.in, goals.ofLtxIn);
  }
}

/** A line among 100 m-lines should cost what it costs alone. */
export async function* growth(read: ReadVector, pace: Pace): AsyncGenerator<Row> {
  const [one, many] = [await manySections(read, 1), await manySections(read, 100)];
  const xml = { one: sdpToJingle(one, OUT).toString(), many: sdpToJingle(many, OUT).toString() };
  const us = medians(
    {
      outOne: () => sdpToJingle(one, OUT).toString(),
      outMany: () => sdpToJingle(many, OUT).toString(),
      inOne: () => jingleToSdp(parse(xml.one), IN),
      inMany: () => jingleToSdp(parse(xml.many), IN),
      ltxOne: () => parse(xml.one),
      ltxMany: () => parse(xml.many),
    },
    pace,
  );
  const lines = (text: string) => text.split("\r\n").length - 1;
  const more = lines(many) / lines(one);
  const beside = [
    `${lines(one)} lines, ${lines(many)} lines; ltx parsing alone ${(us.ltxMany / us.ltxOne / more).toFixed(2)}x`,
  ];
  const row = (what: string, value: number): Row => ({ what, value, unit: "x", goal: 1.5, is: "<=", beside });
  yield row("SDP -> XML, a line among 100 m-lines against one alone", us.outMany / us.outOne / more);
  yield row("XML -> SDP, a line among 100 m-lines against one alone", us.inMany / us.inOne / more);
}

function times(what: string, value: number, goal: number): Row {
  return { what, value, unit: "x", goal, is: ">=", beside: [] };
}

function words(ours: number, others: Readonly<Record<string, number>>): string {
  const all = Object.entries(others).map(([name, us]) => `${name} ${us.toFixed(0)} (${(us / ours).toFixed(2)}x)`);
  return `${ours.toFixed(0)} us; ${all.join(", ")}`;
}

function size(xml: string): string {
  return `${new TextEncoder().encode(xml).length} bytes in ${xml.match(/<[a-z]/gi)?.length} elements`;
}
