import { randomUUID } from "node:crypto";
import type { FakeNetwork, MemoryServer } from "#client/testing.js";
import { actionOf } from "#jingle/session-manager.js";
import { errorOf, resultOf, type StanzaError } from "#jingle/stanza.js";
import type { Jingle, ReasonCondition, Role } from "#jingle/xep/0166.js";
import { readSessionInfo, type SessionInfo, writeSessionInfo } from "#jingle/xep/0167.js";
import { PeerInitiation } from "./peer-initiation.js";
import { type Kind, PeerMedia } from "./peer-media.js";
import type { Stanza } from "./peer-wire.js";

type ErrorOfIq = Parameters<typeof errorOf>[1];

/** What a client makes of an action before it does anything about it. */
export type Verdict =
  | "result"
  /** It does not answer at all. */
  | "silence"
  | ErrorOfIq
  /** It takes note, and ends the call. */
  | { readonly end: ReasonCondition };

/**
 * Plays another client on a MemoryServer, with a FakePeerConnection behind it. What all do alike is here and follows
 * the XEPs; each client's own ways are its subclass, and name the section of the notes on interoperability ("interop")
 * that they come from. It is scripted from what was read and captured: it proves nothing about the client itself.
 */
export abstract class ScriptedPeer extends PeerInitiation {
  /** Session-infos, as they are understood here. */
  readonly heard: SessionInfo["type"][] = [];
  media: PeerMedia | null = null;
  /** What its person can do in a running call. */
  readonly can: { readonly addVideo: boolean; readonly mute: boolean; readonly hold: boolean } = {
    addVideo: true,
    mute: true,
    hold: true,
  };
  /** It calls one device, not an account. */
  readonly callsDevices: boolean = false;
  protected offered: Jingle | null = null;
  protected isAnswered = false;
  readonly #network: FakeNetwork;
  /** Candidates that came while its person was still thinking. */
  readonly #early: Jingle[] = [];
  #wasConnected = false;

  constructor(server: MemoryServer, network: FakeNetwork) {
    super(server);
    this.#network = network;
  }

  // What its person does

  /** All that it does by itself before a call goes out, so that `call` then sends at once. */
  async prepare(_to: string): Promise<void> {}

  call(account: string, { video = false } = {}): void {
    this.begin(this.newSid(), "initiator", account, video ? ["audio", "video"] : ["audio"]);
    this.state = "calling";
    this.say("propose", this.account, { media: this.kinds });
  }

  /** @param video with its own camera, where video is offered. */
  accept({ video = true } = {}): void {
    this.kinds = this.kinds.filter((kind) => kind === "audio" || video);
    this.isAnswered = true;
    this.state = "connecting";
    if (this.offered) this.run(() => this.answer());
    else this.proceed();
  }

  decline(): void {
    if (this.offered) this.end("decline");
    else this.reject();
    this.over("decline");
  }

  cancel(): void {
    this.say("retract", this.account);
    this.over("cancel");
  }

  hangUp(): void {
    this.end("success");
  }

  /** Is in a call with somebody else from now on. */
  engage(): void {
    this.begin(randomUUID(), "initiator", "somebody@example.org", ["audio"]);
    this.state = "connected";
  }

  addVideo(): void {
    this.run(async () => {
      await this.media!.capture(["video"]);
      await this.media!.propose();
      this.send(this.media!.describe("content-add", [this.media!.transceiver("video")!.mid!]));
    });
  }

  mute(on: boolean): void {
    const { name } = this.media!.names.contentOf(this.media!.transceiver("audio")!.mid!)!;
    this.inform({ type: on ? "mute" : "unmute", creator: "initiator", name });
  }

  hold(on: boolean): void {
    this.inform({ type: on ? "hold" : "unhold" });
  }

  protected inform(info: SessionInfo): void {
    this.send(actionOf("session-info", this.sid, { extra: [writeSessionInfo(info)] }));
  }

  // Ways that differ; these are the XEPs'

  /** Whether it makes anything of a session-info. */
  protected hears(_info: SessionInfo["type"]): boolean {
    return true;
  }

  protected judge(_jingle: Jingle): Verdict {
    return "result";
  }

  /** A session-initiate that no message initiation has announced. */
  protected unexpected(_jingle: Jingle): Verdict {
    return { condition: "service-unavailable", application: undefined };
  }

  /** Another session-initiate, while it is in a call. */
  protected whileBusy(_jingle: Jingle, _from: string): Verdict | "busy" {
    return "busy";
  }

  /** A session-initiate rings that nothing has announced. */
  protected ringsAtOnce(): void {}

  /** What it makes of its own descriptions before they go out. */
  protected bend(jingle: Jingle): Jingle {
    return jingle;
  }

  protected refused(jingle: Jingle, error: StanzaError): void {
    this.complaints.push(`${jingle.action} was refused: ${error.condition}`);
  }

  /** Media broke off for good. */
  protected failed(): void {}

  protected abstract contentAdded(jingle: Jingle): Promise<void>;

  protected async transportInfo(jingle: Jingle): Promise<void> {
    await this.media?.addCandidates(jingle);
  }

  // What subclasses do it with

  protected send(jingle: Jingle): void {
    this.command(this.device!, this.bend(jingle));
  }

  /** Our proceed has come back: the session begins. */
  protected override async initiate(): Promise<void> {
    const media = this.open();
    await media.capture(this.kinds);
    await media.propose();
    await this.describe("session-initiate");
  }

  protected async answer(): Promise<void> {
    const media = this.open();
    await media.takeOffer(this.offered!, () => media.capture(this.kinds));
    await this.describe("session-accept");
  }

  /** Says what was agreed with itself, and lets the candidates follow. */
  protected async describe(action: "session-initiate" | "session-accept"): Promise<void> {
    const party = action === "session-initiate" ? { initiator: this.jid } : { responder: this.jid };
    this.send({ ...this.media!.describe(action), ...party });
    this.media!.release((jingle) => this.send(jingle));
  }

  protected open(): PeerMedia {
    const media = new PeerMedia(this.#network, this.role, this.sid);
    this.media = media;
    for (const jingle of this.#early.splice(0)) void media.addCandidates(jingle);
    media.pc.onconnectionstatechange = () => {
      const { connectionState } = media.pc;
      if (connectionState === "connected" && this.state === "connecting") this.state = "connected";
      if (connectionState === "connected") this.#wasConnected = true;
      if (connectionState === "failed" && this.#wasConnected) this.failed();
    };
    return media;
  }

  protected end(condition: ReasonCondition): void {
    if (this.state === "ended") return;
    this.send(actionOf("session-terminate", this.sid, { reason: { condition, extra: [] } }));
    this.over(condition);
  }

  protected override over(reason: string): void {
    super.over(reason);
    this.media?.close();
  }

  protected override begin(sid: string, role: Role, account: string, kinds: readonly Kind[]): void {
    super.begin(sid, role, account, kinds);
    this.offered = null;
    this.isAnswered = false;
    this.media = null;
    this.#early.length = 0;
  }

  // What comes in

  protected answered(asked: Jingle, error: StanzaError | null): void {
    if (this.state === "ended") return;
    if (error) this.refused(asked, error);
    // Map a-5: the acknowledgement is the answer.
    else if (asked.action === "content-modify" && this.media?.pc.signalingState === "have-local-offer") {
      this.run(() => this.media!.takeAnswer(asked));
    }
  }

  protected heardAction(jingle: Jingle, iq: Stanza): void {
    const { from } = iq.attrs;
    const verdict = this.#verdict(jingle, from);
    if (verdict === "busy") {
      this.connection.send(resultOf(iq));
      this.command(from, actionOf("session-terminate", jingle.sid, { reason: { condition: "busy", extra: [] } }));
      return;
    }
    if (verdict === "silence") {
      if (jingle.action === "session-initiate") this.complain("a session-initiate that it did not expect");
    } else if (typeof verdict === "object" && "condition" in verdict) {
      // Two that cross are nobody's fault.
      if (verdict.application !== "tie-break" && this.state !== "ended") {
        this.complain(`it answered ${jingle.action} with ${verdict.application ?? verdict.condition}`);
      }
      this.connection.send(errorOf(iq, verdict));
      return;
    } else {
      this.connection.send(resultOf(iq));
      if (verdict !== "result") {
        this.complain(`it ended the call over ${jingle.action}: ${verdict.end}`);
        this.end(verdict.end);
        return;
      }
    }
    this.#react(jingle);
  }

  #verdict(jingle: Jingle, from: string): Verdict | "busy" {
    if (jingle.action !== "session-initiate") {
      if (jingle.action === "session-terminate") return "result";
      const isKnown = jingle.sid === this.sid && this.isBusy;
      return isKnown ? this.judge(jingle) : { condition: "item-not-found", application: "unknown-session" };
    }
    const isExpected = jingle.sid === this.sid && this.role === "responder" && this.isAnswered;
    if (isExpected) return this.judge(jingle);
    const verdict = this.isBusy ? this.whileBusy(jingle, from) : this.unexpected(jingle);
    if (verdict === "result") {
      this.ring(
        jingle.sid,
        from,
        jingle.contents.map(({ description }) => description!.media as Kind),
      );
    }
    return verdict;
  }

  #react(jingle: Jingle): void {
    const { action } = jingle;
    if (action === "session-info") {
      const types = jingle.extra.flatMap((one) => readSessionInfo(one)?.type ?? []);
      this.heard.push(...types.filter((type) => this.hears(type)));
      if (types.includes("ringing")) this.heardRinging = true;
    } else if (action === "session-terminate") {
      if (jingle.sid === this.sid) this.over(jingle.reason?.condition ?? "success");
    } else if (action === "session-initiate") {
      this.offered = jingle;
      if (this.isAnswered) this.run(() => this.answer());
      else this.ringsAtOnce();
    } else this.run(() => this.changed(jingle));
  }

  protected async changed(jingle: Jingle): Promise<void> {
    // Its session may have ended while this waited its turn.
    if (this.state === "ended" || jingle.sid !== this.sid) return;
    switch (jingle.action) {
      case "session-accept":
        await this.media!.takeAnswer(jingle);
        break;
      case "transport-info":
        if (this.media) await this.transportInfo(jingle);
        else this.#early.push(jingle);
        break;
      case "content-add":
        await this.contentAdded(jingle);
        break;
      case "content-accept":
        await this.media!.takeAnswer(jingle);
        break;
      case "content-modify":
      case "content-remove":
        await this.media!.takeOffer(jingle);
        break;
      default:
        this.complain(`it does not know what to do about ${jingle.action}`);
    }
  }
}
