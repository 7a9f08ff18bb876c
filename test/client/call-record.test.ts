import { strict as assert } from "node:assert";
import { type CallEntry, type CallStep, joined, RING_TIME, recordOf, stepOf } from "#client/call-record.js";
import { xml } from "#jingle/stanza.js";
import type { ReasonCondition } from "#jingle/xep/0166.js";
import { type MessageAction, NS_JINGLE_MESSAGE } from "#jingle/xep/0353.js";

const ALICE = "alice@example.org";
const BOB = "bob@example.org";
const START = Date.parse("2026-01-01T12:00:00Z");

type Line = readonly [seconds: number, from: string, action: MessageAction, reason?: ReasonCondition, to?: string];

function step([seconds, from, action, condition, to]: Line, more = {}): CallStep {
  const media = action === "propose" ? ["audio"] : [];
  const reason = condition && { condition, extra: [] };
  const other = from.startsWith("alice") ? BOB : ALICE;
  return { message: { action, id: "c1", media, reason, ...more }, from, to: to ?? other, at: START + seconds * 1000 };
}

/** Alice's record, at her device "here". */
function record(steps: readonly CallStep[], now = START + RING_TIME + 1000): CallEntry | null {
  const reader = { account: ALICE, isHere: (jid: string) => jid === `${ALICE}/here`, now };
  const found = recordOf(steps, reader);
  assert.deepEqual(recordOf([...steps].reverse(), reader), found, "in whatever order");
  return found;
}

function outcome(...lines: readonly Line[]) {
  const found = record(lines.map((line) => step(line)));
  return found && [found.direction, found.outcome, found.duration];
}

const [HERE, OTHER, THEIRS] = [`${ALICE}/here`, `${ALICE}/other`, `${BOB}/phone`];

describe("what became of a call (0313-02)", () => {
  it("is told with who, which way, when and whether with video", () => {
    const propose = step([0, THEIRS, "propose"], { media: ["audio", "video"] });
    assert.deepEqual(record([propose]), {
      id: "c1",
      address: BOB,
      direction: "incoming",
      video: true,
      at: START,
      duration: null,
      outcome: "missed",
    });
    assert.equal(record([step([5, THEIRS, "retract"])]), null, "no call is known without its propose");
  });

  it("incoming: answered here or on another device, and how long", () => {
    const [propose, end] = [
      [0, THEIRS, "propose"],
      [202, THEIRS, "finish", "success"],
    ] as const;
    const at = (device: string) => [...end, device] as const;
    assert.deepEqual(outcome(propose, [10, HERE, "proceed"], at(HERE)), ["incoming", "answered", 192_000]);
    assert.deepEqual(outcome(propose, [10, OTHER, "proceed"], at(OTHER)), ["incoming", "answered-elsewhere", 192_000]);
    assert.deepEqual(
      outcome(propose, [10, OTHER, "accept", undefined, ALICE]),
      ["incoming", "answered-elsewhere", null],
      "of a device that says accept, and whose end nobody told",
    );
    assert.deepEqual(
      outcome(
        propose,
        [10, OTHER, "proceed"],
        [11, HERE, "proceed"],
        [31, HERE, "finish", "connectivity-error"],
        at(OTHER),
      ),
      ["incoming", "answered-elsewhere", 192_000],
      "two answered; ours was too late",
    );
  });

  it("incoming: declined on any device, missed, or missed while we were busy", () => {
    const propose = [0, THEIRS, "propose"] as const;
    assert.deepEqual(outcome(propose, [5, OTHER, "reject", "decline"]), ["incoming", "declined", null]);
    assert.deepEqual(outcome(propose, [5, HERE, "reject", "busy"]), ["incoming", "missed", null]);
    assert.deepEqual(outcome(propose, [5, THEIRS, "retract", "cancel"]), ["incoming", "missed", null]);
    assert.deepEqual(outcome(propose, [5, OTHER, "ringing"]), ["incoming", "missed", null]);
  });

  it("outgoing, from any of our devices: answered, declined, busy, no answer, cancelled, failed", () => {
    const propose = [0, OTHER, "propose"] as const;
    const proceed = [4, THEIRS, "proceed"] as const;
    assert.deepEqual(outcome(propose, proceed, [64, OTHER, "finish", "success", THEIRS]), [
      "outgoing",
      "answered",
      60_000,
    ]);
    assert.deepEqual(outcome(propose, proceed, [24, THEIRS, "finish", "failed-application"]), [
      "outgoing",
      "failed",
      null,
    ]);
    assert.deepEqual(
      outcome(propose, proceed, [604, THEIRS, "finish", "connectivity-error"]),
      ["outgoing", "answered", 600_000],
      "a conversation that broke off was one",
    );
    assert.deepEqual(outcome(propose, [5, THEIRS, "reject", "decline"]), ["outgoing", "declined", null]);
    assert.deepEqual(outcome(propose, [5, THEIRS, "reject", "busy"]), ["outgoing", "busy", null]);
    assert.deepEqual(outcome(propose, [5, OTHER, "retract", "cancel"]), ["outgoing", "cancelled", null]);
    assert.deepEqual(outcome(propose, [45, OTHER, "retract", "timeout"]), ["outgoing", "no-answer", null]);
    assert.deepEqual(outcome(propose), ["outgoing", "no-answer", null]);
  });

  it("0353-16: what is unfinished rings for so long, and no longer", () => {
    const propose = step([0, THEIRS, "propose"]);
    assert.equal(record([propose], START + RING_TIME - 1)?.outcome, "pending");
    assert.equal(record([propose], START + RING_TIME)?.outcome, "missed");
  });

  it("0353-12: of two calls that crossed there is one", () => {
    const steps = [step([0, HERE, "propose"]), step([1, HERE, "retract", "expired"], { tieBreak: true })];
    assert.equal(record(steps), null);
  });

  it("0353-13: a call that moved to another device, and back, is one, as long as all its parts", () => {
    const part = (id: string, at: number, next?: string) => [
      step([at, HERE, "propose"], { id }),
      step([at + 1, THEIRS, "proceed"], { id }),
      step([at + 61, THEIRS, "finish", "expired", HERE], { id, ...(next && { migratedTo: next }) }),
    ];
    const all = new Map([
      ["a", part("a", 0, "b")],
      ["b", part("b", 70, "c")],
      ["c", part("c", 140)],
      ["d", part("d", 300, "d")],
    ]);
    const records = [...all.values()].map((steps) => record(steps, START + 500_000)!);
    const found = joined(records, (id) => all.get(id)!);
    assert.deepEqual(
      found.map(({ id, duration }) => [id, duration]),
      [
        ["a", 180_000],
        ["d", 60_000],
      ],
    );
    const others = records.map((one) => (one.id === "b" ? { ...one, address: "carol@example.org" } : one));
    assert.equal(joined(others, (id) => all.get(id)!).length, 4, "nobody moves their call into another's");
    const missed = records.map((one) => (one.id === "b" ? { ...one, outcome: "missed" as const } : one));
    assert.equal(joined(missed, (id) => all.get(id)!).length, 3, "nor does one that nobody took go away");
  });

  it("others have no say in it", () => {
    const mallory = "mallory@example.org/x";
    const lines: Line[] = [
      [0, THEIRS, "propose"],
      [1, mallory, "finish", "success", HERE],
      [2, mallory, "retract"],
      [3, THEIRS, "proceed"],
    ];
    assert.deepEqual(outcome(...lines), ["incoming", "missed", null], "nor has the caller in what the callee says");
    const forged: Line[] = [
      [0, HERE, "propose"],
      [1, mallory, "reject", "decline", HERE],
    ];
    assert.deepEqual(outcome(...forged), ["outgoing", "no-answer", null]);
  });

  it("0353-19: reads no errors, no rooms, nothing malformed", () => {
    const propose = (id: string | undefined) => xml("propose", { xmlns: NS_JINGLE_MESSAGE, id });
    const message = (type: string, id?: string) => xml("message", { type, from: THEIRS, to: ALICE }, propose(id));
    assert.equal(stepOf(message("chat", "a"), START)?.message.id, "a");
    for (const other of [message("error", "a"), message("groupchat", "a"), message("chat")])
      assert.equal(stepOf(other, START), undefined);
  });
});
