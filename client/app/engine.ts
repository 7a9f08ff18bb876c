import type { CallLog, Chat, Connection, Phone, Roster } from "../ui/engine.js";

/** What the page is driven by. `main.ts` gives it the real one; a test or a demonstration can give it another. */
export interface Engine {
  connect(options: { service: string; address: string; password: string; signal?: AbortSignal }): Promise<Connection>;
  roster(connection: Connection): Roster;
  chat(connection: Connection): Chat;
  phone(connection: Connection, roster: Roster): Phone;
  callLog(connection: Connection, phone: Phone): CallLog;
}

/** Everything that lives from sign-in to sign-out. */
export interface Session {
  /** Our bare JID. */
  readonly address: string;
  readonly connection: Connection;
  readonly roster: Roster;
  readonly chat: Chat;
  readonly phone: Phone;
  readonly callLog: CallLog;
}
