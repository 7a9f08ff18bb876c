import { Chat, connect, Phone, Roster } from "../index.js";
import { startPage } from "./page.js";

startPage({
  connect,
  roster: (connection) => new Roster(connection),
  chat: (connection) => new Chat(connection),
  phone: (connection, roster) => new Phone(connection, { roster }),
});
