import type { Jingle } from "#jingle/xep/0166.js";
import type { JingleMessage } from "#jingle/xep/0353.js";
import type { Kind } from "./peer-media.js";
import { ScriptedPeer, type Verdict } from "./scripted-peer.js";

/** Movim 0.34, scripted from what was read of it; it runs in a browser. */
export class Movim extends ScriptedPeer {
  readonly name = "movim";
  readonly announces = {
    node: "http://moxl.movim.eu/",
    identities: [{ category: "client", type: "web", name: "Movim" }],
    // 2.1: RFC 3264 is among them.
    features: [
      "http://jabber.org/protocol/caps",
      "http://jabber.org/protocol/disco#info",
      "urn:ietf:rfc:3264",
      "urn:xmpp:jingle-message:0",
      "urn:xmpp:jingle:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "urn:xmpp:jingle:apps:rtp:1",
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:apps:rtp:video",
      "urn:xmpp:jingle:transports:ice-udp:1",
    ],
  };
  protected readonly resource = "moxl";
  // A hold is not known of it.
  override readonly can = { addVideo: true, mute: true, hold: false };

  // Nothing is known of its ways here: the XEP's rule.
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

  protected override judge({ action, contents }: Jingle): Verdict {
    if (action !== "transport-info") return "result";
    for (const { transport } of contents) {
      // 2.11: candidates need the session's pwd, and those with an mDNS name are dropped.
      if (transport?.pwd === undefined) this.complain("it lost candidates that came without pwd");
      if (transport?.candidates.some(({ ip }) => ip.endsWith(".local")))
        this.complain("it lost a candidate with an mDNS name");
    }
    return "result";
  }

  // 2.8: the answer to content-add is a session-accept.
  protected override async contentAdded(jingle: Jingle): Promise<void> {
    const media = this.media!;
    await media.takeOffer(jingle, () => media.capture(["video"]));
    const names = jingle.contents.map(({ name }) => name);
    this.send({ ...media.describe("session-accept", names), responder: this.jid });
  }
}
