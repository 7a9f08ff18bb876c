/** Where the page's XMPP server is. */
export interface Config {
  /** The WebSocket address, ws: or wss:. */
  readonly service: string;
  /** The domain that completes an address typed without one. */
  readonly domain: string;
}

/** Reads `config.json` beside the page; what it leaves out, or all of it when it is missing, has a default. */
export async function readConfig(base: string = document.baseURI): Promise<Config> {
  let read: unknown = null;
  try {
    const response = await fetch(new URL("config.json", base));
    if (response.ok) read = await response.json();
  } catch {
    // Without a configuration the server is expected where the page came from.
  }
  const { service, domain } = (read ?? {}) as { service?: unknown; domain?: unknown };
  return {
    service: webSocketAddress(typeof service === "string" ? service : "/xmpp-websocket", base),
    domain: typeof domain === "string" ? domain : new URL(base).hostname,
  };
}

function webSocketAddress(service: string, base: string): string {
  const url = new URL(service, base);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return url.href;
}

/** The bare JID that somebody means who typed `text`: "alice" is one of this server's, "xmpp:" and a resource go. */
export function fullAddress(text: string, domain: string): string {
  const bare = text
    .trim()
    .replace(/^xmpp:/iu, "")
    .replace(/[/?].*$/u, "");
  return bare === "" || bare.includes("@") ? bare : `${bare}@${domain}`;
}

/** A bare JID with both parts, as far as a form can tell: the server has the last word. */
export function looksLikeAddress(text: string): boolean {
  return /^[^\s@/"&'<>:]+@[^\s@/"&'<>:]+(?::\d+)?$/u.test(text);
}
