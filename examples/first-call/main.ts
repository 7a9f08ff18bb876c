import { type Call, connect, Phone, Roster } from "jinglewire/client";
import { callButton, contact, hangUpButton, label, signedIn, theirVideo } from "./page.js";

const { service, address, password } = await signedIn();
const connection = await connect({ service, address, password });
const phone = new Phone(connection, { roster: new Roster(connection) });

phone.addEventListener("incoming", ({ call }) => {
  if (!confirm(`${call.address} calls`)) return call.decline();
  call.accept({ video: true });
  show(call);
});

callButton.onclick = () => show(phone.call(contact.value, { video: true }));

function show(call: Call): void {
  call.addEventListener("statechange", () => label.replaceChildren(call.state));
  call.addEventListener("mediachange", () => Object.assign(theirVideo, { srcObject: call.remoteStream }));
  call.ended.then(({ reason }) => label.replaceChildren(`over: ${reason}`));
  hangUpButton.onclick = () => call.hangUp();
}
