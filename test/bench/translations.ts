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

/** Through the public functions and with all that they check; everything is measured in turn, round after round. */
export async function* translations(read: ReadVector, peers: Peers, goals: Goals, pace: Pace): AsyncGenerator<Row> {
  const cases = [...(await descriptions(read))].map(([name, sdp]) => caseOf(name, sdp, peers));
  const us = medians(
    new Map(cases.flatMap(({ name, tasks }) => tasks.map(([what, task]) => [`${name} ${what}`, task]))),
    pace,
  );
  for (const { name, sizes } of cases) {
    const ratio = (slow: string, quick: string) => us.get(`${name} ${slow}`)! / us.get(`${name} ${quick}`)!;
    const beside = (way: string) => {
      const others = ["stanza", "ltx alone", "sdp-jingle-json without XML"].map((other) => {
        return `${other} ${us.get(`${name} ${other} ${way}`)!.toFixed(0)} (${ratio(`${other} ${way}`, way).toFixed(2)}x)`;
      });
      return `${us.get(`${name} ${way}`)!.toFixed(0)} us; ${others.join(", ")}`;
    };
    const row = (what: string, value: number, goal: number, words: readonly string[]): Row => {
      return { what: `${name}: ${what}`, value, unit: "x", goal, is: ">=", beside: words };
    };
    yield row("SDP -> XML, times as fast as stanza", ratio("stanza out", "out"), goals.out, [beside("out"), sizes]);
    yield row("XML -> SDP, times as fast as stanza", ratio("stanza in", "in"), goals.in, [beside("in")]);
    if (goals.ofLtxOut) yield row("SDP -> XML, of the speed of ltx", ratio("ltx alone out", "out"), goals.ofLtxOut, []);
    if (goals.ofLtxIn) yield row("XML -> SDP, of the speed of ltx", ratio("ltx alone in", "in"), goals.ofLtxIn, []);
  }
}

function caseOf(name: string, sdp: string, peers: Peers) {
  const xml = sdpToJingle(sdp, OUT).toString();
  const theirs = { stanza: peers.stanza.out(sdp), json: peers.json.out(sdp) };
  // As a connection gives it: a tree of ltx' own elements.
  const tree = parse(xml);
  const tasks: readonly (readonly [string, () => unknown])[] = [
    ["out", () => sdpToJingle(sdp, OUT).toString()],
    ["ltx alone out", () => tree.toString()],
    ["stanza out", () => peers.stanza.out(sdp)],
    ["sdp-jingle-json without XML out", () => peers.json.out(sdp)],
    ["in", () => jingleToSdp(parse(xml), IN)],
    ["ltx alone in", () => parse(xml)],
    ["stanza in", () => peers.stanza.in(xml)],
    ["sdp-jingle-json without XML in", () => peers.json.in(theirs.json)],
  ];
  const stranger = sdpToJingle(sdp, { ...OUT, peer: new Set() }).toString();
  const sizes = `${size(xml)}; to a stranger ${size(stranger)}; stanza ${size(theirs.stanza)}`;
  return { name, tasks, sizes };
}

/** A line among 100 m-lines should cost what it costs alone. */
export async function* growth(read: ReadVector, pace: Pace): AsyncGenerator<Row> {
  const [one, many] = [await manySections(read, 1), await manySections(read, 100)];
  const xml = { one: sdpToJingle(one, OUT).toString(), many: sdpToJingle(many, OUT).toString() };
  const us = medians(
    new Map([
      ["one out", () => sdpToJingle(one, OUT).toString()],
      ["many out", () => sdpToJingle(many, OUT).toString()],
      ["one in", () => jingleToSdp(parse(xml.one), IN)],
      ["many in", () => jingleToSdp(parse(xml.many), IN)],
      ["one parsed", () => parse(xml.one).name],
      ["many parsed", () => parse(xml.many).name],
    ]),
    pace,
  );
  const lines = (text: string) => text.split("\r\n").length - 1;
  const growth = (way: string) => us.get(`many ${way}`)! / us.get(`one ${way}`)! / (lines(many) / lines(one));
  const beside = [`${lines(one)} lines, ${lines(many)} lines; ltx parsing alone ${growth("parsed").toFixed(2)}x`];
  const row = (what: string, value: number): Row => ({ what, value, unit: "x", goal: 1.5, is: "<=", beside });
  yield row("SDP -> XML, a line among 100 m-lines against one alone", growth("out"));
  yield row("XML -> SDP, a line among 100 m-lines against one alone", growth("in"));
}

function size(xml: string): string {
  return `${new TextEncoder().encode(xml).length} bytes in ${xml.match(/<[a-z]/gi)?.length} elements`;
}
