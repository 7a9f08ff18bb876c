import type { Contact } from "#prosody/accounts.mjs";

/** What the tests ask of an XMPP server, whoever made it. */
export interface XmppServer {
  /** With its version, such as "Prosody 0.12.3". */
  readonly name: string;
  readonly domain: string;
  /** Serves WebSocket and BOSH. */
  readonly httpPort: number;
  /** Where on that port; Prosody's own places unless said otherwise. */
  readonly paths?: { readonly websocket: string; readonly bosh: string };
  /** The WebSocket address that clients connect to. */
  readonly service: string;
  /** Makes an account. `contacts`, subscribed both ways on this side only, have to be given before it is first used. */
  register(user: string, password: string, contacts?: readonly Contact[]): Promise<void>;
  /** Ends it in an orderly way; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface TestAccount {
  readonly user: string;
  readonly address: string;
  readonly password: string;
}

let made = 0;

/**
 * Makes one fresh account per name on a server, each other's contacts with subscription both ways; the user parts get
 * a number, so that no test meets another's accounts.
 */
export function newAccounts<const Names extends readonly string[]>(
  server: XmppServer,
  ...names: Names
): Promise<{ readonly [Index in keyof Names]: TestAccount }> {
  return newAccountsOn(...names.map((name) => [name, server] as const)) as Promise<{
    readonly [Index in keyof Names]: TestAccount;
  }>;
}

/** The same for names on servers of their own. */
export async function newAccountsOn<const Places extends readonly (readonly [name: string, server: XmppServer])[]>(
  ...places: Places
): Promise<{ readonly [Index in keyof Places]: TestAccount }> {
  made += 1;
  const accounts = places.map(([name, server]) => {
    const user = `${name.toLowerCase()}-${made}`;
    return { name, server, user, address: `${user}@${server.domain}`, password: `password-of-${user}` };
  });
  for (const account of accounts) {
    const contacts = accounts.filter((other) => other !== account);
    await account.server.register(
      account.user,
      account.password,
      contacts.map(({ name, address }) => ({ address, name })),
    );
  }
  return accounts.map(({ user, address, password }) => ({ user, address, password })) as unknown as {
    readonly [Index in keyof Places]: TestAccount;
  };
}
