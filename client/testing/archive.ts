import type { Element } from "ltx";
import { bareJid, normaliseJid, sameAccount } from "../../jingle/jid.js";
import { xml } from "../../jingle/stanza.js";
import { NS_MAM, readArchiveQuery, writeArchiveEnd, writeArchiveResult } from "../../jingle/xep/0313.js";
import { NS_HINTS } from "../../jingle/xep/0334.js";

interface Kept {
  readonly id: string;
  readonly stamp: string;
  readonly message: Element;
}

/** The archives of a server's accounts (XEP-0313), in memory. */
export class MemoryArchive {
  /** account -> its messages, the oldest first. */
  readonly #accounts = new Map<string, Kept[]>();
  #count = 0;

  /** Keeps a chat message for both of its accounts; false for one that no server keeps. */
  keep(message: Element): boolean {
    const { from, to, type } = message.attrs;
    if (type !== "chat" || !(message.getChild("body") || message.getChild("store", NS_HINTS))) return false;
    this.#count += 1;
    const stamp = new Date().toISOString();
    const one = xml("message", { ...message.attrs, xmlns: "jabber:client" }, ...message.children);
    for (const account of new Set([from, to ?? from].map((jid) => normaliseJid(bareJid(jid))))) {
      const kept = this.#accounts.get(account) ?? [];
      this.#accounts.set(account, [...kept, { id: `archived-${this.#count}`, stamp, message: one }]);
    }
    return true;
  }

  /** The messages that answer an iq of this device, and the payload of its result; null for an unknown id. */
  answer(iq: Element, device: string): { readonly messages: readonly Element[]; readonly end: Element } | null {
    const { queryid, with: address, before, max } = readArchiveQuery(iq.getChild("query", NS_MAM)!);
    const all = this.#accounts.get(normaliseJid(bareJid(device))) ?? [];
    const end = before === "" ? all.length : all.findIndex(({ id }) => id === before);
    if (end === -1) return null;
    const found = all.slice(0, end).filter(({ message }) => !address || isWith(message, address));
    const page = found.slice(-max);
    const attrs = { from: bareJid(device), to: device };
    return {
      messages: page.map((kept) => xml("message", attrs, writeArchiveResult({ ...kept, queryid }))),
      end: writeArchiveEnd({ complete: page.length === found.length, first: page[0]?.id }),
    };
  }
}

function isWith({ attrs: { from, to } }: Element, address: string): boolean {
  return [from, to].some((jid) => jid !== undefined && sameAccount(jid, address));
}
