// Map sections 2, 6, 7 and 10: a Jingle action, and what went before it -> the SDP that a browser gets next
import { fnv1a } from "./candidate.js";
import { ContentNames } from "./description.js";
import { RemoteError, tooMuch } from "./errors.js";
import { DEFAULT_LIMITS, type Limits, NO_LIMITS } from "./limits.js";
import { clipSenders, sendersToDirection } from "./roles.js";
import { codecOf } from "./sdp-codecs.js";
import { decimal, isPwd, isUfrag } from "./sdp-grammar.js";
import { groupsByMid, type MidGroup, selectGroups, sharedByMid } from "./sdp-groups.js";
import { readOwnLines } from "./sdp-own-lines.js";
import { type PreviousSdp, type PreviousSection, sendersOf, setupOf, splitSdp, writePrevious } from "./sdp-previous.js";
import { readSdp, type SdpContents, type Section } from "./sdp-read.js";
import { type Security, securityOf } from "./sdp-security.js";
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
import { knownMid, newMid } from "./translate-names.js";
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
 * @throws LocalError when `offer` or `previous` is no SDP.
 */
export function toSdp(jingle: Jingle, options: ToSdpOptions): string {
  return new Assembly(jingle, options).write();
}

/** These carry whole contents; the others change contents that are there. */
export function isWhole(action: Action): boolean {
  return WHOLE.has(action);
}

const WHOLE: ReadonlySet<Action> = new Set(["session-initiate", "session-accept", "content-add", "content-accept"]);
const NONE: ReadonlySet<string> = new Set();
const REMOVING: ReadonlySet<Action> = new Set(["content-remove", "content-reject"]);

/** One m-line of the SDP to write: of a content, or as it was before; with neither of them it is stopped. */
interface Slot {
  readonly mid: string;
  readonly media: string;
  readonly content?: Content | undefined;
  readonly section?: PreviousSection | undefined;
}

class Assembly {
  readonly #jingle: Jingle;
  readonly #isWhole: boolean;
  readonly #options: ToSdpOptions;
  readonly #limits: Limits;
  readonly #names: ContentNames;
  readonly #offer: SdpContents | undefined;
  /** The sections of the offer, by mid. */
  readonly #offered: ReadonlyMap<string, Section>;
  readonly #previous: PreviousSdp | undefined;
  readonly #previousByMid: ReadonlyMap<string, PreviousSection>;
  /** The contents of the action, by mid. */
  readonly #contents = new Map<string, Content>();
  readonly #ssrcs = new Set<number>();

  constructor(jingle: Jingle, options: ToSdpOptions) {
    this.#jingle = jingle;
    this.#isWhole = WHOLE.has(jingle.action);
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#names = options.names ?? new ContentNames();
    const { offer, previous, role, type } = options;
    this.#offer = type === "answer" && offer !== undefined ? readSdp(offer, otherRole(role), this.#limits) : undefined;
    this.#offered = new Map(this.#offer?.sections.map((section) => [section.mid, section]));
    this.#previous = previous === undefined ? undefined : splitSdp(previous);
    this.#previousByMid = new Map(this.#previous?.sections.map((section) => [section.mid, section]));
  }

  write(): string {
    this.#nameContents();
    const slots = this.#offer ? this.#answerSlots(this.#offer) : this.#offerSlots();
    // M-lines never go away: what a peer adds and removes again and again has to end somewhere.
    this.#checkLimit("contents", slots.length);
    const standing = new Set(slots.filter((slot) => !isStopped(slot)).map(({ mid }) => mid));
    const groups = selectGroups(this.#wantedGroups(), standing, this.#offer?.groups);
    const { text, live } = this.#sections(slots, groups);
    if (this.#isWhole && live.size === 0) {
      throw new RemoteError("not-acceptable", undefined, "no content with a codec that a browser knows");
    }
    const whole = this.#head(groups, live) + text;
    this.#checkLimit("sdpBytes", whole.length);
    return whole;
  }

  #checkLimit(limit: "contents" | "sdpBytes", count: number): void {
    const most = this.#limits[limit];
    if (count > most) throw tooMuch(limit, most);
  }

  /** Map s-1 ... s-5. */
  #head(groups: readonly MidGroup[], live: ReadonlySet<string>): string {
    const id = this.#previous?.id ?? sessionId(this.#jingle.sid);
    const version = this.#previous ? this.#previous.version + 1 : 1;
    let head = `v=0${EOL}o=- ${id} ${version} IN IP4 127.0.0.1${EOL}s=-${EOL}t=0 0${EOL}`;
    for (const { semantics, mids } of groups) {
      const kept = mids.filter((mid) => live.has(mid));
      if (kept.length > 0) head += `a=group:${semantics} ${kept.join(" ")}${EOL}`;
    }
    return head;
  }

  // Which content is which m-line (map section 6, a-2, a-6, a-12).

  #nameContents(): void {
    const { contents } = this.#jingle;
    this.#checkLimit("contents", contents.length);
    // Without a table a name is a mid, and a known one is that content again.
    const taken = this.#options.names ? this.#previousByMid : NONE;
    for (const content of contents) {
      let mid: string;
      if (this.#offer) mid = knownMid(content, this.#names, this.#offered);
      else if (!this.#isWhole) mid = knownMid(content, this.#names, this.#previousByMid);
      else if (mediaOf(content) !== undefined) mid = newMid(content, this.#names, taken);
      else continue;
      // 0166-26: the first of two on one name.
      if (!this.#contents.has(mid)) this.#contents.set(mid, content);
    }
  }

  #offerSlots(): readonly Slot[] {
    const slots: Slot[] = [];
    const added = new Map(this.#isWhole ? this.#contents : []);
    for (const section of this.#previous?.sections ?? []) {
      const { mid, media, live } = section;
      const content = added.get(mid);
      if (content) slots.push({ mid, media: mediaOf(content) ?? media, content });
      else slots.push({ mid, media, section: live && !this.#isRemoved(mid) ? section : undefined });
      added.delete(mid);
    }
    for (const [mid, content] of added) {
      const media = mediaOf(content);
      if (media !== undefined) slots.push({ mid, media, content });
    }
    return slots;
  }

  #answerSlots(offer: SdpContents): readonly Slot[] {
    // What a session-accept leaves out is not accepted; a later answer leaves out what stays.
    const isFirst = this.#jingle.action === "session-accept";
    return offer.sections.map(({ mid, media, live }): Slot => {
      if (!live || this.#isRemoved(mid)) return { mid, media };
      const content = this.#isWhole ? this.#contents.get(mid) : undefined;
      if (content) return { mid, media, content: sameMedia(content, media) };
      const section = this.#previousByMid.get(mid);
      return { mid, media, section: section?.live && !isFirst ? section : undefined };
    });
  }

  #isRemoved(mid: string): boolean {
    return REMOVING.has(this.#jingle.action) && this.#contents.has(mid);
  }

  #wantedGroups(): readonly MidGroup[] {
    const { groups } = this.#jingle;
    // Conversations takes a missing group for "not bundled"; browsers refuse to take a bundle apart.
    if (!this.#isWhole || (groups.length === 0 && this.#previous)) return this.#previous?.groups ?? [];
    const midOf = new Map<string, string>();
    for (const mid of this.#names.mids) midOf.set(this.#names.contentOf(mid)!.name, mid);
    for (const [mid, { name }] of this.#contents) midOf.set(name, mid);
    return groupsByMid(groups, midOf);
  }

  // The text of each m-line.

  #sections(slots: readonly Slot[], groups: readonly MidGroup[]): { text: string; live: ReadonlySet<string> } {
    const shared = sharedByMid(groups);
    const bundles = new Map<string, MidGroup>();
    for (const group of groups) {
      if (group.semantics === "BUNDLE") for (const mid of group.mids) bundles.set(mid, group);
    }
    this.#claimPrevious(slots, shared);
    const allowMixed = slots.every((slot) => this.#allowsMixed(slot));
    const live = new Set<string>();
    let text = "";
    for (const slot of slots) {
      const bundle = bundles.get(slot.mid);
      const section = this.#section(slot, bundle, shared.get(slot.mid) ?? newShared(), allowMixed);
      if (section !== undefined) live.add(slot.mid);
      // A content that no browser can take never was in an offer, but has its place in an answer.
      if (section !== undefined) text += section;
      else if (!slot.content || this.#offer) text += writeRejectedSection(slot.media, slot.mid);
    }
    return { text, live };
  }

  #section(slot: Slot, bundle: MidGroup | undefined, shared: Shared, allowMixed: boolean): string | undefined {
    const { mid, media, content, section } = slot;
    if (section) return this.#previousSection(section, bundle);
    if (!content) return undefined;
    const plan = this.#plan(mid, content, bundle, shared, allowMixed);
    if (media === "application") return writeDataSection(content, plan);
    return content.description && writeRtpSection(content, content.description, plan);
  }

  #plan(mid: string, content: Content, bundle: MidGroup | undefined, shared: Shared, allowMixed: boolean): SectionPlan {
    const { role } = this.#options;
    const offered = this.#offered.get(mid)?.content;
    const senders = content.senders ?? "both";
    return {
      mid,
      isMadeUpMid: mid !== content.name,
      role,
      senders: offered ? clipSenders(senders, offered.senders ?? "both") : senders,
      security: this.#security(mid, content, bundle),
      renomination: content.transport?.renomination === true && (!offered || offered.transport?.renomination === true),
      allowMixed,
      offered,
      offeredIds: this.#offeredIds(),
      shared,
      own: readOwnLines(content.ownLines, this.#limits),
      isBundled: bundle !== undefined && bundle.mids[0] !== mid,
      ssrcs: this.#ssrcs,
      limits: this.#limits,
    };
  }

  /** Map s-7: said of each section, and only when it is true of all. */
  #allowsMixed(slot: Slot): boolean {
    const { mid, media, content, section } = slot;
    if (isStopped(slot) || media === "application") return true;
    if (section) return section.lines.includes("a=extmap-allow-mixed");
    const offered = this.#offered.get(mid)?.content ?? content;
    return [content, offered].every((one) => one?.description?.extmapAllowMixed);
  }

  #usedIds: ReadonlySet<number> | undefined;
  #offeredIds(): ReadonlySet<number> {
    const ids = () =>
      this.#offer?.sections.flatMap(({ content }) => content.description?.payloads.map(({ id }) => id) ?? []);
    this.#usedIds ??= new Set(ids());
    return this.#usedIds;
  }

  // ICE and DTLS (map t-1 ... t-6, t-19).

  #security(mid: string, content: Content, bundle: MidGroup | undefined): Security {
    const tag = bundle?.mids[0];
    const first = tag === undefined || tag === mid ? undefined : (this.#contents.get(tag) ?? this.#before(tag));
    const isStub = first !== undefined && !content.transport?.ufrag && !content.transport?.fingerprints.length;
    // Map t-2: Conversations repeats nothing in a content that it adds to a bundle.
    const own = securityOf(isStub ? first : content, this.#answerSetup(mid));
    const { role, type } = this.#options;
    const security: Security = isStub && type === "offer" ? { ...own, setup: "actpass" } : own;
    if (security.setup === "active") this.#names.setDtlsClient(mid, role);
    if (security.setup === "passive") this.#names.setDtlsClient(mid, otherRole(role));
    return security;
  }

  /** What an answer says when its content does not, or says actpass (map t-6); undefined in an offer. */
  #answerSetup(mid: string): Setup | undefined {
    const { role, type } = this.#options;
    if (type === "offer") return undefined;
    const client = this.#names.dtlsClientOf(mid);
    if (client) return client === role ? "active" : "passive";
    const section = this.#previousByMid.get(mid);
    const before = section && setupOf(section);
    // Where it said actpass it offered before, and every browser answers that as the client.
    if (before) return before === "active" ? "active" : "passive";
    return this.#offered.get(mid)?.content.transport?.fingerprints[0]?.setup === "active" ? "passive" : "active";
  }

  #previousSection(section: PreviousSection, bundle: MidGroup | undefined): string {
    const { role, type } = this.#options;
    const { mid } = section;
    const change = this.#contents.get(mid);
    const offered = this.#offered.get(mid)?.content;
    return writePrevious(section, {
      offered: offered?.transport?.sctpMap ? undefined : offered?.description,
      direction: section.media === "application" ? undefined : sendersToDirection(this.#senders(section), role),
      // RFC 8842 §5.5: a later offer leaves the role open again, and its answer confirms the one that is.
      setup: type === "offer" ? "actpass" : this.#answerSetup(mid),
      credentials: this.#isWhole ? undefined : this.#newCredentials([mid, ...(bundle?.mids ?? [])]),
      candidates: this.#isWhole
        ? undefined
        : change?.transport && candidateLines(change.transport.candidates, readOwnLines(change.ownLines, this.#limits)),
    });
  }

  #senders(section: PreviousSection): Senders {
    const { action } = this.#jingle;
    const change = action === "content-modify" ? this.#contents.get(section.mid)?.senders : undefined;
    const senders = change ?? sendersOf(section, this.#options.role);
    const offered = this.#offered.get(section.mid)?.content.senders;
    return offered ? clipSenders(senders, offered) : senders;
  }

  /** Of an ICE restart: one content of a bundle speaks for all of it. */
  #newCredentials(mids: readonly string[]): { readonly ufrag: string; readonly pwd: string } | undefined {
    for (const mid of mids) {
      const content = this.#contents.get(mid);
      const { ufrag, pwd } = content?.transport ?? {};
      if (ufrag === undefined || pwd === undefined) continue;
      if (isUfrag(ufrag) && isPwd(pwd)) return { ufrag, pwd };
      throw new RemoteError("bad-request", undefined, `content ${content!.name}/transport: not ICE credentials`);
    }
    return undefined;
  }

  // What the sections that stay have claimed (map c-14, x-5, u-10).

  #previousContents: ReadonlyMap<string, Content> | undefined;
  #before(mid: string): Content | undefined {
    const { previous, role } = this.#options;
    if (previous === undefined) return undefined;
    const read = () => readSdp(previous, role, NO_LIMITS).sections.map(({ mid, content }) => [mid, content] as const);
    this.#previousContents ??= new Map(read());
    return this.#previousContents.get(mid);
  }

  #claimPrevious(slots: readonly Slot[], shared: ReadonlyMap<string, Shared>): void {
    if (!slots.some(({ content }) => content)) return;
    for (const slot of slots) {
      const description = slot.section && this.#before(slot.mid)?.description;
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

function isStopped({ content, section }: Slot): boolean {
  return !content && !section;
}

/** The media of an m-line that a browser takes; undefined for what it does not know (map m-8, k-4). */
function mediaOf({ description, transport }: Content): string | undefined {
  if (transport?.sctpMap) return "application";
  const media = description?.media;
  return media === "audio" || media === "video" ? media : undefined;
}

function sameMedia(content: Content, media: string): Content {
  const answered = mediaOf(content) ?? content.description?.media;
  if (answered === media || (media === "application" && answered === undefined)) return content;
  throw new RemoteError("bad-request", undefined, `content ${content.name}/description@media: ${media} was offered`);
}

/** Map s-2: fixed for a session, below 2^63. */
function sessionId(sid: string): string {
  return String(fnv1a(sid, 0x811c9dc5) * 2 ** 20 + (fnv1a(sid, 0x01000193) % 2 ** 20));
}
