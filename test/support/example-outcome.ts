import { type Element, parse } from "ltx";
import { type InitiationOutput, MessageInitiation } from "#jingle/message-initiation.js";
import { actionOf, type ManagerOutput, SessionManager } from "#jingle/session-manager.js";
import { type Action, type Content, jingle as codec, NS_JINGLE } from "#jingle/xep/0166.js";
import { NS_JINGLE_MESSAGE } from "#jingle/xep/0353.js";
import { counter } from "./pair.js";
import { keep } from "./schema.js";
import { content, group, jingle } from "./translate.js";

/** The outputs of a machine in a few words: what is answered, what else is sent, what the application hears. */
export type Outcome = readonly string[];

/**
 * What SessionManager makes of a printed iq, in a session that has come as far as the action needs: none for
 * session-initiate, a pending one of ours for session-accept, a running one with its contents for the others.
 */
export function jingleOutcome(iq: Element): Outcome {
  const { from, to } = addresses(iq);
  const manager = new SessionManager({ newId: counter("i"), admit: () => null });
  const element = iq.getChild("jingle", NS_JINGLE)!;
  const { action, sid = "s1", initiator } = element.attrs;
  const names = element.getChildren("content").map(({ attrs }) => String(attrs.name ?? ""));
  if (action !== "session-initiate") {
    const isOurs = ANSWERS.has(action) || (initiator !== undefined && bare(initiator) !== bare(from));
    const before = ADDING.has(action) || names.length === 0 ? ["before"] : names;
    begin(manager, { from, sid, names: before, isOurs, isPending: PENDING.has(action) && isOurs });
    if (action === "content-accept" || action === "content-reject") {
      manager.handle(
        { type: "command", peer: from, jingle: actionOf("content-add", sid, { contents: said(names) }) },
        0,
      );
    }
  }
  iq.attrs.from = from;
  iq.attrs.to = to;
  return manager.handle({ type: "stanza", stanza: iq }, 0).map(words);
}

/** What MessageInitiation makes of a printed message, in an attempt that has come as far as the message needs. */
export function initiationOutcome(message: Element): Outcome {
  const { from, to } = addresses(message);
  const machine = new MessageInitiation({ jid: () => to, newId: counter("m") });
  const step = message.getChildElements().find((one) => one.getNS() === NS_JINGLE_MESSAGE)!;
  const { id } = step.attrs;
  if (["ringing", "proceed", "reject"].includes(step.getName())) {
    machine.handle({ type: "propose", id, peer: from, media: ["audio"] }, 0);
  } else if (step.getName() !== "propose") {
    const description = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>";
    const propose = `<message from='${from}' to='${to}'><propose xmlns='${NS_JINGLE_MESSAGE}' id='${id}'>${description}</propose></message>`;
    machine.handle({ type: "message", stanza: parse(propose) }, 0);
    if (step.getName() === "finish") join(machine, id);
  }
  message.attrs.from = from;
  message.attrs.to = to;
  return machine.handle({ type: "message", stanza: message }, 0).map(initiationWords);
}

const ANSWERS: ReadonlySet<string> = new Set<Action>(["session-accept", "content-accept", "content-reject"]);
/** A responder's transport-info may come before its session-accept, and bring the fingerprint (0320-04). */
const PENDING: ReadonlySet<string> = new Set<Action>(["session-accept", "transport-info"]);
const ADDING: ReadonlySet<string> = new Set<Action>(["content-add", "content-accept", "content-reject"]);

interface Beginning {
  readonly from: string;
  readonly sid: string;
  readonly names: readonly string[];
  readonly isOurs: boolean;
  readonly isPending: boolean;
}

function begin(manager: SessionManager, { from, sid, names, isOurs, isPending }: Beginning): void {
  const contents = said(names);
  const hear = (action: Action) => {
    const payload = codec.write(actionOf(action, sid, { contents }));
    manager.handle({ type: "stanza", stanza: parse(`<iq type='set' id='0' from='${from}'>${payload}</iq>`) }, 0);
  };
  const say = (action: Action) =>
    manager.handle({ type: "command", peer: from, jingle: actionOf(action, sid, { contents }) }, 0);
  if (isOurs) say("session-initiate");
  else hear("session-initiate");
  if (isPending) return;
  if (isOurs) hear("session-accept");
  else say("session-accept");
}

/** Whole contents with these names; two of one name are one. */
function said(names: readonly string[]): readonly Content[] {
  const unique = [...new Set(names)];
  const { contents } = codec.read(jingle(unique.map(() => content()).join("") + group("0")));
  return contents.map((one, index) => ({ ...one, name: unique[index]! }));
}

function join(machine: MessageInitiation, id: string): void {
  machine.handle({ type: "proceed", id }, 0);
  machine.handle({ type: "joined", id }, 0);
}

/** Printed stanzas leave an address out now and then; ours is a full JID. */
function addresses(stanza: Element): { readonly from: string; readonly to: string } {
  const { from = "romeo@montague.example/orchard", to = "juliet@capulet.example" } = stanza.attrs;
  return { from, to: to.includes("/") ? to : `${to}/balcony` };
}

function bare(jid: string): string {
  return jid.split("/")[0]!;
}

function words(output: ManagerOutput): string {
  if (output.type === "send") {
    keep(output.stanza);
    return sentWords(output.stanza);
  }
  const { event } = output;
  switch (event.type) {
    case "received":
      return `hears ${event.jingle.action}`;
    case "ended":
      return `ended ${event.reason.condition} by ${event.by}`;
    case "info":
      return `hears ${event.info.type}`;
    default:
      return event.type;
  }
}

function sentWords(stanza: Element): string {
  if (stanza.attrs.type !== "set") {
    const conditions = stanza.getChild("error")?.getChildElements() ?? [];
    return [stanza.attrs.type, ...conditions.map((one) => one.getName()).filter((name) => name !== "text")].join(" ");
  }
  const element = stanza.getChild("jingle")!;
  const reason = element.getChild("reason")?.getChildElements()[0]?.getName();
  return `${element.attrs.action}${reason ? ` ${reason}` : ""}`;
}

function initiationWords(output: InitiationOutput): string {
  if (output.type === "send") {
    keep(output.stanza);
    return output.stanza.getChildElements()[0]!.getName();
  }
  const { event } = output;
  if (event.type !== "ended") return event.type;
  return `${event.type} ${event.why.type}${"reason" in event.why ? ` ${event.why.reason}` : ""}`;
}
