export { Archive, type ArchivedMessage, type ArchivePage, type ArchiveRequest, PageEvent } from "./archive.js";
export { Call, type CallEnd, type CallState, type DeviceProblem, type EndReason } from "./call.js";
export { CallLog, type CallLogOptions } from "./call-log.js";
export type { CallEntry, CallOutcome } from "./call-record.js";
export { Chat, type ChatMessage, ChatMessageEvent, type ChatOptions, type Conversation } from "./chat.js";
export type {
  Connection,
  ConnectionErrorCondition,
  ConnectionEvents,
  ConnectionStatus,
} from "./connection/connection.js";
export { ClosedEvent, ConnectionError, OnlineEvent, StanzaEvent } from "./connection/connection.js";
export { fromXmppClient, type XmppClient } from "./connection/host.js";
export { type ConnectOptions, connect } from "./connection/xmpp.js";
export { callCapabilities } from "./disco.js";
export type { Emitter } from "./events.js";
export { MediaProblem, type MediaSource } from "./media.js";
export type { Memory } from "./memory.js";
export type { PeerConnectionFactory } from "./peer.js";
export { type CallOptions, IncomingEvent, Phone, type PhoneOptions, SentEvent } from "./phone.js";
export { type Contact, type Presence, Roster } from "./roster.js";
