export interface Account {
  readonly address: string;
  readonly password: string;
}

export interface Contact {
  readonly address: string;
  readonly name?: string;
}

export interface ReadyMadeOptions {
  /** The list of { address, password }; made on the first call. */
  readonly file: string;
  /** The `dataDir` that the Prosody server will get. */
  readonly dataDir: string;
  readonly domain?: string;
  readonly passwordHash?: "SHA-1" | "SHA-256";
}

/** The three ready-made accounts, each other's contacts; to be called before Prosody starts. */
export function readyMadeAccounts(options: ReadyMadeOptions): Promise<readonly Account[]>;
