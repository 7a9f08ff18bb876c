import { Chat, connect, Phone, Roster } from "../api-draft.js";
import { startPage } from "./page.js";

startPage({
  connect,
  roster: (connection) => new Roster(connection),
  chat: (connection) => new Chat(connection),
  phone: (connection) => new Phone(connection),
});
