// Map sections 2, 6, 7 and 10: a Jingle action, and what went before it -> the SDP that a browser gets next
import { fnv1a } from "./candidate.js";
import { ContentNames } from "./description.js";
import { RemoteError } from "./errors.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { codecOf } from "./payload-types.js";
import { clipSenders, directionToSenders, sendersToDirection } from "./roles.js";
import { decimal, isMid, isPwd, isUfrag } from "./sdp-grammar.js";
import { lineValue, type PreviousSdp, type PreviousSection, splitSdp, writePrevious } from "./sdp-previous.js";
import { readSdp, type SdpContents, type Section } from "./sdp-read.js";
import {
  candidateLines,
  EOL,
  newShared,
  type SectionPlan,
  type Shared,
  writeDataSection,
  writeRejectedSection,
  writeRtpSection,
} from "./sdp-write.js";
import { type Security, securityOf } from "./security.js";
import { type Action, type Content, type Jingle, otherRole, type Role, type Senders } from "./xep/0166.js";
import type { Setup } from "./xep/0320.js";

export interface ToSdpOptions {
  /** The session role of the party whose description this is. */
  readonly role: Role;
  readonly type: "offer" | "answer";
  /** The SDP being answered: order and count of its m-lines are those of the answer. */
  readonly offer?: string | undefined;
  /** That party's last SDP: order of m-lines, stopped sections, o= version, sections that the action does not name. */
  readonly previous?: string | undefined;
  /** Kept by the session; new contents are added. Absent: a fresh table. */
  readonly names?: ContentNames | undefined;
  readonly limits?: Limits | undefined;
}

/**
 * The SDP of the party that sent this action.
 * @throws RemoteError when no browser should see it: bad-request for ICE credentials, item-not-found for a content that
 *   the session does not have, not-acceptable (security-required) where DTLS could not be verified, not-acceptable where
 *   no content or codec is left that a browser knows, resource-constraint past a limit.
 */
export function toSdp(jingle: Jingle, options: ToSdpOptions): string {
  return new Assembly(jingle, options).write();
}

/** These carry whole contents; the others change contents that are there. */
export function isWholeContent(action: Action): boolean {
  return WHOLE.has(action);
}
const WHOLE: ReadonlySet<Action> = new Set(["session-initiate", "session-accept", "content-add", "content-accept"]);
const REMOVING: ReadonlySet<Action> = new Set(["content-remove", "content-reject"]);

/** One m-line of the SDP to write. */
type Slot =
  | { readonly kind: "content"; readonly mid: string; readonly content: Content; readonly media: string }
  | {
      readonly kind: "previous";
      readonly mid: string;
      readonly section: PreviousSection;
      readonly change: Content | undefined;
      readonly media: string;
    }
  | { readonly kind: "stopped"; readonly mid: string; readonly media: string };

class Assembly {
  readonly #jingle: Jingle;
  readonly #options: ToSdpOptions;
  readonly #limits: Limits;
  readonly #names: ContentNames;
  readonly #offer: SdpContents | undefined;
  readonly #previous: PreviousSdp | undefined;
  readonly #contents = new Map<string, Content>();
  readonly #securities = new Map<string, Security>();
  readonly #ssrcs = new Set<number>();

  constructor(jingle: Jingle, options: ToSdpOptions) {
    this.#jingle = jingle;
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#names = options.names ?? new ContentNames();
    const { offer, previous, role, type } = options;
    this.#offer = type === "answer" && offer !== undefined ? readSdp(offer, otherRole(role), this.#limits) : undefined;
    this.#previous = previous === undefined ? undefined : splitSdp(previous);
  }

  write(): string {
    const { action, contents } = this.#jingle;
    if (contents.length > this.#limits.contents) {
      throw new RemoteError("resource-constraint", undefined, `more than ${this.#limits.contents} contents`);
    }
    for (const content of contents) {
      const mid =
        mediaOf(content) !== undefined || !WHOLE.has(action) || this.#offer ? this.#midOf(content) : undefined;
      if (mid !== undefined && !this.#contents.has(mid)) this.#contents.set(mid, content);
    }
    const slots = this.#offer ? this.#answerSlots(this.#offer) : this.#offerSlots();
    const groups = this.#groups(slots);
    const written = this.#sections(slots, groups);
    if (WHOLE.has(action) && written.live.size === 0) {
      throw new RemoteError("not-acceptable", undefined, "no content with a codec that a browser knows");
    }
    return this.#head(groups, written.live) + written.text;
  }

  // --- which content is which m-line (map section 6) ---

  #midOf(content: Content): string {
    if (this.#offer || !WHOLE.has(this.#jingle.action)) return this.#knownMidOf(content);
    const known = this.#names.midOf(content);
    if (known !== undefined && this.#names.contentOf(known)?.creator === content.creator) return known;
    // Map n-2 ... n-5.
    let mid = content.name;
    const isTaken = (one: string) =>
      this.#names.contentOf(one) !== undefined || this.#previous?.sections.some((section) => section.mid === one);
    for (let i = 0; !isMid(mid) || isTaken(mid); i++) mid = `x${i}`;
    this.#names.set(mid, { creator: content.creator, name: content.name });
    return mid;
  }

  /** Map n-4: the mid of the offer, or of the section that is to be changed. */
  #knownMidOf(content: Content): string {
    const mid = this.#names.midOf(content) ?? content.name;
    const sections: readonly { readonly mid: string }[] = this.#offer?.sections ?? this.#previous?.sections ?? [];
    if (!sections.some((section) => section.mid === mid)) {
      throw new RemoteError("item-not-found", undefined, `content ${content.name}: not in this session`);
    }
    if (!this.#names.contentOf(mid)) this.#names.set(mid, { creator: content.creator, name: content.name });
    return mid;
  }

  #offerSlots(): readonly Slot[] {
    const slots: Slot[] = [];
    const { action } = this.#jingle;
    const rest = new Map(this.#contents);
    for (const section of this.#previous?.sections ?? []) {
      const { mid, media, live } = section;
      const content = rest.get(mid);
      rest.delete(mid);
      if (content && WHOLE.has(action)) slots.push({ kind: "content", mid, content, media: mediaOf(content) ?? media });
      else if (!live || (content && REMOVING.has(action))) slots.push({ kind: "stopped", mid, media });
      else slots.push({ kind: "previous", mid, section, change: content, media });
    }
    for (const [mid, content] of rest) {
      const media = mediaOf(content);
      if (media !== undefined) slots.push({ kind: "content", mid, content, media });
    }
    return slots;
  }

  #answerSlots(offer: SdpContents): readonly Slot[] {
    const { action } = this.#jingle;
    // Map a-12: what a session-accept leaves out is not accepted; later answers leave out what stays.
    const before = action === "session-accept" ? [] : (this.#previous?.sections ?? []);
    return offer.sections.map(({ mid, media, live }): Slot => {
      const change = this.#contents.get(mid);
      const section = before.find((one) => one.mid === mid && one.live);
      if (!live || (change && REMOVING.has(action))) return { kind: "stopped", mid, media };
      if (change && WHOLE.has(action)) return { kind: "content", mid, content: this.#sameMedia(change, media), media };
      return section ? { kind: "previous", mid, section, change, media } : { kind: "stopped", mid, media };
    });
  }

  #sameMedia(content: Content, media: string): Content {
    const answered = mediaOf(content) ?? content.description?.media;
    if (answered === media || (media === "application" && answered === undefined)) return content;
    throw new RemoteError(
      "bad-request",
      undefined,
      `content ${content.name}/description@media: not the offered ${media}`,
    );
  }

  // --- groups (map s-4, s-5, a-12, a-13) ---

  #groups(slots: readonly Slot[]): readonly Group[] {
    const live = new Set(slots.filter(({ kind }) => kind !== "stopped").map(({ mid }) => mid));
    const offered = this.#offer?.groups;
    const bundled = new Set<string>();
    const groups: Group[] = [];
    for (const { semantics, mids } of this.#wantedGroups()) {
      if (groups.length >= this.#limits.contents) break;
      const kept = mids.filter(
        (mid, index) =>
          live.has(mid) &&
          mids.indexOf(mid) === index &&
          !(semantics === "BUNDLE" && bundled.has(mid)) &&
          (!offered || offered.some((group) => group.semantics === semantics && group.names.includes(mid))),
      );
      if (kept.length === 0) continue;
      if (semantics === "BUNDLE") for (const mid of kept) bundled.add(mid);
      groups.push({ semantics, mids: kept });
    }
    return groups;
  }

  #wantedGroups(): readonly Group[] {
    const { action, groups } = this.#jingle;
    if (!WHOLE.has(action) || (groups.length === 0 && this.#previous)) {
      return (this.#previous?.bundles ?? []).map((mids) => ({ semantics: "BUNDLE", mids }));
    }
    const byName = new Map<string, string>();
    for (const mid of this.#names.mids) byName.set(this.#names.contentOf(mid)!.name, mid);
    for (const [mid, { name }] of this.#contents) byName.set(name, mid);
    return groups
      .filter(({ semantics }) => semantics === "BUNDLE" || semantics === "LS")
      .map(({ semantics, names }) => ({
        semantics,
        mids: names.slice(0, this.#limits.contents).map((name) => byName.get(name) ?? ""),
      }));
  }

  // --- the text ---

  /** Map s-1 ... s-4. */
  #head(groups: readonly Group[], live: ReadonlySet<string>): string {
    const id = this.#previous?.id ?? sessionId(this.#jingle.sid);
    const version = this.#previous ? this.#previous.version + 1 : 1;
    let head = `v=0${EOL}o=- ${id} ${version} IN IP4 127.0.0.1${EOL}s=-${EOL}t=0 0${EOL}`;
    for (const { semantics, mids } of groups) {
      const kept = mids.filter((mid) => live.has(mid));
      if (kept.length > 0) head += `a=group:${semantics} ${kept.join(" ")}${EOL}`;
    }
    return head;
  }

  #sections(slots: readonly Slot[], groups: readonly Group[]): { text: string; live: ReadonlySet<string> } {
    const bundles = groups.filter(({ semantics }) => semantics === "BUNDLE");
    const shared = new Map<string, Shared>();
    for (const { mids } of bundles) {
      const one = newShared();
      for (const mid of mids) shared.set(mid, one);
    }
    this.#secure(slots, bundles);
    this.#claimPrevious(slots, shared);
    const allowMixed = slots.every((slot) => this.#allowsMixed(slot));
    const live = new Set<string>();
    let text = "";
    for (const slot of slots) {
      const section = this.#section(slot, { shared: shared.get(slot.mid) ?? newShared(), allowMixed, bundles });
      if (section !== undefined) live.add(slot.mid);
      // A content that no browser can take never was in an offer, but has its place in an answer.
      else if (slot.kind !== "content" || this.#offer) text += writeRejectedSection(slot.media, slot.mid);
      text += section ?? "";
    }
    return { text, live };
  }

  #section(
    slot: Slot,
    context: { shared: Shared; allowMixed: boolean; bundles: readonly Group[] },
  ): string | undefined {
    switch (slot.kind) {
      case "stopped":
        return undefined;
      case "previous":
        return this.#previousSection(slot.section, slot.change, context.bundles);
      case "content": {
        const { content, media, mid } = slot;
        const plan = this.#plan(mid, content, context.shared, context.allowMixed);
        if (media === "application") return writeDataSection(content, plan);
        return content.description && writeRtpSection(content, content.description, plan);
      }
    }
  }

  #plan(mid: string, content: Content, shared: Shared, allowMixed: boolean): SectionPlan {
    const offered = this.#offeredSection(mid)?.content;
    const { role } = this.#options;
    const senders = content.senders ?? "both";
    return {
      mid,
      isMadeUpMid: mid !== content.name,
      role,
      senders: offered ? clipSenders(senders, offered.senders ?? "both") : senders,
      security: this.#securities.get(mid)!,
      renomination: content.transport?.renomination === true && (!offered || offered.transport?.renomination === true),
      allowMixed,
      offered,
      offeredIds: this.#offeredIds(),
      shared,
      ssrcs: this.#ssrcs,
      limits: this.#limits,
    };
  }

  #allowsMixed(slot: Slot): boolean {
    if (slot.kind === "stopped" || slot.media === "application") return true;
    if (slot.kind === "previous") return slot.section.lines.includes("a=extmap-allow-mixed");
    const offered = this.#offeredSection(slot.mid);
    if (offered && offered.content.description?.extmapAllowMixed !== true) return false;
    return slot.content.description?.extmapAllowMixed === true;
  }

  #offeredSection(mid: string): Section | undefined {
    return this.#offer?.sections.find((section) => section.mid === mid);
  }

  #offeredIdsCache: ReadonlySet<number> | undefined;
  #offeredIds(): ReadonlySet<number> {
    this.#offeredIdsCache ??= new Set(
      this.#offer?.sections.flatMap(({ content }) => (content.description?.payloads ?? []).map(({ id }) => id)),
    );
    return this.#offeredIdsCache;
  }

  // --- ICE and DTLS (map t-1 ... t-6, t-19) ---

  #secure(slots: readonly Slot[], bundles: readonly Group[]): void {
    const contents = new Map(
      slots.flatMap((slot) => (slot.kind === "content" ? [[slot.mid, slot.content] as const] : [])),
    );
    for (const [mid, content] of contents) {
      const tag = bundles.find(({ mids }) => mids.includes(mid))?.mids[0];
      const first = tag === undefined || tag === mid ? undefined : (contents.get(tag) ?? this.#previousContent(tag));
      const stub = first && securityOf(first, this.#answerSetup(tag!), undefined);
      const security = securityOf(content, this.#answerSetup(mid), stub);
      this.#securities.set(mid, security);
      const { role } = this.#options;
      if (security.setup === "active") this.#names.setDtlsClient(mid, role);
      if (security.setup === "passive") this.#names.setDtlsClient(mid, otherRole(role));
    }
  }

  /** What an answer says when its content does not, or says actpass (map t-6); undefined in an offer. */
  #answerSetup(mid: string): Setup | undefined {
    const { role, type } = this.#options;
    if (type === "offer") return undefined;
    const client = this.#names.dtlsClientOf(mid);
    if (client) return client === role ? "active" : "passive";
    const previous = this.#previous?.sections.find((section) => section.mid === mid);
    const before = previous && lineValue(previous.lines, "a=setup:");
    if (before === "active" || before === "passive") return before;
    // It offered before, and every browser answers as the client.
    if (before === "actpass") return "passive";
    return this.#offeredSection(mid)?.content.transport?.fingerprints[0]?.setup === "active" ? "passive" : "active";
  }

  #previousSection(section: PreviousSection, change: Content | undefined, bundles: readonly Group[]): string {
    const { role, type } = this.#options;
    return writePrevious(section, {
      direction: section.media === "application" ? undefined : sendersToDirection(this.#senders(section, change), role),
      setup: type === "offer" ? "actpass" : this.#answerSetup(section.mid),
      credentials: this.#newCredentials(section, bundles),
      candidates: change?.transport ? candidateLines(change.transport.candidates) : undefined,
    });
  }

  #senders(section: PreviousSection, change: Content | undefined): Senders {
    const direction = section.lines.find((line) => DIRECTION_LINE.test(line))?.slice(2) ?? "sendrecv";
    const senders =
      change?.senders && this.#jingle.action === "content-modify"
        ? change.senders
        : directionToSenders(direction, this.#options.role);
    const offered = this.#offeredSection(section.mid)?.content.senders;
    return offered ? clipSenders(senders, offered) : senders;
  }

  /** Of an ICE restart. One content of a bundle speaks for all of it. */
  #newCredentials(section: PreviousSection, bundles: readonly Group[]): { ufrag: string; pwd: string } | undefined {
    const mids = bundles.find(({ mids }) => mids.includes(section.mid))?.mids ?? [];
    for (const mid of [section.mid, ...mids]) {
      const content = this.#contents.get(mid);
      const { ufrag, pwd } = content?.transport ?? {};
      if (WHOLE.has(this.#jingle.action) || ufrag === undefined || pwd === undefined) continue;
      if (ufrag === lineValue(section.lines, "a=ice-ufrag:")) return undefined;
      if (isUfrag(ufrag) && isPwd(pwd)) return { ufrag, pwd };
      throw new RemoteError("bad-request", undefined, `content ${content!.name}/transport: no ICE credentials`);
    }
    return undefined;
  }

  // --- sections that stay (map c-14, x-5, u-10) ---

  #previousContents: SdpContents | undefined;
  #previousContent(mid: string): Content | undefined {
    const { previous, role } = this.#options;
    if (previous === undefined) return undefined;
    this.#previousContents ??= readSdp(previous, role, this.#limits);
    return this.#previousContents.sections.find((section) => section.mid === mid)?.content;
  }

  #claimPrevious(slots: readonly Slot[], shared: ReadonlyMap<string, Shared>): void {
    if (!slots.some(({ kind }) => kind === "content")) return;
    for (const slot of slots) {
      const description = slot.kind === "previous" ? this.#previousContent(slot.mid)?.description : undefined;
      if (!description) continue;
      for (const { ssrc } of description.sources) this.#ssrcs.add(ssrc);
      const claimed = shared.get(slot.mid);
      for (const payload of description.payloads) {
        const codec = codecOf(payload, description.media);
        if (codec) claimed?.payloads.set(payload.id, { id: payload.id, payload, codec });
      }
      for (const { id, uri } of description.headerExtensions) claimed?.headerExtensions.set(decimal(id), uri);
    }
  }
}

/** A group of m-lines, by mid. */
interface Group {
  readonly semantics: string;
  readonly mids: readonly string[];
}

const DIRECTION_LINE = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

/** The media of an m-line that a browser takes; undefined for what it does not know (map m-8, k-4). */
function mediaOf({ description, transport }: Content): string | undefined {
  if (transport?.sctpMap) return "application";
  const media = description?.media;
  return media === "audio" || media === "video" ? media : undefined;
}

/** Map s-2: fixed for a session, below 2^63. */
function sessionId(sid: string): string {
  return String(fnv1a(sid, 0x811c9dc5) * 2 ** 20 + (fnv1a(sid, 0x01000193) % 2 ** 20));
}
