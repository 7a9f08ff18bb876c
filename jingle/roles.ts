// XEP-0166 §7.3, map d-1 ... d-7: senders is about the session's two parties, direction about one party's SDP
import { otherRole, type Role, type Senders } from "./xep/0166-words.js";

export type Direction = "inactive" | "recvonly" | "sendonly" | "sendrecv";

/** @param role the session role of the party whose SDP has the direction; nothing else matters (map d-6). */
export function directionToSenders(direction: string, role: Role): Senders {
  switch (direction) {
    case "sendonly":
      return role;
    case "recvonly":
      return otherRole(role);
    case "inactive":
      return "none";
    default:
      return "both";
  }
}

/** @param role the session role of the party whose SDP is written. */
export function sendersToDirection(senders: Senders, role: Role): Direction {
  switch (senders) {
    case "both":
      return "sendrecv";
    case "none":
      return "inactive";
    default:
      return senders === role ? "sendonly" : "recvonly";
  }
}

/** Map d-7: an answer never gives a party more than the offer did. */
export function clipSenders(answer: Senders, offer: Senders): Senders {
  if (answer === offer || offer === "both") return answer;
  // COMPAT(Movim): reads sendonly as "initiator" whoever it is, so a contradiction is the offer seen from behind.
  return answer === "none" || offer === "none" ? "none" : offer;
}
