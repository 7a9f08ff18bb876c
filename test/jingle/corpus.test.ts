import { strict as assert } from "node:assert";
import { corpus } from "../support/corpus.js";
import { roundTrip, STRANGER } from "../support/round-trip.js";
import { keep } from "../support/schema.js";
import { isRejected, sectionsOf } from "../support/sdp.js";

/** What a stranger does not get, or gets in other words; each with the row of the map that says so. */
const LOST: readonly (readonly [RegExp, string])[] = [
  [/^c=/, "m-9"],
  [/^a=candidate:\S+ \d+ tcp /i, "t-12"],
  [/^a=candidate:\S+ 2 /, "t-13"],
  [/^a=end-of-candidates$/, "t-17"],
  [/^a=bundle-only$/, "m-5"],
  [/^a=rtcp:/, "r-3"],
  [/^a=rtcp-rsize$/, "r-4"],
  [/^a=rtcp-xr:/, "r-5"],
  [/^a=rid:/, "i-1"],
  [/^a=simulcast:/, "i-2"],
  [/^a=max-message-size:/, "k-2"],
];

/** Every description of a browser through Jingle text and back, as the first offer or answer of a call to a stranger. */
describe("the corpus of browsers' descriptions", () => {
  for (const sdp of corpus()) {
    for (const role of ["initiator", "responder"] as const) {
      it(`${sdp.title}, by the ${role}: what comes back lacks the listed lines only, and is valid on the way`, () => {
        const { xml, back } = roundTrip(sdp, role, STRANGER);
        // s-1 ... s-6: nothing that a section needs is at the session level.
        assert.match(back, /^v=0\r\no=- \d+ 1 IN IP4 127\.0\.0\.1\r\ns=-\r\nt=0 0\r\n(?:a=group:BUNDLE [\d ]+\r\n)?m=/);
        keep(`<iq type='set' id='1' from='romeo@example.org/1' to='juliet@example.org/1'>${xml}</iq>`);
        const before = sectionsOf(sdp.text);
        // What was stopped before is not in a first offer.
        if (sdp.type === "offer") for (const [mid, lines] of before) if (isRejected(lines)) before.delete(mid);
        const after = sectionsOf(back);
        assert.deepEqual([...after.keys()], [...before.keys()]);
        for (const [mid, lines] of before) assert.deepEqual(found(after.get(mid)!, lines), wanted(lines), `mid ${mid}`);
      });
    }
  }
});

function wanted(lines: readonly string[]): readonly string[] {
  if (isRejected(lines))
    return ["a=inactive", "m=rejected", ...lines.filter((line) => line.startsWith("a=mid:"))].sort();
  const isData = lines[0]!.startsWith("m=application");
  const ids = lines[0]!.split(" ").slice(3);
  const hasSources = lines.some((line) => line.startsWith("a=ssrc:"));
  return (
    lines
      .filter((line) => !LOST.some(([pattern]) => pattern.test(line)))
      // c-15: Firefox keeps the feedback of codecs that the application took out.
      .filter((line) => !line.startsWith("a=rtcp-fb:") || ids.includes(/\d+/.exec(line)![0]))
      // u-8: without sources only stanza has a place for it.
      .filter((line) => hasSources || !line.startsWith("a=msid:"))
      .filter((line) => !(isData && /^a=(?:sendrecv|extmap-allow-mixed)$/.test(line)))
      .map(normal)
      .sort()
  );
}

/** What came back, without what the map adds for the browser's sake. */
function found(lines: readonly string[], original: readonly string[]): readonly string[] {
  if (isRejected(lines)) {
    const rest = lines.slice(1).filter((line) => !line.startsWith("c="));
    return ["m=rejected", ...rest].sort();
  }
  const had = (pattern: RegExp) => original.some((line) => pattern.test(line));
  return (
    lines
      .filter((line) => !line.startsWith("c="))
      // u-2: peers read the stream from the sources, Firefox writes it on the m-line only.
      .filter((line) => had(/^a=ssrc:\d+ msid:/) || !/^a=ssrc:\d+ msid:/.test(line))
      // u-8: each sending section gets a stream.
      .filter((line) => (had(/^a=msid:/) && had(/^a=ssrc:/)) || !line.startsWith("a=msid:"))
      .map(normal)
      .sort()
  );
}

/** The same thing said in the same words (t-4, t-7, t-8, t-14, c-2, m-3). */
function normal(line: string): string {
  if (line.startsWith("m=")) return line.replace(/ \d+ /, " 9 ");
  if (line.startsWith("a=rtpmap:")) return line.replace(/\/1$/, "");
  if (!line.startsWith("a=candidate:")) return line;
  const plain = line.replace(/ network-(?:id|cost) \d+/g, "").replace(/ UDP /, " udp ");
  return / generation \d+$/.test(plain) ? plain : `${plain} generation 0`;
}
