import { strict as assert } from "node:assert";
import type { Element } from "ltx";
import { RemoteError } from "#jingle/errors.js";
import { jingleToSdp } from "#jingle/translate.js";
import { corpus } from "../support/corpus.js";
import { flatten, rich } from "../support/hostile.js";

const OFFER = corpus().find(({ title }) => title === "chrome/audio-video-data-offer")!.text;
const PREVIOUS = jingleToSdp(rich(), { role: "initiator", type: "offer" });

type Change = (element: Element) => unknown;
const first = (element: Element, name: string) => flatten(element).find((one) => one.getName() === name)!;
const say =
  (name: string, attribute: string, value: string | undefined): Change =>
  (element) => {
    if (value === undefined) delete first(element, name).attrs[attribute];
    else first(element, name).attrs[attribute] = value;
  };
const without =
  (name: string): Change =>
  (element) => {
    for (const one of flatten(element)) if (one.getName() === name) one.parent?.remove(one as never);
  };
const action = (word: string): Change => say("jingle", "action", word);

/** One change to an offer with everything in it, and what its sender hears; null where it costs that element alone. */
const OFFERS: readonly (readonly [string, Change, string | null])[] = [
  ["E6 no action", say("jingle", "action", undefined), "bad-request"],
  ["E6 an unknown action", action("session-dance"), "bad-request"],
  ["no sid", say("jingle", "sid", undefined), "bad-request"],
  ["E5 no name of a content", say("content", "name", undefined), "bad-request"],
  ["E5 a creator that is nobody", say("content", "creator", "server"), "bad-request"],
  ["E5 senders of another kind (Jitsi)", say("content", "senders", "rejected"), "bad-request"],
  ["E5 no media", say("description", "media", undefined), "bad-request"],
  ["E5 a payload id that is no number", say("payload-type", "id", "x"), "bad-request"],
  ["E5 a payload id below 0", say("payload-type", "id", "-1"), "bad-request"],
  ["E5 no ufrag", say("transport", "ufrag", undefined), "bad-request"],
  ["E5 a ufrag of three characters", say("transport", "ufrag", "abc"), "bad-request"],
  ["E5 a pwd with a line break", say("transport", "pwd", "0123456789\r\na=x:0123456789"), "bad-request"],
  ["E5 a setup that is none", say("fingerprint", "setup", "holdconn"), "bad-request"],
  ["no fingerprint", without("fingerprint"), "not-acceptable security-required"],
  ["a hash that nobody knows", say("fingerprint", "hash", "md5"), "not-acceptable security-required"],
  [
    "a fingerprint that is too short",
    (one) => first(one, "fingerprint").children.splice(0, 1, "AB:CD"),
    "not-acceptable security-required",
  ],
  ["another setup in a second fingerprint", secondFingerprint, "not-acceptable security-required"],
  [
    "no codec at all",
    (one) => {
      without("payload-type")(one);
      without("sctpmap")(one);
    },
    "not-acceptable",
  ],
  [
    "no description and no data channel",
    (one) => {
      without("description")(one);
      without("sctpmap")(one);
    },
    "not-acceptable",
  ],
  ["E4 a hundred and thirty contents", repeat("content", 130), "resource-constraint"],
  ["E4 three hundred candidates", repeat("candidate", 300), "resource-constraint"],
  ["E15 a candidate without a port", say("candidate", "port", undefined), null],
  ["E15 a candidate with two addresses", say("candidate", "ip", "10.0.0.1 10.0.0.2"), null],
  ["a source that is no number", say("source", "ssrc", "x"), null],
  ["an extension with a blank in its URI", say("rtp-hdrext", "uri", "a b"), null],
  ["a group of nothing", say("group", "semantics", ""), null],
  ["a name that is no mid", say("content", "name", "the audio content of this call"), null],
];

const OTHERS: readonly (readonly [string, Change, "answer" | "change", string])[] = [
  [
    "E16 an accepted content that was not offered",
    (one) => {
      action("session-accept")(one);
      say("content", "name", "9")(one);
    },
    "answer",
    "item-not-found",
  ],
  [
    "E16 a removed content that is not there",
    (one) => {
      action("content-remove")(one);
      say("content", "name", "9")(one);
    },
    "change",
    "item-not-found",
  ],
  [
    "E16 a modified content that is not there",
    (one) => {
      action("content-modify")(one);
      say("content", "name", "9")(one);
    },
    "change",
    "item-not-found",
  ],
  [
    "another media than offered",
    (one) => {
      action("session-accept")(one);
      say("description", "media", "video")(one);
    },
    "answer",
    "bad-request",
  ],
  [
    "new credentials that are none",
    (one) => {
      action("transport-info")(one);
      say("transport", "ufrag", "a b")(one);
    },
    "change",
    "bad-request",
  ],
];

describe("each malformed thing has its error of table E, or costs itself alone", () => {
  for (const [what, change, wanted] of OFFERS) {
    it(`${what}: ${wanted ?? "that element alone"}`, () => {
      const element = rich();
      change(element);
      assert.equal(
        heard(() => jingleToSdp(element, { role: "initiator", type: "offer" })),
        wanted,
      );
    });
  }
  for (const [what, change, type, wanted] of OTHERS) {
    it(`${what}: ${wanted}`, () => {
      const element = rich();
      change(element);
      const run = () =>
        type === "answer"
          ? jingleToSdp(element, { role: "responder", type: "answer", offer: OFFER })
          : jingleToSdp(element, { role: "initiator", type: "offer", previous: PREVIOUS });
      assert.equal(heard(run), wanted);
    });
  }
});

/** The words of the error, or null. */
function heard(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return error.application ? `${error.condition} ${error.application}` : error.condition;
  }
}

function secondFingerprint(element: Element): void {
  const { parent, attrs, children } = first(element, "fingerprint");
  parent!.c("fingerprint", { ...attrs, setup: "passive" }).t(String(children[0]));
}

function repeat(name: string, times: number): Change {
  return (element) => {
    const one = first(element, name);
    const { parent } = one;
    for (let i = 0; i < times; i++) parent!.children.push(one);
  };
}
