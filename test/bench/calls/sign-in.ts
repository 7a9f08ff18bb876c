import type { WebSocket } from "ws";
import { type Account, opened } from "./way.js";

/** Signs in by bare strings (RFC 7395, SASL PLAIN) and is available; nothing of what comes is parsed. */
export async function signIn(service: string, { address, password }: Account) {
  const [user, domain] = address.split("@") as [string, string];
  const socket = await opened(service, "xmpp");
  const open = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${domain}" version="1.0"/>`;
  const plain = Buffer.from(`\0${user}\0${password}`).toString("base64");
  await asked(socket, open, "mechanisms");
  await asked(socket, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`, "<success");
  await asked(socket, open, "xmpp-bind");
  const bind = '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>';
  const bound = await asked(socket, `<iq xmlns="jabber:client" type="set" id="b">${bind}</iq>`, "<jid>");
  const carbons = '<enable xmlns="urn:xmpp:carbons:2"/>';
  await asked(socket, `<iq xmlns="jabber:client" type="set" id="carbons">${carbons}</iq>`, "carbons");
  await asked(socket, '<presence xmlns="jabber:client"/>', "<presence");
  return { socket, jid: /<jid>([^<]*)/.exec(bound)![1]! };
}

/** The first frame with such a word in it. */
function asked(socket: WebSocket, question: string, word: string): Promise<string> {
  socket.send(question);
  return new Promise((resolve, reject) => {
    const listener = (data: unknown) => {
      if (String(data).includes("<failure")) reject(new Error(String(data)));
      if (!String(data).includes(word)) return;
      socket.off("message", listener);
      resolve(String(data));
    };
    socket.on("message", listener);
  });
}
