import { bareJid } from "#jingle/jid.js";
import type { Jingle } from "#jingle/xep/0166.js";
import type { JingleMessage, MessageAction } from "#jingle/xep/0353.js";
import type { Kind, PeerMedia } from "./peer-media.js";
import { ScriptedPeer, type Verdict } from "./scripted-peer.js";

type Content = Jingle["contents"][number];

/** Dino 0.4.2, in the shapes of the captures of it in test/vectors/captures. */
export class Dino extends ScriptedPeer {
  readonly name = "dino";
  readonly announces = {
    // libxmpp-vala 0.4.2
    node: "https://dino.im",
    identities: [{ category: "client", type: "pc", name: "Dino" }],
    // 2.1
    features: [
      "http://jabber.org/protocol/caps",
      "http://jabber.org/protocol/disco#info",
      "urn:xmpp:jingle-message:0",
      "urn:xmpp:jingle:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "urn:xmpp:jingle:apps:rtp:1",
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:apps:rtp:video",
      "urn:xmpp:jingle:transports:ice-udp:1",
    ],
  };
  protected readonly resource = "dino";

  /** 2.8: one content, one-way from itself, with a transport of its own. */
  override addVideo(): void {
    this.run(async () => {
      const media = this.media!;
      const known = media.transceiver("video");
      await media.capture(["video"]);
      if (known) {
        await this.#modify();
        return;
      }
      media.transceiver("video")!.direction = "sendonly";
      await media.propose();
      media.nameByKind();
      await media.gathered();
      this.send(media.withCandidates(media.describe("content-add", ["video"])));
    });
  }

  /** 2.8: its own camera makes two-way what it only received, by content-modify. */
  async #modify(): Promise<void> {
    const media = this.media!;
    media.transceiver("video")!.direction = "sendrecv";
    await media.propose();
    const { name } = media.names.contentOf(media.transceiver("video")!.mid!)!;
    this.send(media.describe("content-modify", [name]));
  }

  // 2.2: ringing is never sent, and ignored.
  protected override rings(): void {}

  // 2.2: also to its own bare JID.
  protected override reject(): void {
    super.reject();
    this.say("reject", bareJid(this.jid));
  }

  // 2.2: no glare handling: it rings beside its own call.
  protected override glare(theirs: JingleMessage, from: string): void {
    this.#beside = { theirs, from };
  }
  #beside: { readonly theirs: JingleMessage; readonly from: string } | null = null;

  protected override beside({ id, action }: JingleMessage): void {
    if (action === "retract" && id === this.#beside?.theirs.id) this.#beside = null;
  }

  protected override over(reason: string): void {
    super.over(reason);
    if (!this.#beside) return;
    const { theirs, from } = this.#beside;
    this.#beside = null;
    this.ring(theirs.id, from, theirs.media as Kind[]);
  }

  // 2.2: proceed and reject count only where they come to its full JID; finish is not known.
  protected override obeys(action: MessageAction, to: string): boolean {
    if (action === "ringing" || action === "finish") return false;
    if ((action === "proceed" || action === "reject") && to !== this.jid) {
      this.complain(`${action} did not come to its full JID`);
      return false;
    }
    return true;
  }

  // 2.1: a session-initiate without message initiation rings.
  protected override unexpected(): Verdict {
    return "result";
  }

  protected override judge(jingle: Jingle): Verdict {
    const { action, contents } = jingle;
    const whole = action === "session-initiate" || action === "session-accept" || action === "content-add";
    // 2.5: sha-256 only; 2.5: an offer says actpass.
    const isSigned = ({ transport }: Content) => transport?.fingerprints.some(({ hash }) => hash === "sha-256");
    if (whole && !contents.every(isSigned)) return { end: "security-error" };
    if (action === "transport-info") {
      // 2.4: exactly one content, of a name that it knows.
      if (contents.length !== 1) return { condition: "feature-not-implemented", application: undefined };
      if (!this.#knows(contents[0]!)) return { condition: "item-not-found", application: undefined };
      // 2.9.7: remote credentials are set once.
      if (this.media?.isFresh(jingle)) this.complain("it was asked for an ICE restart");
    }
    if (action === "content-modify") {
      // 2.8: senders none is a bad-request; accepted are only increases.
      if (contents.some(({ senders }) => senders === "none"))
        return { condition: "bad-request", application: undefined };
      // 2.8: checks that creator equals what it stored.
      if (contents.some(({ creator }) => creator !== "initiator"))
        return { condition: "item-not-found", application: undefined };
    }
    // 2.4: tcp is taken for udp, component 2 and .local are of no use to it.
    for (const { transport } of contents) {
      for (const { protocol, ip } of transport?.candidates ?? []) {
        if (protocol !== "udp" || ip.endsWith(".local"))
          this.complain(`a candidate that it cannot use: ${protocol} ${ip}`);
      }
    }
    return "result";
  }

  // 2.4: candidates that are known by then stand in its descriptions, with both components.
  protected override async describe(action: "session-initiate" | "session-accept"): Promise<void> {
    const media = this.media!;
    if (action === "session-initiate") media.nameByKind();
    await media.gathered();
    const known = media.withCandidates(media.describe(action));
    this.send(action === "session-initiate" ? { ...known, initiator: this.jid } : known);
    media.release((jingle) => this.send(jingle));
  }

  protected override async answer(): Promise<void> {
    const media: PeerMedia = this.open();
    // 2.7: it never bundles.
    await media.takeOffer({ ...this.offered!, groups: [] }, () => media.capture(this.kinds));
    const offersVideo = this.offered!.contents.some(({ description }) => description?.media === "video");
    // 2.3: without a camera it says so before session-accept.
    if (offersVideo && !this.kinds.includes("video")) {
      const { name } = media.names.contentOf(media.transceiver("video")!.mid!)!;
      const senders = "initiator" as const;
      const contents = [{ creator: "initiator", name, senders, extra: [] }] as const;
      this.send({ action: "content-modify", sid: this.sid, contents, groups: [], extra: [] });
    }
    await this.describe("session-accept");
  }

  /** 2.8: what is added is taken at once, as something to be received. */
  protected override async contentAdded(jingle: Jingle): Promise<void> {
    const media = this.media!;
    await media.takeOffer({ ...jingle, groups: [] });
    await media.gathered();
    this.send(
      media.withCandidates(
        media.describe(
          "content-accept",
          jingle.contents.map(({ name }) => name),
        ),
      ),
    );
  }

  protected override async changed(jingle: Jingle): Promise<void> {
    // 2.8: it takes what the other side sends more.
    const isMore = jingle.action === "content-modify" && jingle.contents.some(({ senders }) => senders === "both");
    if (isMore) this.media!.transceiver("video")!.direction = "sendrecv";
    // 2.7: it does not know groups.
    await super.changed({ ...jingle, groups: [] });
  }

  protected override bend(jingle: Jingle): Jingle {
    const contents = jingle.contents.map((content) => this.#bendContent(content, jingle.action));
    // 2.3: no group anywhere.
    return { ...jingle, contents, groups: [] };
  }

  #bendContent(content: Content, action: string): Content {
    const { description, transport } = content;
    const all = description?.payloads ?? [];
    // 2.3: its answers have exactly one payload type, the first that it supports.
    const payloads = action.endsWith("-accept") ? all.slice(0, 1) : all;
    const candidates = transport?.candidates.flatMap((one) => [
      one,
      { ...one, component: 2, port: one.port + 1, id: `${one.id}b` },
    ]);
    return {
      ...content,
      // 2.8: the creator that it writes is always the initiator.
      creator: "initiator",
      senders: description ? (content.senders ?? "both") : content.senders,
      // 2.3: no ssrc, no msid.
      description: description && { ...description, payloads, sources: [], sourceGroups: [], extra: [] },
      transport: transport && { ...transport, candidates: candidates ?? [] },
    };
  }

  #knows({ name }: Content): boolean {
    return (
      !this.media || this.media.names.hasName(name) || this.offered?.contents.some((one) => one.name === name) === true
    );
  }
}
