import type { Call, CallEnd, CallEntry, CallState, EndReason, Presence } from "./engine.js";

/** The word that a call's status shows; "ended" is completed by `endStatus`. */
export const stateWords: Readonly<Record<CallState, string>> = {
  calling: "Calling",
  ringing: "Ringing",
  connecting: "Connecting",
  connected: "Connected",
  held: "On hold",
  reconnecting: "Reconnecting",
  ended: "Call ended",
};

export const presenceWords: Readonly<Record<Presence, string>> = {
  online: "Online",
  away: "Away",
  busy: "Busy",
  offline: "Offline",
};

// Every text of the elements, so that a language is one file; in parts, so that calls do not
// carry the chat's; what comes beside a call that runs is in in-call-words.ts.

/** The texts of the call elements. */
export const callWords = {
  // incoming call
  incoming: (name: string, video: boolean) => `Incoming ${video ? "video" : "audio"} call from ${name}`,
  wantsToCall: (video: boolean) => (video ? "wants to video-call you" : "is calling you"),
  accept: "Accept",
  acceptWithoutVideo: "Accept without video",
  decline: "Decline",
  isCalling: (name: string) => `${name} is calling`,

  // call stage
  callWith: (name: string) => `Call with ${name}`,
  callControls: "Call controls",
  mute: "Mute microphone",
  muteShort: "Mute",
  cameraOn: "Turn camera on",
  cameraOff: "Turn camera off",
  cameraShort: "Camera",
  hangUp: "Hang up",
  theirVideo: (name: string) => `${name}'s video`,
  yourVideo: "Your video",
  clickToHear: "Click to hear",
  callLength: "Call length",
  callAgain: "Call again",
  callBack: "Call back",
  sendAMessage: "Send a message",
  close: "Close",
  details: "Details",
  copy: "Copy",
  copied: "Copied",
  chatBesideCall: "Chat",
  backToCall: "Back to call",

  // call buttons
  audioCall: "Audio call",
  videoCall: "Video call",
  cannotTakeCalls: (name: string) => `${name}'s app cannot take calls`,
} as const;

/** The texts of the contacts and of conversations. */
export const chatWords = {
  // contacts
  accept: "Accept",
  contacts: "Contacts",
  searchContacts: "Search contacts",
  addContact: "Add contact",
  noContacts: "Nobody here yet.",
  noContactsHint: "Add someone by their address to chat and call.",
  nothingFound: (text: string) => `No contact matches “${text}”.`,
  contactRequests: "Contact requests",
  wantsToBeContact: "would like to be your contact",
  acceptRequest: (address: string) => `Accept ${address}`,
  refuse: "Refuse",
  refuseRequest: (address: string) => `Refuse ${address}`,
  waitingForApproval: "Waiting for their answer",
  notAContact: "Not in your contacts",
  news: (unread: number, missed: number) =>
    [unread && counted(unread, "unread message"), missed && counted(missed, "missed call")].filter(Boolean).join(", "),

  // conversation
  conversationWith: (name: string) => `Conversation with ${name}`,
  messages: "Messages",
  message: "Message",
  messageTo: (name: string) => `Message ${name}`,
  send: "Send",
  back: "Back",
  earlierMessages: "Earlier messages",
  archiveSilent: "Earlier messages could not be loaded.",
  newestMessages: "Newest messages",
  noMessages: (name: string) => `No messages with ${name} yet.`,
  today: "Today",
  yesterday: "Yesterday",
  notSent: "Not sent",
  sendAgain: "Send again",
  youSaid: "You:",
  theySaid: (name: string) => `${name}:`,
  callBack: "Call back",
  callAgain: "Call again",
  incomingCall: "Incoming:",
  outgoingCall: "Outgoing:",
  contactOptions: "Contact options",
  rename: "Rename…",
  remove: "Remove contact…",
} as const;

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** What became of a call, as its entry in the conversation says it: "Missed video call", "Audio call, 3 min 12 s". */
export function entryWords({ outcome, video, duration }: CallEntry): string {
  const kind = video ? "video call" : "audio call";
  const long = duration === null ? "" : `, ${durationWords(duration)}`;
  switch (outcome) {
    case "answered":
      return `${capital(kind)}${long}`;
    case "answered-elsewhere":
      return `Answered on another device${long}`;
    case "missed":
      return `Missed ${kind}`;
    case "pending":
      return capital(kind);
    default:
      return entryOutcomes[outcome];
  }
}

const entryOutcomes: Readonly<Record<"declined" | "busy" | "no-answer" | "cancelled" | "failed", string>> = {
  declined: "Declined",
  busy: "Busy",
  "no-answer": "No answer",
  cancelled: "Cancelled",
  failed: "Could not connect",
};

/** "1 h 2 min", "3 min 12 s", "45 s" */
function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = h > 0 ? [`${h} h`, min && `${min} min`] : [min && `${min} min`, (s || !min) && `${s} s`];
  return parts.filter(Boolean).join(" ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the status says of an ended call: "Call ended", and the reason in words where there is one to tell. */
export function endStatus(call: Call, name: string): string {
  const reason = wasMissed(call) ? "missed" : call.end && endReasonWords(call.end, name);
  return reason ? `${stateWords.ended}: ${reason}` : stateWords.ended;
}

/** Why the call ended, in one sentence, with the cure where there is one; empty when there is nothing to explain. */
export function endSentence(call: Call, name: string): string {
  if (!call.end) return "";
  const { reason, by } = call.end;
  if (wasMissed(call)) return `You missed a call from ${name}.`;
  if ((reason === "declined" || reason === "cancelled" || reason === "busy") && by === "us") return "";
  return endSentences[reason](name, call.video);
}

function wasMissed({ direction, end }: Call): boolean {
  return direction === "incoming" && (end?.reason === "cancelled" || end?.reason === "no-answer");
}

function endReasonWords({ reason, by }: CallEnd, name: string): string {
  if (reason === "hung-up") return by === "them" ? `${name} hung up` : "";
  return endReasons[reason];
}

const endReasons: Readonly<Record<Exclude<EndReason, "hung-up">, string>> = {
  declined: "declined",
  busy: "busy",
  "no-answer": "no answer",
  cancelled: "cancelled",
  "answered-elsewhere": "answered on another device",
  "declined-elsewhere": "declined on another device",
  "connection-lost": "connection lost",
  unsupported: "not supported",
  "security-error": "not secure",
  "microphone-blocked": "microphone blocked",
  "no-device": "no microphone found",
  "insecure-page": "page not secure",
  "not-loaded": "page incomplete",
  unreachable: "not reachable",
  failed: "could not connect",
};

const endSentences: Readonly<Record<EndReason, (name: string, video: boolean) => string>> = {
  "hung-up": () => "",
  declined: (name) => `${name} declined the call.`,
  busy: (name) => `${name} is in another call.`,
  "no-answer": (name) => `${name} didn't answer.`,
  cancelled: () => "",
  "answered-elsewhere": () => "You answered on another device.",
  "declined-elsewhere": () => "You declined on another device.",
  "connection-lost": (name) => `The connection to ${name} was lost.`,
  unsupported: (name) => `${name}'s app cannot take this call.`,
  "security-error": () => "The call could not be encrypted safely, so it was ended.",
  "microphone-blocked": (_, video) =>
    `Your microphone${video ? " or camera" : ""} is blocked. Allow it in the address bar, then call again.`,
  "no-device": (_, video) => `No microphone${video ? " or camera" : ""} was found. Plug one in, then call again.`,
  "insecure-page": () => "Calls need a secure page. Open this one through https:// or http://localhost.",
  "not-loaded": () => "A part of this page could not be loaded. Check your network, then reload the page.",
  unreachable: (name) => `${name} cannot be reached right now.`,
  failed: (name) => `The call to ${name} could not be connected.`,
};
