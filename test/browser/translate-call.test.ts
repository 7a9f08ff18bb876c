import { strict as assert } from "node:assert";
import { parse } from "ltx";
import type { BrowserContext, Page } from "playwright-core";
import { ContentNames } from "#jingle/description.js";
import { describe as describeSdp, jingleToSdp, toCandidates, toSdp, trickle } from "#jingle/translate.js";
import { type Action, type Jingle, jingle as jingleCodec, type Role } from "#jingle/xep/0166.js";
import { newContext } from "../support/chromium.js";
import { keep } from "../support/schema.js";

const PEER = new Set(["urn:xmpp:jingle:transports:dtls-sctp:1"]);

/** One party: its RTCPeerConnection lives in the page under its role, its side of the session here. */
class Party {
  readonly names = new ContentNames();
  /** The other party's last SDP, as we made it. */
  remote: string | undefined;
  #sentCandidates = 0;

  constructor(
    readonly role: Role,
    readonly page: Page,
  ) {}

  offer(): Promise<string> {
    return this.page.evaluate(async (role) => {
      const connection = window.parties[role]!.connection;
      await connection.setLocalDescription(await connection.createOffer());
      return connection.localDescription!.sdp;
    }, this.role);
  }

  async answer(offer: string): Promise<string> {
    this.remote = offer;
    return this.page.evaluate(
      async ([role, sdp]) => {
        const connection = window.parties[role as Role]!.connection;
        await connection.setRemoteDescription({ type: "offer", sdp: sdp! });
        await connection.setLocalDescription(await connection.createAnswer());
        return connection.localDescription!.sdp;
      },
      [this.role, offer],
    );
  }

  async accept(answer: string): Promise<void> {
    this.remote = answer;
    await this.page.evaluate(
      async ([role, sdp]) =>
        window.parties[role as Role]!.connection.setRemoteDescription({ type: "answer", sdp: sdp! }),
      [this.role, answer],
    );
  }

  /** The transport-infos of every candidate that was not sent yet, once gathering is over. */
  async candidates(): Promise<readonly Jingle[]> {
    const [sdp, candidates] = await this.page.evaluate(async (role) => {
      const { connection, candidates } = window.parties[role]!;
      while (connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
      return [connection.localDescription!.sdp, candidates] as const;
    }, this.role);
    const fresh = candidates.slice(this.#sentCandidates);
    this.#sentCandidates = candidates.length;
    return trickle(sdp, fresh, { sid: "s1", role: this.role, names: this.names, peer: PEER });
  }

  async take(jingle: Jingle): Promise<void> {
    for (const candidate of toCandidates(jingle, { names: this.names })) {
      await this.page.evaluate(([role, init]) => window.parties[role]!.connection.addIceCandidate(init), [
        this.role,
        candidate,
      ] as const);
    }
  }
}

declare global {
  interface Window {
    parties: Record<string, { connection: RTCPeerConnection; candidates: RTCIceCandidateInit[] }>;
  }
}

describe("two RTCPeerConnections that hear of each other in Jingle only", function () {
  this.timeout(60_000);
  let context: BrowserContext;
  let page: Page;
  let romeo: Party;
  let juliet: Party;

  before(async () => {
    context = await newContext();
    page = await context.newPage();
    await page.evaluate(() => {
      window.parties = {};
      for (const role of ["initiator", "responder"]) {
        const connection = new RTCPeerConnection();
        const candidates: RTCIceCandidateInit[] = [];
        connection.addEventListener("icecandidate", ({ candidate }) => {
          if (candidate) candidates.push(candidate.toJSON());
        });
        window.parties[role] = { connection, candidates };
      }
    });
    romeo = new Party("initiator", page);
    juliet = new Party("responder", page);
  });
  after(() => context?.close());

  it("a-1, a-2: connect with audio, video and a data channel; candidates are trickled", async () => {
    await page.evaluate(() => {
      const { connection } = window.parties.initiator!;
      connection.addTransceiver("audio");
      connection.addTransceiver("video");
      connection.createDataChannel("chat");
    });
    await negotiate(romeo, juliet, "session-initiate", "session-accept");
    await exchangeCandidates();
    await connected();
  });

  it("a-3, a-4: the responder adds video; the whole group goes along, the new content alone", async () => {
    await page.evaluate(() => window.parties.responder!.connection.addTransceiver("video"));
    const { said, answered } = await negotiate(juliet, romeo, "content-add", "content-accept", ["3"]);
    assert.deepEqual(
      said.contents.map(({ creator, name }) => [creator, name]),
      [["responder", "3"]],
    );
    assert.deepEqual(said.groups[0]?.names, ["0", "1", "2", "3"]);
    assert.deepEqual(
      answered.contents.map(({ creator, name }) => [creator, name]),
      [["responder", "3"]],
    );
    assert.equal(await directions("responder"), "recvonly recvonly sendonly");
    await connected();
  });

  it("a-5, a-14: a direction changes by content-modify alone, there and back", async () => {
    for (const [wanted, senders, peer] of [
      ["sendonly", "initiator", "recvonly"],
      ["recvonly", "responder", "inactive"],
    ] as const) {
      await page.evaluate((direction) => {
        window.parties.initiator!.connection.getTransceivers()[0]!.direction = direction;
      }, wanted);
      const offer = await romeo.offer();
      const said = send(describeSdp(offer, { ...options(romeo, "content-modify"), contents: ["0"] }));
      assert.equal(said.contents[0]?.senders, senders);
      await juliet.answer(
        toSdp(said, { role: "initiator", type: "offer", previous: juliet.remote, names: juliet.names }),
      );
      // The ack is the answer.
      await romeo.accept(
        toSdp(said, { role: "responder", type: "answer", offer, previous: romeo.remote, names: romeo.names }),
      );
      assert.equal((await directions("responder")).split(" ")[0], peer);
    }
  });

  it("t-19: ICE restarts by transport-info: new credentials without a candidate ask, with one answer", async () => {
    const before = await ufrag("responder");
    await page.evaluate(() => window.parties.initiator!.connection.restartIce());
    const offer = await romeo.offer();
    const asked = send(describeSdp(offer, { ...options(romeo, "transport-info"), contents: ["0"] }));
    assert.deepEqual(asked.contents[0]?.transport?.candidates, []);
    await juliet.answer(
      toSdp(asked, { role: "initiator", type: "offer", previous: juliet.remote, names: juliet.names }),
    );
    assert.notEqual(await ufrag("responder"), before);
    const [answer, ...more] = (await juliet.candidates()).map(send);
    assert.notEqual(answer!.contents[0]?.transport?.candidates.length, 0);
    await romeo.accept(
      toSdp(answer!, { role: "responder", type: "answer", offer, previous: romeo.remote, names: romeo.names }),
    );
    for (const jingle of more) await romeo.take(jingle);
    await exchangeCandidates();
    await connected();
  });

  it("t-6: a later offer of the other party keeps the DTLS roles", async () => {
    await page.evaluate(() => window.parties.initiator!.connection.addTransceiver("audio"));
    await negotiate(romeo, juliet, "content-add", "content-accept", ["4"]);
    await connected();
  });

  it("a-6, m-4: a content is removed, and its m-line stays in its place", async () => {
    await page.evaluate(() => window.parties.responder!.connection.getTransceivers()[1]!.stop());
    const offer = await juliet.offer();
    const said = send(describeSdp(offer, { ...options(juliet, "content-remove"), contents: ["1"] }));
    assert.deepEqual(said.contents, [
      { ...said.contents[0]!, creator: "initiator", name: "1", description: undefined },
    ]);
    await romeo.answer(toSdp(said, { role: "responder", type: "offer", previous: romeo.remote, names: romeo.names }));
    await juliet.accept(
      toSdp(said, { role: "initiator", type: "answer", offer, previous: juliet.remote, names: juliet.names }),
    );
    assert.match(
      juliet.remote!,
      /m=video 0 UDP\/TLS\/RTP\/SAVPF 0\r\nc=IN IP4 0\.0\.0\.0\r\na=inactive\r\na=mid:1\r\n/,
    );
    await connected();
  });

  it("a-6: a new content takes the index of the stopped one under a new mid", async () => {
    await page.evaluate(() => window.parties.initiator!.connection.addTransceiver("video"));
    const { said } = await negotiate(romeo, juliet, "content-add", "content-accept", ["5"]);
    assert.deepEqual(
      said.contents.map(({ name }) => name),
      ["5"],
    );
    await connected();
  });

  it("m-6, a-12: a content that the answer leaves out is rejected at the offerer", async () => {
    await page.evaluate(() => window.parties.initiator!.connection.addTransceiver("audio"));
    const offer = await romeo.offer();
    const said = send(describeSdp(offer, { ...options(romeo, "content-add"), contents: ["6"] }));
    const rejected: Jingle = { ...said, action: "content-reject" };
    await romeo.accept(
      toSdp(rejected, { role: "responder", type: "answer", offer, previous: romeo.remote, names: romeo.names }),
    );
    assert.match(romeo.remote!, /m=audio 0 [^\n]*\n[^\n]*\na=inactive\r\na=mid:6\r\n$/);
    await connected();
  });

  function options(party: Party, action: Action) {
    return { action, sid: "s1", role: party.role, names: party.names, peer: PEER };
  }

  /** Over the wire as text, and into the diary. */
  function send(jingle: Jingle): Jingle {
    const xml = jingleCodec.write(jingle).toString();
    keep(`<iq type='set' id='1'>${xml}</iq>`);
    return jingleCodec.read(parse(xml));
  }

  async function negotiate(from: Party, to: Party, asks: Action, agrees: Action, contents?: readonly string[]) {
    const offer = await from.offer();
    const said = send(describeSdp(offer, { ...options(from, asks), contents }));
    const answer = await to.answer(
      toSdp(said, { role: from.role, type: "offer", previous: to.remote, names: to.names }),
    );
    const answered = send(describeSdp(answer, { ...options(to, agrees), contents }));
    const element = jingleCodec.write(answered);
    await from.accept(
      jingleToSdp(element, { role: to.role, type: "answer", offer, previous: from.remote, names: from.names }),
    );
    return { said, answered };
  }

  async function exchangeCandidates(): Promise<void> {
    for (const jingle of await romeo.candidates()) await juliet.take(send(jingle));
    for (const jingle of await juliet.candidates()) await romeo.take(send(jingle));
  }

  async function connected(): Promise<void> {
    await page.waitForFunction(() =>
      Object.values(window.parties).every(
        ({ connection }) => connection.connectionState === "connected" && connection.signalingState === "stable",
      ),
    );
  }

  function directions(role: Role): Promise<string> {
    return page.evaluate(
      (who) =>
        window.parties[who]!.connection.getTransceivers()
          .map(({ currentDirection }) => currentDirection)
          .join(" "),
      role,
    );
  }

  function ufrag(role: Role): Promise<string> {
    return page.evaluate(
      (who) => /a=ice-ufrag:(\S+)/.exec(window.parties[who]!.connection.localDescription!.sdp)![1]!,
      role,
    );
  }
});
