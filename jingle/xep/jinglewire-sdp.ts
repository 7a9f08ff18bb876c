// urn:jinglewire:sdp:0: Lines of SDP that no XEP has a place for, version 0 (docs/decisions/private-element.md)
// Does: carries, between two of us, the listed lines of a section, each parsed and written anew.
// Does not: carry what a XEP has an element for; contradict one; go to anybody who does not announce it.
import { type Codec, open } from "../codec.js";

export const NS_SDP = "urn:jinglewire:sdp:0";
export const FEATURES = [NS_SDP] as const;

/**
 * `<sdp/>` in a content: one line of its text is one line of the section, without `a=`. Which lines may stand there, and
 * what each becomes, is in sdp-own-lines.ts; here they are the peer's words, unchecked.
 */
export const ownLines: Codec<readonly string[]> = {
  xmlns: NS_SDP,
  name: "sdp",
  read: (from) => from.getText().split("\n"),
  write(lines, parentNS) {
    return open(NS_SDP, "sdp", parentNS).t(lines.join("\n"));
  },
};
