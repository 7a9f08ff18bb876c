export type {
  Connection,
  ConnectionErrorCondition,
  ConnectionEvents,
  ConnectionStatus,
} from "./connection/connection.js";
export { ClosedEvent, ConnectionError, OnlineEvent, StanzaEvent } from "./connection/connection.js";
