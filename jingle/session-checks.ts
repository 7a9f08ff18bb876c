// XEP-0166: Jingle, version 1.1.2: what is wrong with what a peer sends (table E)
import { fingerprintKey } from "./description.js";
import { RemoteError } from "./errors.js";
import type { Session, SessionState, SignalledContent } from "./session-state.js";
import type { Action, Content, Jingle, ReasonCondition } from "./xep/0166.js";

/** E5: a malformed offer. Throws RemoteError. */
export function checkOffer(contents: readonly Content[]): void {
  checkWhole(contents);
  // 0166-18
  if (!contents.some(({ disposition }) => (disposition ?? "session") === "session")) {
    throw badRequest("no content with disposition session");
  }
}

/** Each content has a name of its own, a description and a transport, of whatever namespace. */
export function checkWhole(contents: readonly Content[]): void {
  const names = new Set<string>();
  for (const { name, description, transport, extra } of contents) {
    const has = (element: string) => extra.some((node) => node.getName() === element);
    // 0166-26: two of one name would be alternatives, which nobody offers.
    if (names.has(name)) throw badRequest(`content ${name}: twice`);
    names.add(name);
    if (!transport && !has("transport")) throw badRequest(`content ${name}: no transport`);
    if (!description && !transport?.sctpMap && !has("description")) throw badRequest(`content ${name}: no description`);
  }
}

/** Why contents cannot be taken at all; that is no iq error, but a reason that follows the result (§6.3.1). */
export function unsupported(
  contents: readonly Content[],
  standing: readonly SignalledContent[] = [],
): ReasonCondition | null {
  if (contents.every(({ description }) => !description)) return "unsupported-applications";
  if (contents.some(({ transport }) => !transport)) return "unsupported-transports";
  // 0167-10, 0320: media is DTLS-SRTP or it is not at all.
  if (contents.some((content) => fingerprintKey(content) === undefined && !isStub(content, standing))) {
    return "security-error";
  }
  return null;
}

/** Conversations adds contents whose transport is empty: it is that of the bundle, fingerprint and all (map t-2). */
function isStub({ transport }: Content, standing: readonly SignalledContent[]): boolean {
  return transport?.ufrag === undefined && standing.some(({ peerFingerprint }) => peerFingerprint !== undefined);
}

/** The content of the session that the peer speaks of. E16: never unknown-session, on which peers end the call. */
export function known(session: Session, content: Content): SignalledContent {
  const found = session.contents.find(({ name }) => name === content.name);
  if (!found) throw new RemoteError("item-not-found", undefined, `content ${content.name}: not in this session`);
  return found;
}

/** 0320-07 */
export function fingerprintChanged(session: Session, content: Content): boolean {
  const key = fingerprintKey(content);
  const before = known(session, content).peerFingerprint;
  return key !== undefined && before !== undefined && key !== before;
}

/** 0166-31, E10: of two actions of one kind that cross, the initiator's counts; as initiator we refuse the other. */
export function tieBreak(session: Session, { action, contents }: Jingle): void {
  if (session.role !== "initiator") return;
  const names = contents.map(({ name }) => name);
  const crossing = [...session.outstanding.values()].some(
    (own) => own.action === action && own.contents.some((name) => names.includes(name)),
  );
  const adding = action === "content-add" && session.contents.some(({ addedBy }) => addedBy === "initiator");
  if (crossing || adding) throw new RemoteError("conflict", "tie-break", `${action} crosses ours`);
}

export function badRequest(message: string): RemoteError {
  return new RemoteError("bad-request", undefined, message);
}

/** E8 */
export function outOfOrder(action: Action, state: SessionState): RemoteError {
  return new RemoteError("unexpected-request", "out-of-order", `${action} while ${state}`);
}

/** E12 */
export function unsupportedInfo(action: Action): RemoteError {
  return new RemoteError("feature-not-implemented", "unsupported-info", `${action}: payload not understood`);
}
