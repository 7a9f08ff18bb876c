// The one door between the elements and the engine: elements import its types from here and nowhere else.
export type {
  Call,
  CallEnd,
  CallEntry,
  CallLog,
  CallOutcome,
  CallState,
  Chat,
  ChatMessage,
  Connection,
  Contact,
  Conversation,
  Emitter,
  EndReason,
  Phone,
  Presence,
  Roster,
} from "../index.js";
