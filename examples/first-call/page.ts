// What index.html holds, by name
export const callButton = byId("call", HTMLButtonElement);
export const hangUpButton = byId("hang-up", HTMLButtonElement);
export const contact = byId("contact", HTMLInputElement);
export const label = byId("state", HTMLOutputElement);
export const theirVideo = byId("their-video", HTMLVideoElement);

export interface Account {
  readonly service: string;
  readonly address: string;
  readonly password: string;
}

/** Resolves when the form has been filled in. The server's WebSocket is where the page comes from. */
export function signedIn(): Promise<Account> {
  const service = new URL("/xmpp-websocket", location.href.replace(/^http/, "ws")).href;
  return new Promise((resolve) => {
    byId("sign-in", HTMLFormElement).onsubmit = (event) => {
      event.preventDefault();
      const [address, password] = [byId("address", HTMLInputElement).value, byId("password", HTMLInputElement).value];
      resolve({ service, address, password });
    };
  });
}

function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`There is no ${kind.name} #${id} in the page.`);
}
