import { strict as assert } from "node:assert";
import { domainOf } from "#jingle/jid.js";
import { Clock } from "../../support/pair.js";
import { count, Device } from "./device.js";
import { Network } from "./network.js";
import { Random } from "./random.js";

const BUSY = 90_000;
const QUIET = 240_000;

/** A run that did not end as it should. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
  constructor(
    readonly seed: number,
    /** Everything that happened, for `replay`. */
    readonly diary: readonly string[],
    cause: unknown,
  ) {
    const end = diary.slice(-40).join("\n");
    super(`seed ${seed}: ${cause instanceof Error ? cause.stack : cause}\n${end}`, { cause });
  }
}

/**
 * People who press buttons at random, over connections that come and go.
 * @throws SimulationError
 */
export function simulate(seed: number): void {
  try {
    run(seed, false);
  } catch {
    // A seed repeats, so this fails as well, with its diary.
    run(seed, true);
    throw new Error(`seed ${seed} fails, and not when it runs again`);
  }
}

/** The diary of a run. */
export function diaryOf(seed: number): readonly string[] {
  return run(seed, true);
}

function run(seed: number, isNoted: boolean): readonly string[] {
  const random = new Random(seed);
  const clock = new Clock();
  const network = new Network(clock, random, seed % 10 === 0, isNoted);
  const accounts = ["a@one.example", "b@two.example", "c@three.example", "d@one.example"].slice(0, 2 + random.int(3));
  const devices = accounts.flatMap((account) =>
    Array.from({ length: 1 + random.int(3) }, () => {
      const others = accounts.filter((other) => other !== account);
      return new Device(network, random, account, others);
    }),
  );
  const stormy = random.chance(0.6);
  try {
    while (clock.now < BUSY) {
      clock.pass(random.int(1500));
      const device = random.pick(devices);
      if (stormy && random.chance(0.08)) disturb(network, device, random, devices);
      else if (network.lines.includes(device.line)) device.act();
    }
    for (const { line } of devices) if (!line.connected && network.lines.includes(line)) network.resume(line);
    clock.pass(QUIET);
    check(
      devices.filter(({ line }) => network.lines.includes(line)),
      network,
    );
  } catch (error) {
    throw new SimulationError(seed, network.diary.lines(), error);
  }
  count("run");
  if (devices.some(({ talked }) => talked)) count("run with a call");
  return network.diary.lines();
}

function disturb(network: Network, { line }: Device, random: Random, devices: readonly Device[]): void {
  if (!network.lines.includes(line)) return;
  if (random.chance(0.05)) {
    count("restart");
    network.restart(domainOf(line.jid));
  } else if (line.connected) {
    const alone = devices.filter((one) => network.lines.includes(one.line)).length < 3;
    if (random.chance(0.05) && !alone) network.crash(line);
    else network.cut(line);
  } else if (random.chance(0.6)) network.resume(line);
  else network.rebind(line);
}

function check(devices: readonly Device[], network: Network): void {
  for (const device of devices) {
    const { line, initiation, sessions, calls } = device;
    assert.equal(initiation.deadline ?? sessions.deadline, null, `${line.jid} still waits for something`);
    assert.equal(sessions.size, calls.size, `${line.jid}: sessions and calls`);
    assert.ok(initiation.size <= calls.size, `${line.jid}: attempts without a call`);
    for (const call of calls.values()) {
      const own = sessions.session(call.device!, call.id);
      const peer = devices.find((other) => other.line.jid === call.device);
      const theirs = peer?.sessions.session(line.jid, call.id);
      assert.ok(own && theirs, `${line.jid}: a call ${call.id} with ${call.device} that only one side believes in`);
      assert.deepEqual([own.state, theirs.state], ["active", "active"]);
      assert.notEqual(own.role, theirs.role);
      if (device.shaken.has(call.id) || peer!.shaken.has(call.id)) continue;
      assert.deepEqual([own.outstanding, theirs.outstanding], [[], []]);
      const said = ({ contents }: typeof own) =>
        contents.map(({ name, senders, addedBy }) => `${name} ${senders} ${addedBy}`).sort();
      assert.deepEqual(said(own), said(theirs), `${line.jid}: contents of ${call.id}`);
    }
  }
  assert.ok(network.lines.every(({ up, down }) => up.length + down.length === 0));
}
