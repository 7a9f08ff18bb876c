// What a page needs that shows calls and nothing else.
export { CallStage } from "#client/ui/call.js";
export { CallButton } from "#client/ui/call-button.js";
export { Calls } from "#client/ui/calls.js";
export { IncomingCall } from "#client/ui/incoming.js";
export { CallTones } from "#client/ui/tones.js";
