// What the translator is compared with. They are run here, and nothing else: nothing of theirs is in the project.
import sdpJingleJson from "sdp-jingle-json";
import { exportToSDP, importFromSDP } from "stanza/jingle/sdp/Intermediate.js";
import { convertIntermediateToRequest, convertRequestToIntermediate } from "stanza/jingle/sdp/Protocol.js";
import { parse, Registry } from "stanza/jxt/index.js";
import protocol from "stanza/protocol/index.js";

const ICE_UDP = "urn:xmpp:jingle:transports:ice-udp:1";
const registry = new Registry();
registry.define(protocol.default ?? protocol);

export const stanza = {
  out(sdp) {
    const request = convertIntermediateToRequest(importFromSDP(sdp), "initiator", ICE_UDP);
    return registry.export("iq.jingle", { ...request, action: "session-initiate", sid: "s1" }).toString();
  },
  in: (xml) => exportToSDP(convertRequestToIntermediate(registry.import(parse(xml)), "responder")),
};

/** It writes and reads JSON, and leaves the XML to others. */
export const json = {
  out: (sdp) => JSON.stringify(sdpJingleJson.toOutgoingJSONOffer(sdp)),
  in: (text) => sdpJingleJson.toIncomingSDPOffer(JSON.parse(text)),
};
