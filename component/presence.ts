// RFC 6121 §3 and §4.3: what a component does with presence, having no roster
import type { Element } from "ltx";
import { normaliseJid, xml } from "../jingle/index.js";

/**
 * The answers to a probe or a request about subscriptions. The component itself is there and lets everybody see it;
 * nobody else lives at its domain, unless `isThere` says so. Nothing is remembered: the asker's server probes again at
 * each of its logins. Other presence, errors above all, gets no answer.
 */
export function presenceAnswers(
  presence: Element,
  caps: () => Element,
  isThere: (address: string) => boolean,
): readonly Element[] {
  const { from, to, type } = presence.attrs;
  if (!from || !to) return [];
  const answer = (kind: string | undefined, ...payload: Element[]) =>
    xml("presence", { from: to, to: from, type: kind }, ...payload);
  const there = isThere(normaliseJid(to));
  switch (type) {
    case "probe":
      return [there ? answer(undefined, caps()) : answer("unsubscribed")];
    case "subscribe":
      return there ? [answer("subscribed"), answer(undefined, caps())] : [answer("unsubscribed")];
    case "unsubscribe":
      return [answer("unsubscribed"), ...(there ? [answer("unavailable")] : [])];
    default:
      return [];
  }
}
