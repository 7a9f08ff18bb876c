import { strict as assert } from "node:assert";
import { type Call, type CallState, type Connection, Phone, type PhoneOptions, Roster } from "#client/index.js";
import { FakeMedia, FakeNetwork, MemoryServer, provideMediaStream } from "#client/testing.js";
import { keep } from "../support/schema.js";

export const ALICE = "alice@example.org";
export const BOB = "bob@example.org";
export const CAROL = "carol@example.org";
/** Nobody's contact. */
export const MALLORY = "mallory@example.org";

/** People with phones, on the fakes' server and network. */
export class Phones {
  server = new MemoryServer();
  network = new FakeNetwork();
  readonly #connections: Connection[] = [];
  readonly #others: string[] = [];
  #undo = () => {};

  start(): void {
    this.#undo = provideMediaStream();
  }

  stop(): void {
    this.#undo();
  }

  open(options: { readonly archive?: boolean } = {}): void {
    this.server = new MemoryServer(options);
    this.network = new FakeNetwork();
    for (const [one, other] of [
      [ALICE, BOB],
      [BOB, CAROL],
    ] as const)
      this.server.befriend(one, other);
  }

  /** Every stanza that was sent is judged by the schemas. */
  async close(): Promise<void> {
    for (const connection of this.#connections.splice(0)) await connection.close();
    const isOurs = (stanza: string) => !this.#others.some((jid) => stanza.includes(`from="${jid}"`));
    for (const stanza of this.server.sent) if (isOurs(stanza)) keep(stanza);
    this.#others.length = 0;
  }

  keep(connection: Connection): void {
    this.#connections.push(connection);
  }

  /** As `keep`, for somebody whose stanzas are not of our making. */
  keepOther(connection: Connection): void {
    this.#others.push(connection.jid);
    this.keep(connection);
  }

  readonly signIn = async (address: string, options: PhoneOptions = {}) => {
    const connection = this.server.connect(address);
    this.keep(connection);
    const media = new FakeMedia();
    const roster = new Roster(connection);
    const phone = new Phone(connection, { roster, media, peerConnection: this.network.peerConnection, ...options });
    const incoming: Call[] = [];
    phone.addEventListener("incoming", ({ call }) => incoming.push(call));
    await roster.ready;
    await until(() => this.server.sent.some((text) => text.startsWith("<presence") && text.includes(connection.jid)));
    return { connection, media, phone, incoming, roster };
  };

  readonly ringing = async (video = false) => {
    const [alice, bob] = [await this.signIn(ALICE), await this.signIn(BOB)];
    const out = alice.phone.call(BOB, { video });
    const states = watch(out);
    await until(() => out.state === "ringing");
    return { alice, bob, out, states, inc: bob.incoming[0]! };
  };

  readonly connected = async (video = false) => {
    const parties = await this.ringing(video);
    const theirStates = watch(parties.inc);
    parties.inc.accept();
    await until(() => parties.out.state === "connected" && parties.inc.state === "connected");
    return { ...parties, theirStates };
  };
}

/** The states that a call goes through, from now on. */
export function watch(call: Call): CallState[] {
  const states = [call.state];
  call.addEventListener("statechange", () => states.push(call.state));
  return states;
}

/** Time for everything that needs no more than a turn or a few. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`it did not come to: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
