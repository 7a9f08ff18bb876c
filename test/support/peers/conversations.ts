import { randomBytes } from "node:crypto";
import { type StanzaError, xml } from "#jingle/stanza.js";
import type { Jingle } from "#jingle/xep/0166.js";
import { store } from "#jingle/xep/0334.js";
import type { JingleMessage, MessageAction } from "#jingle/xep/0353.js";
import type { Kind } from "./peer-media.js";
import { ScriptedPeer, type Verdict } from "./scripted-peer.js";

type Content = Jingle["contents"][number];

/** Conversations 2.12 to 2.19, scripted from what was read of it. */
export class Conversations extends ScriptedPeer {
  readonly name = "conversations";
  readonly announces = {
    node: "http://conversations.im",
    identities: [{ category: "client", type: "phone", name: "Conversations" }],
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
  protected readonly resource = "Conversations.x1";
  // 2.10: it tells neither.
  override readonly can = { addVideo: true, mute: false, hold: false };
  #wantsVideo: string | null = null;

  override addVideo(): void {
    this.run(async () => {
      const media = this.media!;
      await media.capture(["video"]);
      await media.propose();
      this.#wantsVideo = media.transceiver("video")!.mid;
      // 2.8: full description, transport and the BUNDLE group.
      this.send(media.describe("content-add", [this.#wantsVideo!]));
    });
  }

  // 2.2: 16 random bytes in base64url, and message ids made of them.
  protected override newSid(): string {
    return this.nextSid ?? randomBytes(16).toString("base64url");
  }

  protected override messageId(action: MessageAction): string {
    return action === "propose" || action === "proceed" ? `jm-${action}-${this.sid}` : super.messageId(action);
  }

  protected override hints(action: MessageAction): ReturnType<typeof xml>[] {
    return action === "propose"
      ? [xml("request", { xmlns: "urn:xmpp:receipts" }), store.write(true)]
      : [store.write(true)];
  }

  // 2.2: the larger own sid gives way and theirs rings; otherwise theirs is ignored. No tie-break is sent.
  protected override glare({ id, media }: JingleMessage, from: string): void {
    if (this.sid < id) return;
    this.say("retract", this.account);
    this.ring(id, from, media as Kind[]);
    this.rings();
  }

  // 2.2: proceed and reject count only at its full JID; finish is ignored when it comes live.
  protected override obeys(action: MessageAction, to: string): boolean {
    if (action === "finish") return false;
    const isMine = (action !== "proceed" && action !== "reject") || to === this.jid;
    if (!isMine) this.complain(`${action} did not come to its full JID`);
    return isMine;
  }

  // 2.10: session-info is answered and ignored.
  protected override hears(): boolean {
    return false;
  }

  // 2.3: without message initiation it rings, if it is not busy.
  protected override unexpected(jingle: Jingle): Verdict {
    return this.#offer(jingle);
  }

  protected override judge(jingle: Jingle): Verdict {
    const { action, contents } = jingle;
    switch (action) {
      case "session-initiate":
        // 2.3: the same media as in the proposal.
        if (!sameMedia(contents, this.kindsProposed)) return { end: "security-error" };
        return this.#offer(jingle);
      case "session-accept":
        // 2.3: video cannot be declined by leaving it out.
        if (!sameMedia(contents, this.kinds)) return { end: "failed-application" };
        return this.#readable(contents);
      case "content-accept":
        return this.#accepted(jingle);
      case "content-add":
        return this.#added(jingle);
      case "content-modify":
        // 2.8: a party changes its own direction only.
        return contents.some(({ senders }) => senders === "none") ? { end: "failed-application" } : "result";
      case "content-remove":
        // 2.8: ends the call.
        return { end: "failed-application" };
      case "content-reject":
        // 2.8: one that names no content is out-of-order.
        return contents.length === 0 ? { condition: "unexpected-request", application: "out-of-order" } : "result";
      case "transport-info":
        return this.#collides(jingle) && this.role === "initiator"
          ? // 2.9.4
            { condition: "conflict", application: "tie-break" }
          : "result";
      default:
        return "result";
    }
  }

  // Rule 2 of 2.0: any error but tie-break ends its call.
  protected override refused(jingle: Jingle, error: StanzaError): void {
    if (error.application === "tie-break") {
      if (jingle.action === "transport-info") this.run(() => this.#takeBack());
      return;
    }
    super.refused(jingle, error);
    this.end("failed-application");
  }

  // 2.9.1, 2.9.2: new credentials for all contents, no candidates, no fingerprint.
  protected override failed(): void {
    this.run(async () => {
      const media = this.media!;
      if (media.pc.signalingState !== "stable" || media.pc.connectionState !== "failed") return;
      media.pc.restartIce();
      await media.propose();
      this.send(media.describe("transport-info"));
    });
  }

  protected override async transportInfo(jingle: Jingle): Promise<void> {
    const media = this.media;
    if (!media?.isFresh(jingle)) {
      await media?.addCandidates(jingle);
    } else if (isBare(jingle)) {
      if (media.pc.signalingState === "have-local-offer") await this.#takeBack();
      await media.takeOffer(jingle);
    } else {
      // 2.9.3: the first candidate with new credentials is the answer.
      if (media.pc.signalingState === "have-local-offer") await media.takeAnswer(jingle);
      await media.addCandidates(jingle);
    }
  }

  // 2.8: the person is asked, and shows a picture too.
  protected override async contentAdded(jingle: Jingle): Promise<void> {
    const media = this.media!;
    await media.takeOffer(jingle, () => media.capture(["video"]));
    this.send(
      media.describe(
        "content-accept",
        jingle.contents.map(({ name }) => name),
      ),
    );
  }

  get kindsProposed(): readonly Kind[] {
    return this.#proposed ?? this.kinds;
  }

  #proposed: readonly Kind[] | null = null;
  override accept(options: { video?: boolean } = {}): void {
    this.#proposed = this.kinds;
    super.accept(options);
  }

  #offer({ contents }: Jingle): Verdict {
    // 2.3: every content has a fingerprint, and each says actpass.
    const isOpen = ({ transport }: Content) => transport?.fingerprints[0]?.setup === "actpass";
    return contents.every(isOpen) ? this.#readable(contents) : { end: "security-error" };
  }

  #readable(contents: readonly Content[]): Verdict {
    for (const { description, transport } of contents) {
      if (!transport) return { end: "unsupported-transports" };
      if (!description) return { end: "failed-application" };
      for (const { parameters } of description.payloads) {
        // 2.6: beside others, each has a name and a value without a space.
        const isBroken = parameters.some(({ name, value }) => name === "" || value === "" || /\s/.test(value));
        if (parameters.length > 1 && isBroken) return { end: "failed-application" };
      }
      // 2.6: every parameter of a source has a value.
      const isEmpty = description.sources.some(({ parameters }) => parameters.some(({ value }) => !value));
      if (isEmpty) return { end: "failed-application" };
    }
    return "result";
  }

  // 2.8: what was added, by name and senders, with description and the whole group.
  #accepted({ contents, groups }: Jingle): Verdict {
    const [content] = contents;
    const isOurs = contents.length === 1 && content?.name === this.#wantsVideo && content.description !== undefined;
    const isWhole = groups[0]?.names.includes(this.#wantsVideo!) && (content?.senders ?? "both") === "both";
    return isOurs && isWhole ? this.#readable(contents) : { end: "failed-application" };
  }

  #added({ contents, groups }: Jingle): Verdict {
    // 2.8: names are new, and only one picture comes to a call that has none.
    const names = contents.map(({ name }) => name);
    const isNew = names.every((name) => !this.media!.names.hasName(name));
    const isPicture = sameMedia(contents, ["video"]) && !this.media!.transceiver("video");
    if (!isNew || !isPicture) this.complain("a content-add that it rejects");
    // 2.7, rule 10 of 2.0: this group takes the place of the old one.
    const all = [...this.media!.names.mids.map((mid) => this.media!.names.contentOf(mid)!.name), ...names];
    if (!all.every((name) => groups[0]?.names.includes(name))) this.complain("a BUNDLE group that leaves out contents");
    // 2.8: both at the same moment.
    if (this.media!.pc.signalingState === "have-local-offer" && this.role === "initiator") {
      return { condition: "conflict", application: "tie-break" };
    }
    return this.#readable(contents);
  }

  #collides(jingle: Jingle): boolean {
    const media = this.media;
    return media?.pc.signalingState === "have-local-offer" && media.isFresh(jingle) && isBare(jingle);
  }

  async #takeBack(): Promise<void> {
    await this.media!.pc.setLocalDescription({ type: "rollback" });
  }
}

function sameMedia(contents: readonly Content[], kinds: readonly string[]): boolean {
  const media = contents.map(({ description }) => description?.media).sort();
  return media.join() === [...kinds].sort().join();
}

/** Credentials without a candidate. */
function isBare({ contents }: Jingle): boolean {
  return contents.every(({ transport }) => !transport?.candidates.length);
}
