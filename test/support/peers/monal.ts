import type { xml } from "#jingle/stanza.js";
import type { Jingle, ReasonCondition } from "#jingle/xep/0166.js";
import { store } from "#jingle/xep/0334.js";
import type { JingleMessage } from "#jingle/xep/0353.js";
import type { Kind } from "./peer-media.js";
import { ScriptedPeer, type Verdict } from "./scripted-peer.js";

/** Monal of 2024-10, scripted from what was read of it. */
export class Monal extends ScriptedPeer {
  readonly name = "monal";
  readonly announces = {
    node: "http://monal-im.org/",
    identities: [{ category: "client", type: "phone", name: "Monal" }],
    // 2.1, and 2.8: video is among them.
    features: [
      "http://jabber.org/protocol/caps",
      "http://jabber.org/protocol/disco#info",
      "urn:xmpp:jingle-message:0",
      "urn:xmpp:jingle:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "urn:xmpp:jingle:apps:rtp:1",
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:apps:rtp:rtcp-fb:0",
      "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0",
      "urn:xmpp:jingle:apps:rtp:video",
      "urn:xmpp:jingle:transports:ice-udp:1",
    ],
  };
  protected readonly resource = "Monal-iOS.1a2b3c4d";
  // 2.8, 2.10
  override readonly can = { addVideo: false, mute: false, hold: false };
  /** The other side's credentials, as they came first. */
  readonly #first = new Map<string, string>();

  // 2.2: finish is sent and read.
  override hangUp(): void {
    super.hangUp();
    this.#finish("success");
  }

  override cancel(): void {
    this.say("retract", this.account, { reason: { condition: "cancel", extra: [] } });
    this.over("cancel");
  }

  protected override hints(): ReturnType<typeof xml>[] {
    return [store.write(true)];
  }

  // 2.2: to the caller's full JID, and no `accept`.
  protected override proceed(): void {
    this.say("proceed", this.device!);
  }

  // 2.2: a reject says busy, or has the tie-break.
  protected override reject(): void {
    this.say("reject", this.device!, { reason: { condition: "busy", extra: [] } });
  }

  // 2.2: the XEP's rule: the lower id wins, and the one that gives up its own answers.
  protected override glare({ id, media }: JingleMessage, from: string): void {
    const reason = { condition: "expired", extra: [] } as const;
    if (this.sid < id) {
      this.say("reject", from, { id, reason, tieBreak: true });
      return;
    }
    this.say("retract", this.account, { reason, tieBreak: true });
    this.ring(id, from, media as Kind[]);
    this.accept();
  }

  // 2.3: one that names no known call gets no reply.
  protected override unexpected(): Verdict {
    return "silence";
  }

  protected override judge(jingle: Jingle): Verdict {
    const { action, contents } = jingle;
    switch (action) {
      case "session-initiate":
      case "session-accept":
        for (const { name, transport } of contents) this.#first.set(name, `${transport?.ufrag} ${transport?.pwd}`);
        // 2.3: video without a word of it in the proposal.
        if (contents.some(({ description }) => description?.media === "video") && !this.#knowsVideo) {
          return { end: "security-error" };
        }
        // 2.3: none is not in its list of senders.
        if (contents.some(({ senders }) => senders === "none"))
          return { condition: "bad-request", application: undefined };
        return "result";
      case "transport-info":
        return this.#candidates(jingle);
      default:
        // 2.4, 2.8, 2.10: it answers neither content-add nor session-info, nor what it does not know.
        return "silence";
    }
  }

  protected override hears(): boolean {
    return false;
  }

  // 2.4: the first candidate only.
  protected override async transportInfo(jingle: Jingle): Promise<void> {
    const [content] = jingle.contents;
    if (!content?.transport) return;
    const candidates = content.transport.candidates.slice(0, 1);
    await super.transportInfo({
      ...jingle,
      contents: [{ ...content, transport: { ...content.transport, candidates } }],
    });
  }

  protected override async changed(jingle: Jingle): Promise<void> {
    if (jingle.action.startsWith("content-")) this.complain(`it knows nothing of ${jingle.action}`);
    else await super.changed(jingle);
  }

  protected override async contentAdded(): Promise<void> {}

  override accept(options: { video?: boolean } = {}): void {
    this.#knowsVideo = this.kinds.includes("video");
    super.accept(options);
  }

  override call(account: string, options: { video?: boolean } = {}): void {
    this.#knowsVideo = options.video === true;
    super.call(account, options);
  }
  #knowsVideo = false;

  #candidates({ contents }: Jingle): Verdict {
    for (const { name, transport } of contents) {
      const { ufrag, pwd, candidates = [] } = transport ?? {};
      // 2.4: both, as they were at first.
      if (this.#first.has(name) && this.#first.get(name) !== `${ufrag} ${pwd}`) {
        return { condition: "not-authorized", application: undefined };
      }
      if (ufrag === undefined || pwd === undefined) return { condition: "not-authorized", application: undefined };
      // 2.4
      if (candidates.length === 0) return { condition: "bad-request", application: undefined };
      if (candidates.length > 1) this.complain("it lost candidates: it reads the first one of a stanza");
    }
    return "result";
  }

  #finish(condition: ReasonCondition): void {
    this.say("finish", this.device!, { reason: { condition, extra: [] } });
  }
}
