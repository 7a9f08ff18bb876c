import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Element, parse } from "ltx";
import { ContentNames } from "#jingle/description.js";
import { LocalError, RemoteError } from "#jingle/errors.js";
import { jingleToSdp, sdpToJingle, type ToSdpOptions, toCandidates, trickle } from "#jingle/translate.js";
import { jingle as codec, type Role } from "#jingle/xep/0166.js";
import { corpus } from "./corpus.js";
import { BASES, base, type Change, changes, poison, rich, spoil } from "./hostile.js";
import { initiationProperty, managerProperty } from "./hostile-sessions.js";
import { unknownNamespaces, validate } from "./schema.js";
import { strangeLines } from "./sdp-grammar.js";

/** A property that has to hold whatever a peer, or a strange browser, sends. */
export interface HostileProperty {
  readonly title: string;
  readonly property: fc.IRawProperty<unknown>;
  /** How often it is tried in CI; about a second each. */
  readonly runs: number;
}

/** XML 1.0 §2.2. The parser that reads it in tests would let them pass. */
const NOT_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Table E, and the docstring of toSdp: what a peer may hear of a description. Another condition is a surprise. */
const CONDITIONS: ReadonlySet<string> = new Set([
  "bad-request",
  "item-not-found",
  "not-acceptable security-required",
  "not-acceptable",
  "resource-constraint",
]);

/** What Chromium offers, and what it has heard before. */
const OFFER = corpus().find(({ title }) => title === "chrome/audio-video-data-offer")!.text;
const PREVIOUS = jingleToSdp(rich(), { role: "initiator", type: "offer" });

export const MODES: readonly ((names: ContentNames) => ToSdpOptions)[] = [
  () => ({ role: "initiator", type: "offer" }),
  (names) => ({ role: "responder", type: "offer", names }),
  (names) => ({ role: "responder", type: "answer", offer: OFFER, names }),
  (names) => ({ role: "initiator", type: "offer", previous: PREVIOUS, names }),
  (names) => ({ role: "responder", type: "answer", offer: OFFER, previous: PREVIOUS, names }),
];

/** What one action has made of a session, the next can change: no exception but the peer's fault there either. */
const sequenceProperty = fc.property(
  fc.array(fc.tuple(base, changes), { minLength: 2, maxLength: 4 }),
  fc.boolean(),
  (actions, isNamed) => {
    const names = isNamed ? new ContentNames() : undefined;
    let previous: string | undefined;
    for (const [index, [which, list]] of actions.entries()) {
      const element = spoil(BASES[which]!(), list);
      if (index > 0 && element.attrs.action === "session-initiate") element.attrs.action = "content-add";
      const options: ToSdpOptions = { role: "initiator", type: "offer", names, previous };
      previous =
        told(
          () => element,
          () => assertHarmless(element, options),
        ) ?? previous;
    }
  },
);

/**
 * No exception but the peer's fault, no line that no RFC allows, no more lines than the input explains. Returns the SDP, or
 * undefined where the peer was refused.
 */
export function assertHarmless(
  element: Element,
  options: ToSdpOptions = { role: "initiator", type: "offer" },
): string | undefined {
  let text: string;
  try {
    text = jingleToSdp(element, options);
  } catch (error) {
    assertRemote(error);
    return undefined;
  }
  assert.deepEqual(strangeLines(text), []);
  const [lines, most] = [text.split("\r\n").length - 1, explainedLines(element, options)];
  assert.ok(lines <= most, `${lines} lines, where ${most} are explained`);
  const { offer = "", previous = "" } = options;
  const [characters, input] = [text.length, element.toString().length + offer.length + previous.length];
  assert.ok(characters <= 2 * input + 500, `${characters} characters of ${input}`);
  return text;
}

function assertRemote(error: unknown): void {
  if (!(error instanceof RemoteError)) throw error;
  const words = error.application ? `${error.condition} ${error.application}` : error.condition;
  assert.ok(CONDITIONS.has(words), words);
}

/** Head and groups; of each section what it always has, and what was there before; of each element in it, its lines. */
function explainedLines(element: Element, { offer, previous }: ToSdpOptions): number {
  const sections = element.getChildren("content").length;
  const before = (text: string | undefined) => text?.split("\r\n").length ?? 0;
  const stopped = 4 * (offer?.match(/^m=/gm)?.length ?? 0);
  return 4 + 12 * sections + linesWithin(element) + before(previous) + stopped;
}

/** payload-type: rtpmap, fmtp; source: a cname from a sibling; sdp: each line of its text; others: one line at most. */
function linesWithin(element: Element): number {
  let sum = 0;
  const stack = [element];
  for (let one = stack.pop(); one; one = stack.pop()) {
    sum += one.getName() === "sdp" ? one.getText().split("\n").length : one.getName() === "payload-type" ? 2 : 1;
    stack.push(...one.getChildElements());
  }
  return sum;
}

const toSdpProperty = fc.property(base, changes, fc.nat(MODES.length - 1), (which, list, mode) => {
  told(
    () => spoil(BASES[which]!(), list),
    (element) => assertHarmless(element, MODES[mode]!(new ContentNames())),
  );
});

const candidatesProperty = fc.property(base, changes, (which, list) =>
  told(() => spoil(BASES[which]!(), list), assertHarmlessCandidates),
);

/** What goes to addIceCandidate is sound too. */
export function assertHarmlessCandidates(element: Element): void {
  let found: ReturnType<typeof toCandidates>;
  try {
    found = toCandidates(codec.read(element), {});
  } catch (error) {
    assertRemote(error);
    return;
  }
  assert.ok(found.length <= linesWithin(element));
  for (const { candidate, usernameFragment } of found) {
    const plain = candidate.replace(/ ufrag [0-9A-Za-z+/]{4,256}(?= |$)/, "");
    if (candidate !== "") assert.deepEqual(strangeLines(`a=${plain}\r\n`), []);
    assert.match(usernameFragment ?? "none", /^[0-9A-Za-z+/]{4,256}$/);
  }
}

/** What is done to an SDP: line and column count modulo what there is. */
interface LineChange {
  readonly line: number;
  readonly column: number;
  readonly value: string;
  readonly how: "insert" | "replace" | "drop" | "tail" | "repeat" | "swap";
}

const lineChanges: fc.Arbitrary<readonly LineChange[]> = fc.array(
  fc.record({
    line: fc.nat(),
    column: fc.nat(),
    value: poison,
    how: fc.constantFrom("insert", "replace", "drop", "tail", "repeat", "swap"),
  }),
  { maxLength: 5 },
);

const SDPS = corpus().filter(({ title }) =>
  /audio-video-data-(offer|answer)$|simulcast-offer$|max-bundle-offer$|ice-restart-2-offer$|port0-offer$/.test(title),
);

const describeProperty = fc.property(
  fc.nat(SDPS.length - 1),
  lineChanges,
  fc.constantFrom("initiator", "responder"),
  fc.boolean(),
  (which, list, role, isStranger) => {
    const text = spoilSdp(SDPS[which]!.text, list);
    assertHarmlessSdp(text, role, isStranger ? new Set() : undefined);
  },
);

/** An SDP becomes well-formed Jingle that can be read again, or is our own mistake. */
export function assertHarmlessSdp(text: string, role: Role, peer?: ReadonlySet<string>): void {
  const names = new ContentNames();
  let xml: string;
  try {
    xml = sdpToJingle(text, { action: "session-initiate", sid: "s1", role, peer, names }).toString();
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    return;
  }
  assert.doesNotMatch(xml, NOT_XML);
  const stanza = `<iq type='set' id='1'>${xml}</iq>`;
  assert.deepEqual([...validate(stanza), ...unknownNamespaces(stanza)], []);
  assertHarmless(parse(xml), { role, type: "offer" });
}

const trickleProperty = fc.property(
  lineChanges,
  fc.array(
    fc.record({
      candidate: fc.oneof(
        poison,
        fc.tuple(fc.nat(), poison).map(([at, value]) => insert(CANDIDATE, at, value)),
      ),
      sdpMid: fc.oneof(fc.constantFrom("0", "1", null), poison),
      usernameFragment: fc.option(poison, { nil: undefined }),
    }),
    { maxLength: 5 },
  ),
  (list, candidates) => {
    const text = spoilSdp(OFFER, list);
    for (const jingle of trickle(text, candidates, { sid: "s1", role: "initiator" })) {
      const xml = codec.write(jingle).toString();
      assertHarmlessCandidates(parse(xml));
    }
  },
);

const CANDIDATE = "candidate:1 1 udp 7 10.0.0.1 9 typ srflx raddr 10.0.0.2 rport 8 generation 0 ufrag abcd";

export function spoilSdp(text: string, list: readonly LineChange[]): string {
  const lines = text.split("\r\n");
  for (const { line, column, value, how } of list) spoilLine(lines, line % lines.length, column, value, how);
  return lines.join("\r\n");
}

function spoilLine(lines: string[], line: number, column: number, value: string, how: LineChange["how"]): void {
  const old = lines[line]!;
  const at = old.length === 0 ? 0 : column % old.length;
  if (how === "insert") lines[line] = insert(old, at, value);
  if (how === "replace") lines[line] = old.slice(0, at) + value;
  if (how === "drop" && lines.length > 1) lines.splice(line, 1);
  if (how === "tail") lines.push(old.slice(0, old.indexOf(":") + 1) + value);
  if (how === "repeat") lines.splice(line, 0, ...Array<string>((column % 300) + 1).fill(old));
  if (how === "swap") [lines[line], lines[column % lines.length]] = [lines[column % lines.length]!, old];
}

function insert(text: string, at: number, value: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + value + text.slice(place);
}

/** Runs a check on what was made; when it fails, the message shows it. */
function told<Result>(make: () => Element, check: (element: Element) => Result): Result {
  const element = make();
  try {
    return check(element);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nIt was: ${element}`, { cause: error });
  }
}

export type { Change };

export const PROPERTIES: readonly HostileProperty[] = [
  {
    title: "what a peer describes becomes an SDP of sound lines, or an error of table E",
    property: toSdpProperty,
    runs: 2500,
  },
  { title: "what one action has left of a session, the next can change", property: sequenceProperty, runs: 700 },
  { title: "what a peer says of candidates is sound, or left out", property: candidatesProperty, runs: 1000 },
  {
    title: "an SDP of anything becomes Jingle that can be read, or a LocalError",
    property: describeProperty,
    runs: 800,
  },
  { title: "candidate events of anything become Jingle that can be read", property: trickleProperty, runs: 500 },
  { title: "every iq of a peer is answered exactly once, and nothing throws", property: managerProperty, runs: 500 },
  { title: "no message of a peer makes message initiation throw", property: initiationProperty, runs: 500 },
];
