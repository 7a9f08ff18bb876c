// Offer and answer of a stand-in: RFC 8829 sections 5.2 to 5.11, without simulcast and data channels
import type { Ice } from "./ice.js";
import {
  CODECS,
  commonCodecs,
  intersection,
  type Kind,
  readSdp,
  receives,
  reversed,
  type Sdp,
  type SectionOfSdp,
  sends,
  unusable,
  writeSdp,
} from "./session-description.js";
import { FakeSender, FakeTransceiver } from "./transceiver.js";

/** Our own description; its candidates are added as they are gathered. */
export interface Local extends Sdp {
  readonly type: "offer" | "answer";
  readonly version: number;
  /** Whose the sections are; null where one was refused. */
  readonly owners: readonly (FakeTransceiver | null)[];
}

export interface Remote extends Sdp {
  readonly type: "offer" | "answer";
  readonly text: string;
}

interface Descriptions {
  local: Local | null;
  remote: Remote | null;
}

export interface NegotiationListener {
  state(): void;
  /** The other side starts to send here; `streams` are the ids that it gives. */
  track(transceiver: FakeTransceiver, streams: readonly string[]): void;
  needed(): void;
}

export class Negotiation {
  state: RTCSignalingState = "stable";
  current: Descriptions = { local: null, remote: null };
  pending: Descriptions = { local: null, remote: null };
  transceivers: FakeTransceiver[] = [];
  readonly #ice: Ice;
  readonly #listener: NegotiationListener;
  readonly #sessionId = String(Date.now());
  #version = 0;
  #restart = false;
  #asked = false;

  constructor(ice: Ice, listener: NegotiationListener) {
    this.#ice = ice;
    this.#listener = listener;
  }

  add(
    kind: Kind,
    direction: RTCRtpTransceiverDirection,
    track: MediaStreamTrack | null,
    streams: readonly MediaStream[],
  ) {
    const transceiver = new FakeTransceiver(kind, direction, new FakeSender(kind, track, streams), () =>
      this.changed(),
    );
    this.transceivers.push(transceiver);
    this.changed();
    return transceiver;
  }

  restartIce(): void {
    this.#restart = true;
    this.changed();
  }

  /** Something that the other side does not know yet may be there; told once, when the state is stable (4.7.3). */
  changed(): void {
    if (this.#asked) return;
    this.#asked = true;
    setTimeout(() => {
      this.#asked = false;
      if (this.state === "stable" && this.#isNeeded()) this.#listener.needed();
    });
  }

  makeOffer(): Local {
    if (this.#restart) this.#ice.restart();
    this.#restart = false;
    const known = (this.current.local?.sections ?? []).map(({ mid, kind }) => {
      return { mid, kind, owner: this.ownerOf(mid) };
    });
    const taken = new Set(known.map(({ mid }) => mid));
    const fresh = this.transceivers
      .filter(({ mid, stopped }) => mid === null && !stopped)
      .map((owner) => ({ mid: newMid(taken), kind: owner.kind, owner }));
    const all = [...known, ...fresh];
    const sections = all.map(({ mid, kind, owner }) => {
      const usable = owner && !owner.stopped ? owner : null;
      return this.#section({ kind, mid, owner: usable, direction: usable?.direction ?? "inactive", setup: "actpass" });
    });
    const bundled = sections.filter(({ rejected }) => !rejected).map(({ mid }) => mid);
    return {
      type: "offer",
      version: ++this.#version,
      sections,
      bundled,
      owners: all.map(({ owner }) => owner ?? null),
    };
  }

  makeAnswer(): Local {
    const offer = this.pending.remote;
    if (!offer)
      throw new DOMException(
        "PeerConnection cannot create an answer in a state other than have-remote-offer",
        "InvalidStateError",
      );
    const before = activeSection(this.current.remote)?.ufrag;
    const restarted = before !== undefined && before !== activeSection(offer)?.ufrag;
    // RFC 8445 section 9: a restart is answered by one.
    if (restarted && this.#ice.ufrag === activeSection(this.current.local)?.ufrag) this.#ice.restart();
    const owners = offer.sections.map((section) => this.ownerOf(section.mid) ?? null);
    const sections = offer.sections.map((section, i) => this.#answerTo(section, owners[i] ?? null));
    const bundled = offer.bundled.filter((mid) => sections.some((one) => one.mid === mid && !one.rejected));
    return { type: "answer", version: ++this.#version, sections, bundled, owners };
  }

  setLocal(local: Local): void {
    if (local.type === "offer") {
      this.#expect("set local offer", "stable", "have-local-offer");
      for (const [i, { mid }] of local.sections.entries()) if (local.owners[i]) local.owners[i].mid = mid;
      this.pending = { local, remote: null };
      this.#enter("have-local-offer");
      return;
    }
    this.#expect("set local answer", "have-remote-offer");
    for (const [i, section] of local.sections.entries())
      local.owners[i]?.settle(section.rejected ? "stopped" : section.direction);
    this.#agree({ local, remote: this.pending.remote });
  }

  /** Throws DOMException for what a browser refuses. */
  setRemote(type: "offer" | "answer", text: string): void {
    // 4.4.1.5: an offer that comes while ours is out takes its place.
    if (type === "offer" && this.state === "have-local-offer") this.rollBack();
    if (type === "offer") this.#expect("set remote offer", "stable", "have-remote-offer");
    else this.#expect("set remote answer", "have-local-offer");
    const remote = { type, text, ...readSdp(text) };
    if (type === "offer") this.#takeOffer(remote);
    else this.#takeAnswer(remote, this.pending.local!);
    const active = activeSection(remote);
    const candidates = remote.sections.flatMap((section) => section.candidates);
    if (active) this.#ice.setRemote(active, candidates);
    if (type === "answer") this.#agree({ local: this.pending.local, remote });
  }

  rollBack(): void {
    this.#expect("roll back", "have-local-offer", "have-remote-offer");
    const kept = new Set(this.current.local?.sections.map(({ mid }) => mid));
    for (const transceiver of this.transceivers) {
      if (transceiver.mid !== null && !kept.has(transceiver.mid)) transceiver.mid = null;
    }
    // What only the offer had made goes with it.
    this.transceivers = this.transceivers.filter(
      ({ mid, memory, sender }) => mid !== null || !memory.byOffer || sender.track,
    );
    this.pending = { local: null, remote: null };
    this.#enter("stable");
  }

  ownerOf(mid: string): FakeTransceiver | undefined {
    return this.transceivers.find((one) => one.mid === mid);
  }

  /** The text of our description as it is now. */
  write(local: Local): string {
    const sections = local.sections.map((section) => ({ ...section, candidates: this.#ice.candidatesOf(section.mid) }));
    const gathered = this.#ice.gathering === "complete";
    return writeSdp({ ...local, sections, sessionId: this.#sessionId, gathered });
  }

  #takeOffer(remote: Remote): void {
    for (const section of remote.sections) {
      const owner = this.ownerOf(section.mid) ?? this.#adopt(section);
      if (!owner) continue;
      owner.mid = section.mid;
      if (section.rejected) owner.settle("stopped");
      this.#hear(owner, section);
    }
    this.pending = { local: null, remote };
    this.#enter("have-remote-offer");
  }

  /** RFC 8829 section 5.10: a section that is new takes a transceiver that addTrack made, or gets one of its own. */
  #adopt({ kind, rejected }: SectionOfSdp): FakeTransceiver | undefined {
    if (rejected || (kind !== "audio" && kind !== "video")) return undefined;
    const waiting = this.transceivers.find(
      (one) => one.kind === kind && one.mid === null && one.memory.byAddTrack && !one.stopped,
    );
    if (waiting) return waiting;
    const made = this.add(kind, "recvonly", null, []);
    made.memory.byOffer = true;
    return made;
  }

  #takeAnswer(remote: Remote, offer: Local): void {
    if (
      remote.sections.length !== offer.sections.length ||
      remote.sections.some(({ mid }, i) => mid !== offer.sections[i]?.mid)
    ) {
      throw unusable("The order of m-lines in answer doesn't match order in offer. Rejecting answer.");
    }
    for (const [i, section] of remote.sections.entries()) checkAnswer(section, offer.sections[i]!);
    for (const [i, section] of remote.sections.entries()) {
      const owner = offer.owners[i];
      const direction = intersection(offer.sections[i]!.direction, reversed(section.direction));
      owner?.settle(section.rejected ? "stopped" : direction);
      if (owner) this.#hear(owner, section);
    }
  }

  #hear(owner: FakeTransceiver, { direction, rejected, streams }: SectionOfSdp): void {
    const sending = !rejected && receives(reversed(direction));
    if (sending && !owner.memory.heard)
      this.#listener.track(
        owner,
        streams.map((stream) => stream.split(" ")[0] ?? "-").filter((id) => id !== "-"),
      );
    owner.memory.heard = sending;
  }

  #answerTo(
    { kind, mid, direction, codecs, rejected, setup }: SectionOfSdp,
    owner: FakeTransceiver | null,
  ): SectionOfSdp {
    const common = owner ? commonCodecs(owner.kind, codecs) : [];
    const usable = rejected || owner?.stopped || common.length === 0 ? null : owner;
    const allowed = intersection(usable?.direction ?? "inactive", reversed(direction));
    const answer = this.#section({
      kind,
      mid,
      owner: usable,
      direction: allowed,
      setup: setup === "active" ? "passive" : "active",
    });
    return { ...answer, codecs: common };
  }

  #section(of: {
    readonly kind: string;
    readonly mid: string;
    readonly owner: FakeTransceiver | null;
    readonly direction: RTCRtpTransceiverDirection;
    readonly setup: string;
  }): SectionOfSdp {
    const { kind, mid, owner, direction, setup } = of;
    const { ufrag, password, fingerprint } = this.#ice;
    const streams = owner && sends(direction) ? owner.sender.msid : [];
    const codecs = owner ? CODECS[owner.kind] : [];
    return {
      kind,
      mid,
      rejected: !owner,
      direction,
      codecs,
      ufrag,
      password,
      fingerprint,
      setup,
      streams,
      candidates: [],
    };
  }

  #agree(descriptions: Descriptions): void {
    this.current = descriptions;
    this.pending = { local: null, remote: null };
    this.#enter("stable");
    this.#ice.negotiated();
    this.changed();
  }

  #isNeeded(): boolean {
    const { local, remote } = this.current;
    return (
      this.#restart ||
      this.transceivers.some(({ mid, direction, stopped }) => {
        if (mid === null) return !stopped;
        const ours = local?.sections.find((section) => section.mid === mid);
        const theirs = remote?.sections.find((section) => section.mid === mid);
        if (!ours || !theirs || stopped) return stopped && !ours?.rejected && !theirs?.rejected;
        const wanted = local?.type === "offer" ? direction : intersection(direction, reversed(theirs.direction));
        return wanted !== ours.direction;
      })
    );
  }

  #enter(state: RTCSignalingState): void {
    if (this.state === state) return;
    this.state = state;
    this.#listener.state();
  }

  #expect(what: string, ...states: RTCSignalingState[]): void {
    if (states.includes(this.state)) return;
    throw new DOMException(`Failed to ${what}: Called in wrong state: ${this.state}`, "InvalidStateError");
  }
}

/** RFC 8829 section 5.3.1 and RFC 3264 section 6: what an answer may say. */
function checkAnswer(answer: SectionOfSdp, offered: SectionOfSdp): void {
  if (answer.rejected) return;
  const known = answer.codecs.every(({ id, map }) =>
    offered.codecs.some((one) => one.id === id && one.map.toLowerCase() === map.toLowerCase()),
  );
  if (offered.rejected || !known || answer.codecs.length === 0) throw unusable("Failed to set recv parameters.");
  if (answer.setup !== "active" && answer.setup !== "passive")
    throw unusable("Answerer must use either active or passive value for setup attribute");
}

function activeSection(description: Sdp | null): SectionOfSdp | undefined {
  return description?.sections.find(({ rejected }) => !rejected);
}

function newMid(taken: Set<string>): string {
  let number = taken.size;
  while (taken.has(String(number))) number += 1;
  taken.add(String(number));
  return String(number);
}
