import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { WebSocket } from "ws";
import { root } from "../../support/root.js";
import { CANDIDATES, candidatesOf, type Media, media, withoutCandidates } from "./media.js";
import type { Account, Place, Way } from "./way.js";

/**
 * stanza 12, which has no message initiation: its propose and proceed are messages of our own words. It sends each
 * candidate that an RTCPeerConnection finds by itself.
 * @param early every candidate stands in the descriptions, which no browser does.
 */
export async function stanza({ service, caller, callee }: Place, early: boolean): Promise<Way> {
  const said = await media();
  const calling = await signedIn(service, caller, said, early);
  const called = await signedIn(service, callee, said, early);
  let session: Session | undefined;
  let complete = () => {};
  calling.arrived = called.arrived = () => {
    const all = early ? 0 : CANDIDATES;
    if (calling.described && called.described && calling.candidates >= all && called.candidates >= all) complete();
  };
  called.client.on("message", ({ from, jmi }) => {
    if (jmi?.step !== "propose") return;
    for (const step of ["ringing", "proceed"])
      called.client.sendMessage({ to: from, type: "chat", jmi: { step, id: jmi.id } });
  });
  called.client.on("jingle:incoming", (incoming) => void incoming.accept());
  calling.client.on("message", ({ from, jmi }) => {
    if (jmi?.step !== "proceed") return;
    session = calling.client.jingle.createMediaSession(from, jmi.id);
    void session.start();
  });
  return {
    sockets: [calling.client.transport.socket, called.client.transport.socket],
    call() {
      for (const one of [calling, called]) Object.assign(one, { described: false, candidates: 0 });
      const jmi = { step: "propose", id: randomUUID() };
      calling.client.sendMessage({ to: callee.address, type: "chat", jmi });
      return new Promise((resolve) => {
        complete = resolve;
      });
    },
    end: () => session?.end(),
  };
}

interface Session {
  start(): Promise<void>;
  accept(): Promise<void>;
  end(): void;
}

interface Client {
  readonly stanzas: { define(definition: object): void };
  readonly transport: { readonly socket: WebSocket };
  readonly jingle: { createMediaSession(peer: string, sid: string): Session };
  on(event: "message", listener: (message: { from: string; jmi?: { step: string; id: string } }) => void): void;
  on(event: "jingle:incoming", listener: (session: Session) => void): void;
  once(event: string, listener: () => void): void;
  connect(): void;
  sendPresence(): void;
  enableCarbons(): Promise<void>;
  sendMessage(message: object): void;
}

interface Side {
  readonly client: Client;
  described: boolean;
  candidates: number;
  arrived(): void;
}

async function signedIn(service: string, { address, password }: Account, said: Media, early: boolean): Promise<Side> {
  const require = createRequire(join(root, "test/bench/peers/package.json"));
  const { createClient, JXT } = require("stanza");
  const side: Side = {
    client: createClient({
      jid: address,
      password,
      transports: { websocket: service, bosh: false },
      autoReconnect: false,
      jingle: {
        hasRTCPeerConnection: true,
        iceServers: [],
        createPeerConnection: () => new FixedConnection(said, early, side),
      },
    }),
    described: false,
    candidates: 0,
    arrived: () => {},
  };
  side.client.stanzas.define({
    element: "initiation",
    namespace: "urn:xmpp:jingle-message:0",
    path: "message.jmi",
    fields: { step: JXT.attribute("step"), id: JXT.attribute("id") },
  });
  const ready = new Promise<void>((resolve) => side.client.once("session:started", resolve));
  side.client.connect();
  await ready;
  await side.client.enableCarbons();
  side.client.sendPresence();
  return side;
}

type Description = { readonly type: string; readonly sdp: string };

/** Says what the media side always says. */
class FixedConnection extends EventEmitter {
  signalingState = "stable";
  iceConnectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  onicecandidate: (event: { candidate: { candidate: string; sdpMid: string } | null }) => void = () => {};
  addEventListener = this.on;

  constructor(
    readonly media: Media,
    readonly early: boolean,
    readonly side: Side,
  ) {
    super();
  }

  async createOffer(): Promise<Description> {
    return { type: "offer", sdp: this.early ? this.media.offer : withoutCandidates(this.media.offer) };
  }

  async createAnswer(): Promise<Description> {
    return { type: "answer", sdp: this.early ? this.media.answer : withoutCandidates(this.media.answer) };
  }

  async setLocalDescription(description: Description): Promise<void> {
    this.localDescription = description;
    this.signalingState = description.type === "offer" ? "have-local-offer" : "stable";
    if (this.early) return;
    const found = candidatesOf(description.type === "offer" ? this.media.offer : this.media.answer);
    setImmediate(() => {
      for (const candidate of [...found, null]) this.onicecandidate({ candidate });
    });
  }

  async setRemoteDescription(description: Description): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.side.described = true;
    this.side.arrived();
  }

  async addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    if (candidate) this.side.candidates += 1;
    this.side.arrived();
  }

  getReceivers(): readonly [] {
    return [];
  }

  close(): void {}
}
