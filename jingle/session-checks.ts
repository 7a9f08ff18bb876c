// XEP-0166: Jingle, version 1.1.2: what is wrong with what a peer sends (table E)
import { fingerprintKey } from "./description.js";
import { RemoteError } from "./errors.js";
import { find, type Named, type Session, type SessionRules, type SignalledContent } from "./session-state.js";
import type { Action, Content, Jingle, ReasonCondition, Role } from "./xep/0166.js";

/** 0166-17: what is for early media alone is no part of the call that is offered and accepted. */
export function isForSession({ disposition }: Content): boolean {
  return (disposition ?? "session") === "session";
}

/** E5: each content has a name of its own, a description and a transport, of whatever namespace; and there is one. */
export function checkWhole(contents: readonly Content[]): void {
  if (contents.length === 0) throw badRequest("no content");
  const names = new Set<string>();
  for (const { name, description, transport, extra } of contents) {
    const has = (element: string) => extra.some((node) => node.getName() === element);
    // 0166-26: two of one name would be alternatives, which nobody offers.
    const whole = !names.has(name) && (transport || has("transport"));
    if (!whole || !(description || transport?.sctpMap || has("description"))) throw badRequest(`content ${name}`);
    names.add(name);
  }
}

/** E4 */
export function checkCount(contents: readonly Pick<SignalledContent, "candidates">[], rules: SessionRules): void {
  if (contents.length > rules.contents || contents.some(({ candidates }) => candidates > rules.candidates)) {
    throw new RemoteError("resource-constraint");
  }
}

/** Why contents cannot be taken at all; that is no iq error, but a reason that follows the result (§6.3.1). */
export function unsupported(
  contents: readonly Content[],
  standing: readonly SignalledContent[] = [],
): ReasonCondition | null {
  // XEP-0343: data channels join a call; alone they are none.
  const usable = ({ description, transport }: Content) => description || (standing.length > 0 && transport?.sctpMap);
  if (!contents.some((content) => isForSession(content) && usable(content))) return "unsupported-applications";
  if (contents.some(({ transport }) => !transport)) return "unsupported-transports";
  // 0167-10, 0320: media is DTLS-SRTP or it is not at all.
  const unproven = (content: Content) => fingerprintKey(content) === undefined && !isStub(content, standing);
  return contents.some(unproven) ? "security-error" : null;
}

/** Conversations adds contents whose transport is empty: it is that of the bundle, fingerprint and all (map t-2). */
function isStub({ transport }: Content, standing: readonly SignalledContent[]): boolean {
  return transport?.ufrag === undefined && standing.some(({ peerFingerprint }) => peerFingerprint !== undefined);
}

/**
 * The contents of the session that the peer speaks of; what crosses our removal of them is dropped. E16 is never
 * unknown-session, on which peers end the call. `creator` is not compared: most peers know names alone (0166-24).
 */
export function spokenOf(session: Session, { contents }: Jingle): readonly Content[] {
  return contents.filter((content) => {
    if (find(session.contents, content)) return true;
    if (inFlight(session, /^content-re/, [content])) return false;
    throw new RemoteError("item-not-found", undefined, `content ${content.name}`);
  });
}

/** Of these contents, those that `by` has offered and that still wait for an answer. */
export function waiting(session: Session, { action, contents }: Jingle, by: Role): readonly Content[] {
  // 0166-28: what the session-initiate offers can be refused one by one before session-accept.
  const first = action === "content-reject" && session.state === "pending" && by === "initiator" ? null : by;
  return contents.filter((content) => {
    const addedBy = find(session.contents, content)?.addedBy;
    return addedBy === by || addedBy === first;
  });
}

/** 0320-07 */
export function fingerprintChanged(session: Session, content: Content): boolean {
  const key = fingerprintKey(content);
  const before = find(session.contents, content)?.peerFingerprint;
  return key !== undefined && before !== undefined && key !== before;
}

/** 0166-31, E10: of two actions of one kind that cross, the initiator's counts; as initiator we refuse the other. */
export function tieBreak(session: Session, { action, contents }: Jingle): void {
  if (session.role !== "initiator") return;
  const adding = action === "content-add" && session.contents.some(({ addedBy }) => addedBy === "initiator");
  if (adding || inFlight(session, action, contents)) throw crossing();
}

/** Is an action of ours of this kind, about one of these contents, not answered yet? */
export function inFlight({ outstanding }: Session, kind: Action | RegExp, contents: readonly Named[]): boolean {
  const about = (content: Named) => find(contents, content);
  return outstanding.some((own) => own.action.match(kind) && own.contents.some(about));
}

export function crossing(): RemoteError {
  return new RemoteError("conflict", "tie-break");
}

export function badRequest(message: string): RemoteError {
  return new RemoteError("bad-request", undefined, message);
}

/** E8 */
export function outOfOrder(): RemoteError {
  return new RemoteError("unexpected-request", "out-of-order");
}

/** E12 */
export function unsupportedInfo(): RemoteError {
  return new RemoteError("feature-not-implemented", "unsupported-info");
}
