import type { ContentNames } from "../jingle/description.js";
import { RemoteError } from "../jingle/errors.js";
import { type Change, changesOf } from "../jingle/renegotiation.js";
import { actionOf } from "../jingle/session-manager.js";
import type { StanzaError } from "../jingle/stanza.js";
import { describe, toCandidates, toSdp } from "../jingle/translate.js";
import { type Action, type Content, type Jingle, otherRole, type Role } from "../jingle/xep/0166.js";
import type { Peer } from "./peer.js";

/** How long the other side may take to answer a change. ms */
const ANSWER_TIMEOUT = 15_000;

/** What later descriptions need of their call. */
export interface NegotiatorPort {
  readonly peer: Peer;
  readonly names: ContentNames;
  readonly role: Role;
  readonly sid: string;
  features(): ReadonlySet<string>;
  command(jingle: Jingle): void;
  /** XEP-0507: what a content of ours shows. */
  categoriesOf(mid: string): readonly string[];
  /** The other side adds contents; said before they are accepted. */
  added(jingle: Jingle): void;
  /** Candidates wait while the contents that they belong to are not said yet. */
  holdCandidates(): void;
  /** Both sides know this SDP of ours. */
  settled(sdp: string): void;
  /** The other side refused, or never answered, what only this side wants. */
  refused(action: Action): void;
  /** Runs a step; what goes wrong in it ends the call. */
  guard(task: () => Promise<void>): Promise<void>;
}

/** One offer of ours on its way: what is said of it in which order, and the answer as far as it is known. */
interface Round {
  readonly offer: string;
  readonly changes: Change[];
  said: Jingle | null;
  answer: string;
  /** The other side has taken note of our ICE restart: what it says of credentials from now on answers it. */
  isTaken: boolean;
}

/**
 * Later descriptions of a session: what is wanted and not signalled yet goes out as Jingle actions, one exchange at a
 * time; what comes meanwhile waits its turn, and what is wanted meanwhile goes into the next one.
 */
export class Negotiator {
  readonly #port: NegotiatorPort;
  /** The last SDP of ours that the other side knows, and its own. */
  #local: string;
  #remote: string;
  #round: Round | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWanted = false;
  #isBusy = false;
  readonly #inbox: Jingle[] = [];

  constructor(port: NegotiatorPort, local: string, remote: string) {
    this.#port = port;
    this.#local = local;
    this.#remote = remote;
  }

  /** The browser wants something that is not signalled yet. */
  async needed(): Promise<void> {
    this.#isWanted = true;
    await this.#go();
  }

  /** An action of the other side about contents or candidates. */
  async received(jingle: Jingle): Promise<void> {
    const { action } = jingle;
    if (action === "content-accept" || action === "content-reject" || action === "session-accept") {
      const round = this.#round;
      if (round?.said?.action !== "content-add") return;
      if (action === "content-reject") this.#port.refused("content-add");
      await this.#answered(jingle);
    } else if (this.#crossesRestart(jingle)) {
      // As for all that crosses (0166-31): the initiator's counts.
      if (this.#port.role === "initiator") return;
      this.#inbox.push(jingle);
      await this.#takeBack();
    } else if (action === "transport-info" && this.#answersRestart(jingle)) {
      await this.#answered(jingle);
      await this.#addCandidates(jingle);
    } else {
      this.#inbox.push(jingle);
      await this.#go();
    }
  }

  /** Map a-5: for content-modify and content-remove the acknowledgement is the answer. */
  async acknowledged(action: Action): Promise<void> {
    const said = this.#round?.said;
    if (said?.action === action) this.#round!.isTaken = true;
    if (said?.action === action && (action === "content-modify" || action === "content-remove")) {
      await this.#answered(said);
    }
  }

  async refused(action: Action, error: StanzaError): Promise<void> {
    const round = this.#round;
    if (round?.said?.action !== action) return;
    // E10: theirs counts, and is here already; ours is wanted still, and is said again after it.
    const isCrossed = error.application === "tie-break";
    if (!isCrossed && (action === "content-add" || action === "transport-info")) this.#port.refused(action);
    if (action === "transport-info") await this.#takeBack();
    else await this.#answered(action === "content-add" ? { ...round.said, action: "content-reject" } : round.said);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#inbox.length = 0;
    this.#isWanted = false;
    this.#round = null;
    this.#isBusy = true;
  }

  /** Does the next thing, while there is one and nothing is on its way. */
  async #go(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (!this.#round && (this.#inbox.length > 0 || this.#isWanted)) {
      const next = this.#inbox.shift();
      if (next) await this.#take(next);
      else await this.#begin();
    }
    this.#isBusy = false;
  }

  // Ours

  async #begin(): Promise<void> {
    this.#isWanted = false;
    const { peer } = this.#port;
    const offer = await peer.propose();
    const changes = [...changesOf(this.#local, offer)];
    // Their restart came while ours was made, and nothing of ours was said yet: theirs serves both.
    const isServed = changes.every(({ action }) => action === "transport-info");
    if (changes.length === 0 || (isServed && this.#inbox.some((jingle) => this.#asksRestart(jingle)))) {
      await peer.rollBack();
      return;
    }
    this.#port.holdCandidates();
    this.#round = { offer, changes, said: null, answer: this.#remote, isTaken: false };
    this.#say(this.#round);
  }

  #say(round: Round): void {
    const { role, names, sid } = this.#port;
    const { action, mids } = round.changes.shift()!;
    const said = describe(round.offer, { action, sid, role, names, contents: mids, peer: this.#port.features() });
    round.isTaken = false;
    round.said =
      action === "content-add" ? { ...said, contents: said.contents.map((one) => this.#labelled(one)) } : said;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#port.guard(() => this.#unanswered()), ANSWER_TIMEOUT);
    this.#port.command(round.said);
  }

  #labelled(content: Content): Content {
    const categories = this.#port.categoriesOf(this.#port.names.midOf(content) ?? "");
    const { description } = content;
    return description && categories.length > 0 ? { ...content, description: { ...description, categories } } : content;
  }

  /** The other side's answer to what was said last: an action of its own, or what we said. */
  async #answered(jingle: Jingle): Promise<void> {
    const round = this.#round!;
    const { names, role, peer } = this.#port;
    const options = { role: otherRole(role), type: "answer", offer: round.offer, names } as const;
    round.answer = toSdp(jingle, { ...options, previous: round.answer });
    clearTimeout(this.#timer);
    if (round.changes.length > 0) {
      this.#say(round);
      return;
    }
    round.said = null;
    await peer.accepted(round.answer);
    this.#remote = round.answer;
    this.#settle();
  }

  async #unanswered(): Promise<void> {
    const round = this.#round;
    if (!round?.said) return;
    const { action, contents } = round.said;
    // interop.md 2.10: Monal never replies, and what it was told needs no answer.
    if (action === "content-modify" || action === "content-remove") return this.#answered(round.said);
    this.#port.refused(action);
    if (action === "transport-info") return this.#takeBack();
    this.#port.command(named("content-remove", this.#port.sid, contents));
    await this.#answered({ ...round.said, action: "content-reject" });
  }

  /**
   * Only an ICE restart is taken back; where it crossed the other side's, that one serves both. A content is rejected instead: what Chromium adds again after a rollback gets no
   * transport (docs/decisions/calls.md).
   */
  async #takeBack(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#port.peer.rollBack();
    this.#round = null;
    this.#port.settled(this.#local);
    await this.#go();
  }

  #settle(): void {
    this.#round = null;
    this.#local = this.#port.peer.localSdp;
    this.#port.settled(this.#local);
    void this.#port.guard(() => this.#go());
  }

  // Theirs

  async #take(jingle: Jingle): Promise<void> {
    if (jingle.action === "transport-info" && !this.#asksRestart(jingle)) await this.#addCandidates(jingle);
    else if (jingle.action === "content-add") await this.#takeContents(jingle);
    else await this.#takeOffer(jingle);
  }

  async #takeOffer(jingle: Jingle): Promise<string> {
    const { role, names, peer } = this.#port;
    const offer = toSdp(jingle, { role: otherRole(role), type: "offer", previous: this.#remote, names });
    const twoWay = jingle.contents.filter(({ senders }) => senders === undefined || senders === "both");
    const answer = await peer.takeOffer(offer, jingle.action === "content-add" ? this.#mids(twoWay) : []);
    this.#remote = offer;
    this.#local = answer;
    this.#port.settled(answer);
    return answer;
  }

  /** 0166-19: what cannot be taken is refused by name, and the call goes on. */
  async #takeContents(jingle: Jingle): Promise<void> {
    const { role, names, sid } = this.#port;
    try {
      this.#port.added(jingle);
      const sdp = await this.#takeOffer(jingle);
      const contents = this.#mids(jingle.contents);
      this.#port.command(
        describe(sdp, { action: "content-accept", sid, role, names, contents, peer: this.#port.features() }),
      );
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const reason = { condition: "failed-application", extra: [] } as const;
      this.#port.command({ ...named("content-reject", sid, jingle.contents), reason });
    }
  }

  async #addCandidates(jingle: Jingle): Promise<void> {
    await this.#port.peer.addCandidates(toCandidates(jingle, { names: this.#port.names }));
  }

  #mids(contents: readonly Content[]): readonly string[] {
    return contents.map((content) => this.#port.names.midOf(content) ?? "");
  }

  /** interop.md 2.9: new credentials without a candidate ask for a restart. */
  #asksRestart(jingle: Jingle): boolean {
    return (
      jingle.action === "transport-info" &&
      this.#isFresh(jingle) &&
      jingle.contents.every(({ transport }) => !transport?.candidates.length)
    );
  }

  #crossesRestart(jingle: Jingle): boolean {
    const isAsking = this.#round?.said?.action === "transport-info" && !this.#round.isTaken;
    return isAsking && jingle.action === "transport-info" && this.#asksRestart(jingle);
  }

  /**
   * interop.md 2.9: the first candidate with new credentials is the answer to our restart; stanza's is without one, but
   * comes once it has taken note of ours, and so crosses nothing.
   */
  #answersRestart(jingle: Jingle): boolean {
    const { said, isTaken = false } = this.#round ?? {};
    return said?.action === "transport-info" && this.#isFresh(jingle) && (isTaken || !this.#asksRestart(jingle));
  }

  #isFresh({ contents }: Jingle): boolean {
    return contents.some(({ transport }) => {
      const { ufrag } = transport ?? {};
      return ufrag !== undefined && !this.#remote.includes(`a=ice-ufrag:${ufrag}\r\n`);
    });
  }
}

function named(action: Action, sid: string, contents: readonly Content[]): Jingle {
  return actionOf(action, sid, { contents: contents.map(({ creator, name }) => ({ creator, name, extra: [] })) });
}
