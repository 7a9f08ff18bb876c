import { randomUUID } from "node:crypto";
import { Element } from "ltx";
import type { WebSocket } from "ws";
import { ContentNames } from "#jingle/description.js";
import { FEATURES, sdpToJingle, toSdp } from "#jingle/index.js";
import { bareJid } from "#jingle/jid.js";
import { type InitiationInput, MessageInitiation } from "#jingle/message-initiation.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { media } from "./media.js";
import { signIn } from "./sign-in.js";
import type { Place, Way } from "./way.js";

/** The stanzas that ours sends, made beforehand: no parser, no machine, and an id put where it belongs. */
export async function strings({ service, caller, callee }: Place): Promise<Way> {
  const [calling, called] = [await signIn(service, caller), await signIn(service, callee)];
  const text = await stanzas(calling.jid, called.jid);
  let complete = () => {};
  let current = "";
  called.socket.on("message", (data) => {
    const heard = String(data);
    if (heard.includes("<propose")) send(called.socket, [...text.rings, ...text.proceeds], current);
    if (heard.includes("session-initiate")) send(called.socket, [text.taken, text.accept], current);
  });
  calling.socket.on("message", (data) => {
    const heard = String(data);
    if (heard.includes("<proceed")) send(calling.socket, [text.initiate], current);
    if (!heard.includes("session-accept")) return;
    send(calling.socket, [text.accepted], current);
    complete();
  });
  return {
    sockets: [calling.socket, called.socket],
    call() {
      current = randomUUID();
      send(calling.socket, text.proposes, current);
      return new Promise((resolve) => {
        complete = resolve;
      });
    },
    end: () => send(calling.socket, text.finishes, current),
  };
}

const ID = "ID-OF-THE-CALL";

function send(socket: WebSocket, texts: readonly string[], id: string): void {
  for (const text of texts) socket.send(text.replaceAll(ID, id));
}

async function stanzas(caller: string, callee: string) {
  const { offer, answer } = await media();
  const names = { caller: new ContentNames(), callee: new ContentNames() };
  const peer = new Set(FEATURES);
  const initiate = sdpToJingle(offer, {
    action: "session-initiate",
    sid: ID,
    role: "initiator",
    initiator: caller,
    names: names.caller,
    peer,
  });
  toSdp(codec.read(initiate), { role: "initiator", type: "offer", names: names.callee });
  const accept = sdpToJingle(answer, {
    action: "session-accept",
    sid: ID,
    role: "responder",
    responder: callee,
    names: names.callee,
    peer,
  });
  let made = 0;
  const said = (jid: string, ...inputs: readonly InitiationInput[]) => {
    const machine = new MessageInitiation({ jid: () => jid, newId: () => `${ID}-${made++}` });
    return inputs.map((input) =>
      machine.handle(input, 0).flatMap((output) => (output.type === "send" ? [framed(output.stanza)] : [])),
    );
  };
  const [proposes] = said(caller, { type: "propose", id: ID, peer: callee, media: ["audio", "video"] });
  const [, rings, proceeds] = said(
    callee,
    { type: "message", stanza: proposed(caller, callee) },
    { type: "ring", id: ID },
    { type: "proceed", id: ID },
  );
  const iq = (type: string, to: string, id: string, ...children: Element[]) => {
    const made = new Element("iq", { type, to, id });
    made.append(...children);
    return framed(made);
  };
  return {
    proposes: proposes!,
    rings: rings!,
    proceeds: proceeds!,
    initiate: iq("set", callee, `${ID}-initiate`, initiate),
    taken: iq("result", caller, `${ID}-initiate`),
    accept: iq("set", caller, `${ID}-accept`, accept),
    accepted: iq("result", callee, `${ID}-accept`),
    finishes: [
      `<message xmlns="jabber:client" type="chat" to="${callee}"><finish xmlns="urn:xmpp:jingle-message:0" id="${ID}"/></message>`,
    ],
  };
}

function proposed(from: string, to: string): Element {
  const propose = new Element("propose", { xmlns: "urn:xmpp:jingle-message:0", id: ID });
  const description = new Element("description", { xmlns: "urn:xmpp:jingle:apps:rtp:1", media: "audio" });
  const message = new Element("message", { from, to: bareJid(to), type: "chat" });
  propose.append(description);
  message.append(propose);
  return message;
}

/** RFC 7395 §3.3.3 */
function framed(stanza: Element): string {
  return String(stanza).replace(/^<\w+/, '$& xmlns="jabber:client"');
}
