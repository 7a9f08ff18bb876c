export { Avatar } from "./avatar.js";
export { CallStage } from "./call.js";
export { CallButton } from "./call-button.js";
export { Calls } from "./calls.js";
export { ConversationView } from "./conversation.js";
export {
  ContactEvent,
  DismissCallEvent,
  LeaveConversationEvent,
  OpenConversationEvent,
  StartCallEvent,
  ToggleChatEvent,
} from "./events.js";
export { IncomingCall } from "./incoming.js";
export { RosterList } from "./roster.js";
export { CallTones, type Tone } from "./tones.js";
