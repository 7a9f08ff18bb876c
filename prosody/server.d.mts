import type { Contact } from "./accounts.mjs";
import type { Obtained } from "./obtain.mjs";

export interface ProsodyOptions {
  /** Data, log and accounts live below it; made when missing. */
  readonly dataDir: string;
  readonly obtained: Obtained;
  /** The XMPP domain that it serves, the component's being call.DOMAIN; default "localhost". */
  readonly domain?: string;
  /** The hash that accounts are stored with, hence the one SCRAM mechanism offered; default "SHA-256". */
  readonly passwordHash?: "SHA-1" | "SHA-256";
  /** How long a lost stream may be resumed (XEP-0198), in seconds; default 60. */
  readonly hibernation?: number;
  /** What the component proves itself with; default: a random one. */
  readonly componentSecret?: string;
  /** Default "info"; "debug" writes a great deal. */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** Given, it talks with other servers over TLS; without, it has no port for them. */
  readonly federation?: {
    /** A folder with DOMAIN.crt and DOMAIN.key. */
    readonly certificates: string;
    /** The file with the authority that must have signed other servers' certificates. */
    readonly authority: string;
  };
  /** More variables for prosody.cfg.lua; README.md lists them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Stops a server that is still starting. */
  readonly signal?: AbortSignal;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

export interface ProsodyServer {
  /** With its version, such as "Prosody 0.12.3". */
  readonly name: string;
  /** Serves /xmpp-websocket and /http-bind. */
  readonly httpPort: number;
  /** Plain TCP client port: SCRAM, no TLS. */
  readonly c2sPort: number;
  /** Where other servers connect to, if they may. */
  readonly s2sPort: number | null;
  /** Plain TCP port for the component (XEP-0114). */
  readonly componentPort: number;
  /** The component's address. */
  readonly componentDomain: string;
  readonly componentSecret: string;
  readonly domain: string;
  readonly pid: number;
  /** As Prosody says it, such as "0.12.3". */
  readonly version: string;
  readonly logFile: string;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<Ended>;
  /**
   * Makes an account or changes its password. `contacts`, subscribed both ways on this side only, may be given before
   * the account is first used; Prosody keeps a roster that it has read.
   */
  register(user: string, password: string, contacts?: readonly Contact[]): Promise<void>;
  /** Ends it in an orderly way; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<Ended>;
}

/** Starts a Prosody of its own on free ports of loopback; resolves when its ports are open. */
export function startProsody(options: ProsodyOptions): Promise<ProsodyServer>;

/** Why a version of Prosody, such as "0.11.9", will not do: a sentence, or null when it will. */
export function prosodyTooOld(version: string): string | null;
