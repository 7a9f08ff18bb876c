import { strict as assert } from "node:assert";
import { actionOf } from "#jingle/session-manager.js";
import { errorOf, xml } from "#jingle/stanza.js";
import { NO_TRANSPORT } from "#jingle/translate-candidates.js";
import { type Jingle, jingle as jingleCodec } from "#jingle/xep/0166.js";
import { Conversations } from "../support/peers/conversations.js";
import { Dino } from "../support/peers/dino.js";
import { Monal } from "../support/peers/monal.js";
import { Scene } from "../support/peers/scenarios.js";
import type { ScriptedPeer } from "../support/peers/scripted-peer.js";
import { Stanza } from "../support/peers/stanza.js";
import { Phones, until } from "./phones.js";

type Content = Jingle["contents"][number];
type Change = (content: Content) => Partial<Jingle>;

const CANDIDATE = {
  component: 1,
  foundation: "1",
  generation: 0,
  id: "c1",
  ip: "192.0.2.9",
  port: 9,
  priority: 1,
  protocol: "udp",
  type: "host",
};
const NEW = { ufrag: "fresh", pwd: "fresh-password-of-22-chars" };

/** What a careless client of ours could send in a running call, and what comes of it. */
const REFUSALS: readonly (readonly [
  typeof Dino | typeof Monal | typeof Conversations | typeof Stanza,
  string,
  Jingle["action"],
  Change,
  string,
])[] = [
  [
    Dino,
    "2.8: senders none is a bad-request",
    "content-modify",
    (one) => ({ contents: [{ ...one, senders: "none" }] }),
    "it answered content-modify with bad-request",
  ],
  [
    Dino,
    "2.4: more than one content",
    "transport-info",
    (one) => ({ contents: [one, one] }),
    "it answered transport-info with feature-not-implemented",
  ],
  [Dino, "2.9.7: an ICE restart", "transport-info", (one) => transported(one, NEW), "it was asked for an ICE restart"],
  [
    Dino,
    "2.4: a TCP candidate",
    "transport-info",
    (one) => transported(one, { candidates: [{ ...CANDIDATE, protocol: "tcp" }] }),
    "a candidate that it cannot use: tcp 192.0.2.9",
  ],
  [
    Monal,
    "2.4: no candidate",
    "transport-info",
    (one) => transported(one, {}),
    "it answered transport-info with bad-request",
  ],
  [
    Monal,
    "2.4: no pwd",
    "transport-info",
    (one) => transported(one, { pwd: undefined, candidates: [CANDIDATE] }),
    "it answered transport-info with not-authorized",
  ],
  [
    Monal,
    "2.9.7: other credentials",
    "transport-info",
    (one) => transported(one, { ...NEW, candidates: [CANDIDATE] }),
    "it answered transport-info with not-authorized",
  ],
  [
    Monal,
    "2.4: two candidates",
    "transport-info",
    (one) => transported(one, { candidates: [CANDIDATE, CANDIDATE] }),
    "it lost candidates: it reads the first one of a stanza",
  ],
  [
    Conversations,
    "2.8: senders none",
    "content-modify",
    (one) => ({ contents: [{ ...one, senders: "none" }] }),
    "it ended the call over content-modify: failed-application",
  ],
  [
    Conversations,
    "2.8: content-remove",
    "content-remove",
    (one) => ({ contents: [one] }),
    "it ended the call over content-remove: failed-application",
  ],
  [
    Stanza,
    "content-modify",
    "content-modify",
    (one) => ({ contents: [{ ...one, senders: "both" }] }),
    "it answered content-modify with bad-request",
  ],
];

describe("the scripted peers refuse what their clients refuse", () => {
  const phones = new Phones();
  before(() => phones.start());
  after(() => phones.stop());
  beforeEach(() => phones.open());
  afterEach(() => phones.close());

  async function call(Peer: (typeof REFUSALS)[number][0]): Promise<{ scene: Scene; peer: ScriptedPeer }> {
    const peer = new Peer(phones.server, phones.network);
    const scene = await Scene.open(phones, peer);
    await scene.stands(await scene.callOut());
    return { scene, peer };
  }

  for (const [Peer, what, action, change, complaint] of REFUSALS) {
    it(`${Peer.name}, interop.md ${what}`, async () => {
      const { scene, peer } = await call(Peer);
      const content = { creator: "initiator", name: "0", transport: NO_TRANSPORT, extra: [] } as const;
      const first = phones.network.connections[0]!.ice;
      const ours = transported(content, { ufrag: first.ufrag, pwd: first.password }).contents![0]!;
      const isAboutIce = action === "transport-info";
      const said = change(isAboutIce ? ours : { ...content, transport: undefined });
      const iq = xml(
        "iq",
        { type: "set", to: peer.jid, id: "careless" },
        jingleCodec.write(actionOf(action, peer.sid, said)),
      );
      scene.us.connection.send(iq);
      await until(() => peer.complaints.includes(complaint));
    });
  }

  it("Conversations, interop.md 2.0 rule 2: any error but tie-break ends its call", async () => {
    const { scene, peer } = await call(Conversations);
    phones.server.onStanza = (stanza) => {
      const isResult = stanza.attrs.type === "result" && stanza.attrs.to === peer.jid;
      if (isResult) {
        const asked = xml("iq", { id: stanza.attrs.id, from: peer.jid, to: stanza.attrs.from });
        scene.us.connection.send(errorOf(asked, { condition: "bad-request", application: undefined }));
      }
      return !isResult;
    };
    peer.addVideo();
    await until(() => peer.state === "ended");
    assert.equal(peer.reason, "failed-application");
  });
});

function transported(content: Content, transport: Partial<NonNullable<Content["transport"]>>): Partial<Jingle> {
  return { contents: [{ ...content, transport: { ...(content.transport ?? NO_TRANSPORT), ...transport } }] };
}
