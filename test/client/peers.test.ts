import { strict as assert } from "node:assert";
import { Conversations } from "../support/peers/conversations.js";
import { Dino } from "../support/peers/dino.js";
import { Monal } from "../support/peers/monal.js";
import { Movim } from "../support/peers/movim.js";
import { OUTCOMES, PEERS, type PeerName, type ScenarioName } from "../support/peers/outcomes.js";
import { SCENARIOS, Scene } from "../support/peers/scenarios.js";
import { Stanza } from "../support/peers/stanza.js";
import { Phones } from "./phones.js";

const CLASSES = { conversations: Conversations, dino: Dino, monal: Monal, movim: Movim, stanza: Stanza };

describe("calls with other people's clients, scripted", () => {
  const phones = new Phones();
  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  for (const peer of Object.keys(PEERS) as PeerName[]) {
    describe(PEERS[peer], () => {
      for (const scenario of Object.keys(SCENARIOS) as ScenarioName[]) {
        const expected = OUTCOMES[scenario].with[peer];
        it(`${OUTCOMES[scenario].what}: ${expected.works}`, async () => {
          const scene = await Scene.open(phones, new CLASSES[peer](phones.server, phones.network));
          assert.equal(await SCENARIOS[scenario](scene), expected.works);
          assert.deepEqual(scene.peer.complaints, []);
        });
      }
    });
  }
});
