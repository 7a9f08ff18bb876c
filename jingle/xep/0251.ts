// XEP-0251: Jingle Session Transfer, version 0.2
// Does: reads and writes requests, attended and unattended, and the reason `transferred`.
// Does not: obey by itself: who is called is the application's and the person's to say.
import type { Element } from "ltx";
import { type Codec, element, flag } from "../codec.js";
import type { Jingle, Reason } from "./0166.js";

export const NS_TRANSFER = "urn:xmpp:jingle:transfer:0";
/** Announced by those who do as they are asked; nobody else pays for this file. */
export const TRANSFER_FEATURES = [NS_TRANSFER] as const;

/**
 * In session-info, who is to be called instead: `to`, and with `sid` the session that the attendant has with them
 * already (attended). In session-initiate, who has sent us: `from`, and with `sid` which session this one replaces.
 */
export interface Transfer {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly sid?: string | undefined;
}

export const transfer: Codec<Transfer> = element(NS_TRANSFER, "transfer", (f) => ({
  to: f.optional("to"),
  from: f.optional("from"),
  sid: f.optional("sid"),
}));

const transferred = flag(NS_TRANSFER, "transferred");

/** What a session-info asks for; for a session manager's option `transfer`. Undefined when it is something else (E14). */
export function readTransfer(payload: Element): Transfer | undefined {
  return is(payload, transfer) ? transfer.read(payload) : undefined;
}

/** Who has sent the caller here, by what the caller says; unattended, nobody can check it: ask the person (0251-02). */
export function transferOf(jingle: Jingle): Transfer | undefined {
  const found = jingle.extra.find((payload) => is(payload, transfer));
  return found && transfer.read(found);
}

/** The reason with which a session ends that another took the place of (0251-01). */
export function transferredReason(): Reason {
  return { condition: "success", extra: [transferred.write(true)] };
}

/** Has the session ended because the call goes on with somebody else? */
export function isTransferred(reason: Reason): boolean {
  return reason.extra.some((one) => is(one, transferred));
}

function is(payload: Element, { name, xmlns }: Codec<unknown>): boolean {
  return payload.getName() === name && payload.getNS() === xmlns;
}
