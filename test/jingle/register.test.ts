import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Register } from "#jingle/register.js";

interface Item {
  readonly peer: string;
  readonly deadline: number | null;
}

const NAMES = ["a", "b", "c", "d", "e", "f", "g"];
const PEERS = ["x@one.example/1", "X@one.example/2", "y@one.example/1"];
const operation = fc.oneof(
  fc.record({
    set: fc.constantFrom(...NAMES),
    deadline: fc.option(fc.integer({ min: 0, max: 50 })),
  }),
  fc.record({ drop: fc.constantFrom(...NAMES) }),
  fc.record({ due: fc.integer({ min: 0, max: 50 }) }),
);

describe("what lives for a while", () => {
  it("is found by name, account and deadline as if all of it were looked through", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const register = new Register<Item>();
        const plain = new Map<string, Item>();
        const peerOf = (name: string) => PEERS[NAMES.indexOf(name) % PEERS.length]!;
        const first = () =>
          [...plain.values()].reduce<number | null>(
            (least, { deadline }) => (deadline !== null && (least === null || deadline < least) ? deadline : least),
            null,
          );
        for (const one of operations) {
          if ("set" in one) {
            const item = { peer: peerOf(one.set), deadline: one.deadline };
            register.set(one.set, item);
            plain.set(one.set, item);
          } else if ("drop" in one) {
            assert.equal(register.delete(one.drop), plain.delete(one.drop));
          } else {
            for (const item of register.due(one.due)) {
              assert.equal(item.deadline, first());
              assert.ok(item.deadline! <= one.due);
              const [name] = [...plain].find(([, other]) => other === item)!;
              register.delete(name);
              plain.delete(name);
            }
            const least = first();
            assert.ok(least === null || least > one.due);
          }
          assert.equal(register.deadline, first());
          assert.equal(register.size, plain.size);
          for (const peer of PEERS) {
            const mine = (item: Item) => item.peer.toLowerCase().startsWith(peer.toLowerCase().slice(0, 3));
            assert.deepEqual(new Set(register.with(peer)), new Set([...plain.values()].filter(mine)));
          }
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("does the same work whether few or many others live: a deadline of one moves past no more than a heap's height", () => {
    const compared = (count: number) => {
      let reads = 0;
      const register = new Register<Item>();
      const item = (at: number): Item => ({
        peer: `p${at}@one.example`,
        get deadline() {
          reads++;
          return at;
        },
      });
      for (let i = 0; i < count; i++) register.set(`n${i}`, item(1000 + i));
      reads = 0;
      register.set("one", item(500));
      assert.equal(register.deadline, 500);
      register.delete("one");
      assert.equal(register.deadline, 1000);
      return reads;
    };
    assert.equal(compared(10_000), compared(10));
  });
});
