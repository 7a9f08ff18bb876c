import { actionOf } from "#jingle/session-manager.js";
import type { StanzaError } from "#jingle/stanza.js";
import { NO_TRANSPORT } from "#jingle/translate-candidates.js";
import type { Action, Jingle } from "#jingle/xep/0166.js";
import type { Kind } from "./peer-media.js";
import { ScriptedPeer, type Verdict } from "./scripted-peer.js";

/** What it answers by bad-request, whatever stands in it. */
const UNKNOWN: readonly Action[] = ["content-accept", "content-modify", "content-reject", "content-remove"];

/** An application on stanza 12, scripted from what was read of the library: Jingle without message initiation. */
export class Stanza extends ScriptedPeer {
  readonly name = "stanza";
  readonly announces = {
    node: "https://stanzajs.org",
    identities: [{ category: "client", type: "web" }],
    features: [
      "http://jabber.org/protocol/caps",
      "http://jabber.org/protocol/disco#info",
      "urn:xmpp:jingle:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "urn:xmpp:jingle:apps:grouping:0",
      "urn:xmpp:jingle:apps:rtp:1",
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:apps:rtp:msid:0",
      "urn:xmpp:jingle:apps:rtp:rtcp-fb:0",
      "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0",
      "urn:xmpp:jingle:apps:rtp:ssma:0",
      "urn:xmpp:jingle:apps:rtp:video",
      "urn:xmpp:jingle:transports:ice-udp:1",
    ],
  };
  protected readonly resource = "stanza";
  // 2.8: no content-add in the library.
  override readonly can = { addVideo: false, mute: true, hold: true };
  override readonly callsDevices = true;

  override async prepare(device: string, kinds: readonly Kind[] = ["audio"]): Promise<void> {
    this.begin(this.newSid(), "initiator", device, kinds);
    this.device = device;
    const media = this.open();
    await media.capture(kinds);
    await media.propose();
  }

  /** To a device, without a proposal. */
  override call(device: string, { video = false } = {}): void {
    const isPrepared = this.media !== null;
    this.state = "calling";
    if (isPrepared) void this.describe("session-initiate");
    else {
      this.run(async () => {
        await this.prepare(device, video ? ["audio", "video"] : ["audio"]);
        await this.describe("session-initiate");
      });
    }
  }

  override cancel(): void {
    this.end("cancel");
  }

  override hold(on: boolean): void {
    this.inform({ type: on ? "hold" : "active" });
  }

  protected override unexpected(): Verdict {
    return "result";
  }

  protected override ringsAtOnce(): void {
    this.inform({ type: "ringing" });
  }

  protected override obeys(): boolean {
    return false;
  }

  protected override glare(): void {}

  /** Of two sessions that cross the lower sid wins. */
  protected override whileBusy({ sid }: Jingle, from: string): Verdict | "busy" {
    if (this.state !== "calling" || from !== this.device) return "busy";
    if (this.sid < sid) return { condition: "conflict", application: "tie-break" };
    this.media?.close();
    return "result";
  }

  protected override refused(jingle: Jingle, error: StanzaError): void {
    // It gave way to theirs already.
    if (jingle.sid !== this.sid) return;
    if (error.application === "tie-break") this.over("alternative-session");
    else super.refused(jingle, error);
  }

  protected override judge({ action }: Jingle): Verdict {
    if (UNKNOWN.includes(action)) return { condition: "bad-request", application: undefined };
    if (action === "description-info") return { condition: "feature-not-implemented", application: "unsupported-info" };
    return "result";
  }

  protected override async changed(jingle: Jingle): Promise<void> {
    if (jingle.action === "session-accept") this.state = "connecting";
    await super.changed(jingle);
  }

  // 2.8: refused without naming it.
  protected override async contentAdded(): Promise<void> {
    const reason = { condition: "failed-application", text: "content-add is not supported", extra: [] } as const;
    this.send(actionOf("content-reject", this.sid, { reason }));
  }

  protected override async transportInfo(jingle: Jingle): Promise<void> {
    const media = this.media!;
    const isDone = jingle.contents.some(({ transport }) => transport?.gatheringComplete);
    if (isDone || !media.isFresh(jingle)) {
      await media.addCandidates(jingle);
      return;
    }
    if (media.pc.remoteDescription?.type === "answer") {
      if (media.pc.signalingState === "stable") {
        // It sets an answer where none is due, and that ends its session without a word.
        this.complain("a restart that it did not ask for");
        this.over("failed-application");
        return;
      }
      await media.takeAnswer(jingle);
    } else {
      await media.takeOffer(jingle);
      // 2.9.6: the responder answers with an empty transport-info.
      this.send(media.describe("transport-info"));
    }
    await media.addCandidates(jingle);
  }

  /** Only the initiator restarts. */
  protected override failed(): void {
    if (this.role !== "initiator") return;
    this.run(async () => {
      const media = this.media!;
      if (media.pc.connectionState !== "failed") return;
      media.pc.restartIce();
      await media.propose();
      this.send(media.describe("transport-info"));
    });
  }

  protected override bend(jingle: Jingle): Jingle {
    const isTrickle = jingle.contents.some(({ transport }) => transport?.candidates.length);
    if (jingle.action !== "transport-info" || !isTrickle) return jingle;
    // 2.4: pwd is left out in trickle.
    const contents = jingle.contents.map((one) => ({
      ...one,
      transport: { ...(one.transport ?? NO_TRANSPORT), pwd: undefined },
    }));
    return { ...jingle, contents };
  }
}
