import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Element, parse } from "ltx";
import { sectionsOf } from "../support/sdp.js";
import { needSpecVectors } from "../support/spec-vectors.js";
import {
  all,
  content,
  FINGERPRINT,
  group,
  jingle,
  linesOf,
  OPUS,
  sdp,
  section,
  toJingle,
  toSdp,
} from "../support/translate.js";

/** What the XEPs print twice, by the file of the Jingle; each converts into the other, in the place that it has in a call. */
const PAIRS: Readonly<Record<string, (fragment: Element, printed: readonly string[]) => void>> = {
  "xep-0167/c05-mapping-to-session-description-protocol.xml": sameDescription,
  "xep-0167/c07-mapping-to-session-description-protocol.xml": sameDescription,
  "xep-0167/c09-mapping-to-session-description-protocol.xml": sameDescription,
  "xep-0167/c11-mapping-to-session-description-protocol.xml": sameDescription,
  // t-22, t-23: media is DTLS-SRTP or it is not, so that neither gets across.
  "xep-0167/c13-negotiation-of-srtp.xml": (fragment, printed) => neither(fragment, printed, "description"),
  "xep-0262/c03-protocol.xml": (fragment, printed) => neither(fragment, printed, "description"),
  // The printed line is `a=setup:role`, and stands for each of them.
  "xep-0320/c05-protocol.xml": sameFingerprint,
  "xep-0338/c04-mapping-to-session-description-protocol.xml": sameGroup,
  "xep-0339/c04-the-ssrc-attribute.xml": sameSource,
};

describe("the XEPs' pairs of SDP and Jingle", () => {
  it("that are right are all here", function () {
    const folder = needSpecVectors(this);
    const { sdpPairs } = JSON.parse(readFileSync(join(folder, "examples/index.json"), "utf8"));
    const defects: readonly { readonly file: string }[] = JSON.parse(
      readFileSync(join(folder, "known-defects.json"), "utf8"),
    );
    const sound = sdpPairs
      .map(({ jingle }: { readonly jingle: string }) => jingle)
      .filter((file: string) => !defects.some((defect) => defect.file === file));
    assert.deepEqual(sound, Object.keys(PAIRS));
  });

  for (const [file, check] of Object.entries(PAIRS)) {
    it(`${file} and its SDP: each becomes the other`, function () {
      const examples = join(needSpecVectors(this), "examples");
      const { sdpPairs } = JSON.parse(readFileSync(join(examples, "index.json"), "utf8"));
      const pair = sdpPairs.find((one: { readonly jingle: string }) => one.jingle === file);
      const printed = readFileSync(join(examples, pair.sdp), "utf8").split("\r\n");
      check(
        parse(readFileSync(join(examples, file), "utf8")),
        printed.filter((line) => line !== ""),
      );
    });
  }
});

/** Comfort noise alone is no call: it stands beside this. */
const PCMU = parse("<payload-type id='0' name='PCMU' clockrate='8000'/>");

function sameDescription(description: Element, [m, ...lines]: readonly string[]): void {
  const media = description.attrs.media;
  const wanted = [...all(description, "payload-type")];
  if (wanted[0]!.attrs.name === "CN") wanted.push(PCMU);
  const inner = wanted.join("");
  const found = linesOf(jingle(content({ media, description: inner })));
  for (const line of lines) assert.ok(found.map(canonicalLine).includes(canonicalLine(line)), line);
  const [kind, port, profile, printed] = m!.slice("m=".length).split(" ");
  const ids = wanted.includes(PCMU) ? `${printed} 0` : printed!;
  assert.equal(found[0], `m=${media} 9 UDP/TLS/RTP/SAVPF ${ids}`);
  const said = toJingle(sdp([section({ m: `${kind} ${port} ${profile}`, ids, lines })]));
  assert.deepEqual(all(said, "payload-type").map(canonicalPayload), wanted.map(canonicalPayload));
}

/** 0167-03: the order of parameters has no meaning; c-5: blanks, and a ; at the end. */
function canonicalLine(line: string): string {
  if (!line.startsWith("a=fmtp:")) return line;
  const space = line.indexOf(" ");
  const parameters = line
    .slice(space + 1)
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return `${line.slice(0, space)} ${parameters.sort().join(";")}`;
}

/** c-3: the clock rate of a static type is in the table of RFC 3551. */
function canonicalPayload({ attrs, children }: Element): unknown {
  const { clockrate, ...rest } = attrs;
  const parameters = children.flatMap((one) =>
    typeof one === "string" ? [] : [`${one.attrs.name}=${one.attrs.value}`],
  );
  return { ...rest, ...(attrs.id === "13" ? {} : { clockrate }), parameters: parameters.sort() };
}

function neither(fragment: Element, printed: readonly string[], place: "description"): void {
  const plain = jingle(content());
  const element = jingle(content());
  element.getChild("content")!.getChild(place)!.cnode(fragment);
  assert.equal(toSdp(element), toSdp(plain));
  const lines = ["a=rtpmap:111 opus/48000/2"];
  assert.equal(
    toJingle(sdp([section({ lines: [...lines, ...printed] })])).toString(),
    toJingle(sdp([section({ lines })])).toString(),
  );
}

function sameFingerprint(fingerprint: Element, printed: readonly string[]): void {
  assert.deepEqual(printed, ["a=setup:role"]);
  const value = fingerprint.getText().trim();
  const lines = linesOf(jingle(content({ fingerprint: fingerprint.toString() })));
  const wanted = [`a=fingerprint:sha-256 ${value}`, `a=setup:${fingerprint.attrs.setup}`];
  assert.deepEqual(
    lines.filter((line) => /^a=(?:fingerprint|setup):/.test(line)),
    wanted,
  );
  const said = toJingle(sdp([section()]).replace(FINGERPRINT, value));
  const [found] = all(said, "fingerprint");
  assert.deepEqual([found!.attrs.hash, found!.attrs.setup, found!.getText()], ["sha-256", "actpass", value]);
}

function sameGroup(printedGroup: Element, [line]: readonly string[]): void {
  const names = ["voice", "webcam"];
  const contents = names.map((name) => content({ name })).join("");
  const element = jingle(contents + group(names.join(" ")));
  element.cnode(printedGroup);
  assert.ok(toSdp(element).split("\r\n").includes(line!));
  const text = sdp(
    names.map((mid) => section({ mid })),
    [line!],
  );
  assert.equal([...sectionsOf(text).keys()].join(), names.join());
  const said = all(toJingle(text), "group").find(({ attrs }) => attrs.semantics === "LS")!;
  assert.deepEqual(
    said.getChildElements().map(({ attrs }) => attrs.name),
    names,
  );
}

function sameSource(source: Element, lines: readonly string[]): void {
  const found = linesOf(jingle(content({ description: OPUS + source.toString() })));
  assert.deepEqual(
    found.filter((line) => line.startsWith("a=ssrc:")),
    lines,
  );
  const said = toJingle(sdp([section({ lines: ["a=rtpmap:111 opus/48000/2", ...lines] })]));
  const pairs = (element: Element) => element.getChildElements().map(({ attrs }) => [attrs.name, attrs.value]);
  const [one] = all(said, "source");
  assert.equal(one!.attrs.ssrc, source.attrs.ssrc);
  assert.deepEqual(pairs(one!), pairs(source));
}
