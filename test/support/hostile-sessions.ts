import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Element, parse } from "ltx";
import { LocalError } from "#jingle/errors.js";
import { MessageInitiation } from "#jingle/message-initiation.js";
import { actionOf, type ManagerOutput, SessionManager } from "#jingle/session-manager.js";
import { type Action, jingle as codec } from "#jingle/xep/0166.js";
import { MESSAGE_ACTIONS, NS_JINGLE_MESSAGE } from "#jingle/xep/0353.js";
import { BASES, base, changes, poison, rich, spoil } from "./hostile.js";
import { counter } from "./pair.js";
import { unknownNamespaces, validate } from "./schema.js";

const JULIET = "juliet@capulet.example/balcony";
const ROMEO = "romeo@montague.example/orchard";
/** Who calls, a device of the same account, someone else, strange addresses, and what a server leaves out: our account. */
const PEERS = [ROMEO, "Romeo@MONTAGUE.example/phone", "mallory@evil.example", "", "/", "@\u0130/\u212b", undefined];
const COMMANDS = [
  "session-initiate",
  "session-accept",
  "content-add",
  "content-accept",
  "content-modify",
  "content-remove",
  "transport-info",
  "session-info",
  "session-terminate",
] as const satisfies readonly Action[];

const peer = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(PEERS.length - 1));
const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("a", "b", "c") }, poison);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("set" as const), peer, id, which: base, changes }) },
  fc.record({ type: fc.constantFrom("result" as const, "error" as const, "get" as const), peer, id, which: fc.nat() }),
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("command" as const), peer, which: fc.nat(COMMANDS.length - 1) }),
  },
  fc.record({ type: fc.constant("timeout" as const), after: fc.constantFrom(1, 30_000, 100_000) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A session manager and whoever; each iq set or get is answered once, to its sender, and nothing else is answered. */
export const managerProperty = fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
  const talk = new Talk();
  for (const one of steps) talk.take(one);
  // Limits of SessionManager: with one account no more than these can be live.
  assert.ok(talk.manager.size <= 64);
});

class Talk {
  readonly manager = new SessionManager({ newId: counter("i"), admit: () => null });
  /** The ids of our own iqs. */
  readonly #asked: string[] = [];
  #now = 0;

  take(one: Step): void {
    if (one.type === "timeout") {
      this.#now += one.after;
      this.#check(this.manager.handle({ type: "timeout" }, this.#now), []);
      return;
    }
    const from = PEERS[one.peer];
    if (one.type === "command") this.#command(from ?? "", COMMANDS[one.which]!);
    else if ("changes" in one) this.#hear(from, one.type, one.id, spoilt(one.which, one.changes));
    else if (one.type === "get") this.#hear(from, one.type, one.id, rich());
    else this.#hear(from, one.type, this.#asked[one.which % (this.#asked.length + 1)] ?? one.id);
  }

  #hear(from: string | undefined, type: string, iqId: string, payload?: Element): void {
    const iq = parse(`<iq type='${type}' to='${JULIET}'/>`);
    iq.attrs.id = iqId;
    if (from !== undefined) iq.attrs.from = from;
    if (payload) iq.cnode(payload);
    const isRequest = type === "set" || type === "get";
    this.#check(this.manager.handle({ type: "stanza", stanza: iq }, this.#now), isRequest ? [iq] : []);
  }

  #command(to: string, action: Action): void {
    const { contents } = codec.read(rich());
    try {
      const jingle = actionOf(action, "s1", { contents: action.startsWith("session-i") ? [] : contents.slice(0, 2) });
      this.#check(this.manager.handle({ type: "command", peer: to, jingle }, this.#now), []);
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
    }
  }

  #check(outputs: readonly ManagerOutput[], requests: readonly Element[]): void {
    const sent = outputs.flatMap((output) => (output.type === "send" ? [output.stanza] : []));
    const replies = sent.filter(({ attrs }) => attrs.type === "result" || attrs.type === "error");
    assert.deepEqual(
      replies.map(({ attrs }) => [attrs.id, attrs.to]),
      requests.map(({ attrs }) => [attrs.id, attrs.from]),
    );
    for (const stanza of sent) {
      if (stanza.attrs.type === "set") this.#asked.push(stanza.attrs.id);
      else assertValid(stanza);
    }
  }
}

function spoilt(which: number, list: Parameters<typeof spoil>[1]): Element {
  const element = BASES[which]!();
  element.attrs.sid = "s1";
  return spoil(element, list);
}

/** Whatever was asked, the answer is one that the schemas allow. Ids and addresses are the asker's own. */
function assertValid(stanza: Element): void {
  const copy = parse(stanza.toString());
  copy.attrs.id = "x";
  for (const name of ["to", "from"]) if (name in copy.attrs) copy.attrs[name] = ROMEO;
  assert.deepEqual([...validate(copy.toString()), ...unknownNamespaces(copy.toString())], []);
}

const message = fc.record({
  peer,
  id: fc.constantFrom("m1", "m2"),
  action: fc.constantFrom(...MESSAGE_ACTIONS),
  type: fc.constantFrom("chat", "error", "groupchat", "normal"),
  carbon: fc.constantFrom("sent" as const, "received" as const, undefined),
  age: fc.constantFrom(0, 1000, 100_000, Number.NaN, -1),
  changes,
});
const doing = fc.record({
  command: fc.constantFrom("propose", "ring", "proceed", "reject", "retract", "joined", "finish"),
  id: fc.constantFrom("m1", "m2"),
});

/** Message initiation and whoever; nothing but our own commands can be a mistake. */
export const initiationProperty = fc.property(
  fc.array(fc.oneof({ weight: 3, arbitrary: message }, doing), { maxLength: 12 }),
  (steps) => {
    const machine = new MessageInitiation({ jid: () => JULIET, newId: counter("m") });
    for (const one of steps) {
      if ("command" in one) attempt(machine, one.command, one.id);
      else {
        const inner = `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/><reason xmlns='urn:xmpp:jingle:1'><busy/></reason>`;
        const stanza = parse(
          `<message type='${one.type}' to='${JULIET}'><${one.action} xmlns='${NS_JINGLE_MESSAGE}' id='${one.id}'>${inner}</${one.action}></message>`,
        );
        spoil(stanza.getChildElements()[0]!, one.changes);
        const from = PEERS[one.peer];
        if (from !== undefined) stanza.attrs.from = from;
        const { carbon, age } = one;
        machine.handle({ type: "message", stanza, age, ...(carbon && { carbon }) }, 0);
      }
    }
  },
);

function attempt(machine: MessageInitiation, command: string, attemptId: string): void {
  try {
    if (command === "propose") machine.handle({ type: "propose", id: attemptId, peer: ROMEO, media: ["audio"] }, 0);
    else if (command === "reject" || command === "retract" || command === "finish") {
      machine.handle({ type: command, id: attemptId, reason: "busy" }, 0);
    } else machine.handle({ type: command as "ring" | "proceed" | "joined", id: attemptId }, 0);
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
  }
}
