import { CallLog, Chat, connect, Phone, Roster } from "../index.js";
import { memory } from "./local-memory.js";
import { startPage } from "./page.js";

startPage({
  connect,
  roster: (connection) => new Roster(connection),
  chat: (connection) => new Chat(connection, { memory }),
  phone: (connection, roster) => new Phone(connection, { roster }),
  callLog: (connection, phone) => new CallLog(connection, phone, { memory }),
});
