// ltx by the door through which xmpp.js takes it: elements that were received and elements that were built are then of
// one class, so that `getChildElements()` sees both, and a browser's bundle holds one copy and no parser.
export { default as Element } from "ltx/lib/Element.js";
