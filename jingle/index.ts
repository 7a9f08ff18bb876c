export { backOff } from "./back-off.js";
export { type ContentName, ContentNames, type Description, fingerprintKey } from "./description.js";
export { type JingleCondition, LocalError, RemoteError, type StanzaCondition } from "./errors.js";
export { bareJid, domainOf, normaliseJid, resourceOf, sameAccount } from "./jid.js";
export type { Limits } from "./limits.js";
export { drive, type Machine, type Ports, type Timeout } from "./machine.js";
export {
  type Attempt,
  type InitiationEnd,
  type InitiationEvent,
  type InitiationInput,
  type InitiationOutput,
  MessageInitiation,
  type MessageInitiationOptions,
} from "./message-initiation.js";
export {
  actionOf,
  type ManagerInput,
  type ManagerOutput,
  SessionManager,
  type SessionManagerOptions,
} from "./session-manager.js";
export type {
  Session,
  SessionEvent,
  SessionLimits,
  SessionState,
  SessionTimes,
  SignalledContent,
} from "./session-state.js";
export { errorOf, readError, resultOf, type StanzaError, xml } from "./stanza.js";
export { describe, jingleToSdp, sdpToJingle, toCandidates, toSdp, trickle } from "./translate.js";
export {
  type DiscoInfo,
  type DiscoItems,
  discoInfo,
  discoItems,
  type Identity,
  type Item,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
} from "./xep/0030.js";
export { NS_VERSION, type Version, version } from "./xep/0092.js";
export { type Caps, caps, capsText, NS_CAPS } from "./xep/0115.js";
export {
  type Action,
  type Content,
  type Jingle,
  jingle,
  NS_JINGLE,
  type Reason,
  type ReasonCondition,
  type Role,
  type Senders,
} from "./xep/0166.js";
export { NS_RTP, type SessionInfo, writeSessionInfo } from "./xep/0167.js";
export { NS_PING, ping } from "./xep/0199.js";
export {
  credentials as serviceCredentials,
  type ExternalService,
  type ExternalServices,
  expiryOf,
  type IceServer,
  merge as mergeServices,
  NS_EXTDISCO,
  readPush,
  services as externalServices,
  toIceServers,
  wantsCredentials,
} from "./xep/0215.js";
export {
  isTransferred,
  NS_TRANSFER,
  readTransfer,
  TRANSFER_FEATURES,
  type Transfer,
  transfer,
  transferOf,
  transferredReason,
} from "./xep/0251.js";
export {
  type ArchiveEnd,
  type ArchiveQuery,
  type ArchiveResult,
  NS_MAM,
  readArchiveEnd,
  readArchiveQuery,
  readArchiveResult,
  writeArchiveEnd,
  writeArchiveQuery,
  writeArchiveResult,
} from "./xep/0313.js";
export { type JingleMessage, NS_JINGLE_MESSAGE } from "./xep/0353.js";
export { FEATURES } from "./xep/index.js";
