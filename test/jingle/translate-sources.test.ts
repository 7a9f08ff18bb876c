import { strict as assert } from "node:assert";
import { NS_MSID } from "#jingle/xep/0339.js";
import { sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  jingle,
  linesOf,
  OPUS,
  sdp,
  section,
  toJingle,
  toSdp,
} from "../support/translate.js";

const NS = "urn:xmpp:jingle:apps:rtp:ssma:0";
const OPUS_LINE = "a=rtpmap:111 opus/48000/2";

/** <source/>: `source(1, "cname=x", "msid=s t")`; a parameter without `=` has no value. */
function source(ssrc: number | string, ...parameters: readonly string[]): string {
  const inner = parameters.map((one) => {
    const equals = one.indexOf("=");
    if (equals < 0) return `<parameter name='${one}'/>`;
    return `<parameter name='${one.slice(0, equals)}' value='${one.slice(equals + 1)}'/>`;
  });
  return `<source xmlns='${NS}' ssrc='${ssrc}'>${inner.join("")}</source>`;
}

function sourceGroup(semantics: string, ...ssrcs: readonly number[]): string {
  const members = ssrcs.map((ssrc) => `<source ssrc='${ssrc}'/>`).join("");
  return `<ssrc-group xmlns='${NS}' semantics='${semantics}'>${members}</ssrc-group>`;
}

/** The a=ssrc, a=ssrc-group and a=msid lines of a content with this inside its description. */
function sources(inner: string, attributes = ""): readonly string[] {
  const lines = linesOf(jingle(content({ description: OPUS + inner, attributes })));
  return lines.filter((line) => /^a=(?:ssrc|ssrc-group|msid):/.test(line)).map((line) => line.slice(2));
}

function said(lines: readonly string[], peer = new Set<string>()): ReturnType<typeof toJingle> {
  return toJingle(sdp([section({ lines: [OPUS_LINE, ...lines] })]), { peer });
}

describe("map 5: sources", () => {
  it("u-1, u-2: a source and its attributes, both ways", () => {
    const element = said(["a=ssrc:1 cname:x", "a=ssrc:1 msid:s t", "a=msid:s t"]);
    assert.deepEqual(
      all(element, "source").map(({ attrs }) => attrs.ssrc),
      ["1"],
    );
    assert.deepEqual(attributesOf(all(element, "source")[0]!, "parameter"), [
      "name=cname value=x",
      "name=msid value=s t",
    ]);
    assert.deepEqual(sources(source(1, "cname=x", "msid=s t")), ["msid:s t", "ssrc:1 cname:x", "ssrc:1 msid:s t"]);
  });

  it("u-1: an SSRC is 1 ... 2^32-1", () => {
    const inner = [0, 1, 4294967295].map((ssrc) => source(ssrc, "cname=x")).join("");
    assert.deepEqual(sources(inner), ["msid:- 0", "ssrc:1 cname:x", "ssrc:4294967295 cname:x"]);
    assert.deepEqual(sources(source(4294967296, "cname=x") + source("x", "cname=x")), ["msid:- 0"]);
    assert.equal(all(said(["a=ssrc:0 cname:x", "a=ssrc:4294967296 cname:x"]), "source").length, 0);
  });

  it("u-2: the stream of the m-line goes into each source, for peers that know only this (Firefox)", () => {
    const element = said(["a=ssrc:1 cname:x", "a=ssrc:2 cname:x", "a=ssrc-group:FID 1 2", "a=msid:{s} {t}"]);
    const msids = all(element, "parameter").filter(({ attrs }) => attrs.name === "msid");
    assert.deepEqual(
      msids.map(({ attrs }) => attrs.value),
      ["{s} {t}", "{s} {t}"],
    );
    assert.ok(linesOf(element).includes("a=msid:{s} {t}"));
  });

  it("u-3: an attribute without a value is dropped, both ways", () => {
    assert.equal(all(said(["a=ssrc:1 odd", "a=ssrc:1 cname:", "a=ssrc:1"]), "source").length, 0);
    assert.deepEqual(sources(source(1, "odd", "cname=x", "label=")), ["msid:- 0", "ssrc:1 cname:x"]);
    assert.deepEqual(sources(source(1, "odd")), ["msid:- 0"]);
  });

  it("u-4: of sources that do not belong together the first stays", () => {
    assert.deepEqual(sources(source(1, "cname=x") + source(2, "cname=y")), ["msid:- 0", "ssrc:1 cname:x"]);
    const streams = source(1, "cname=x", "msid=s t") + source(2, "cname=x", "msid=s u");
    assert.deepEqual(sources(streams), ["msid:s t", "ssrc:1 cname:x", "ssrc:1 msid:s t"]);
  });

  it("u-4: those of a group, or of one cname and msid, stay; a missing cname is a sibling's", () => {
    const grouped = sourceGroup("FID", 1, 2) + source(1, "cname=x") + source(2, "label=l");
    assert.deepEqual(sources(grouped), [
      "msid:- 0",
      "ssrc-group:FID 1 2",
      "ssrc:1 cname:x",
      "ssrc:2 cname:x",
      "ssrc:2 label:l",
    ]);
    const alike = source(1, "cname=x") + source(2, "cname=x");
    assert.deepEqual(sources(alike), ["msid:- 0", "ssrc:1 cname:x", "ssrc:2 cname:x"]);
  });

  it("u-4: a group holds sources together whatever their names", () => {
    const grouped = sourceGroup("FID", 1, 2) + source(1, "cname=x") + source(2, "cname=y");
    assert.deepEqual(sources(grouped), ["msid:- 0", "ssrc-group:FID 1 2", "ssrc:1 cname:x", "ssrc:2 cname:y"]);
  });

  it("u-4: a lone source without cname is fine", () => {
    assert.deepEqual(sources(source(1, "msid=s t")), ["msid:s t", "ssrc:1 msid:s t"]);
  });

  it("u-5, u-6: groups keep the order of their sources, whatever their semantics", () => {
    for (const semantics of ["FID", "FEC-FR", "SIM"]) {
      const element = said([`a=ssrc-group:${semantics} 2 1`, "a=ssrc:1 cname:x", "a=ssrc:2 cname:x"]);
      assert.deepEqual(attributesOf(all(element, "ssrc-group")[0]!, "source"), ["ssrc=2", "ssrc=1"]);
      assert.deepEqual(valuesOf(linesOf(element), "a=ssrc-group:"), [`${semantics} 2 1`]);
    }
  });

  it("u-5: a group of sources that nobody describes is dropped", () => {
    assert.deepEqual(sources(sourceGroup("FID", 1, 3) + source(1, "cname=x")), ["msid:- 0", "ssrc:1 cname:x"]);
  });

  it("u-7: the attribute of XEP-0167 is the first source, and counts where there are no elements", () => {
    assert.equal(all(said(["a=ssrc:7 cname:x"]), "description")[0]!.attrs.ssrc, "7");
    const element = jingle(content());
    element.getChild("content")!.getChild("description")!.attrs.ssrc = "7";
    assert.deepEqual(valuesOf(linesOf(element), "a=ssrc:"), ["7 cname:7"]);
    const both = jingle(content({ description: OPUS + source(8, "cname=x") }));
    both.getChild("content")!.getChild("description")!.attrs.ssrc = "7";
    assert.deepEqual(valuesOf(linesOf(both), "a=ssrc:"), ["8 cname:x"]);
  });

  it("u-8: without sources the stream has an element for stanza only", () => {
    const lines = ["a=msid:s t"];
    assert.equal(all(said(lines), "stream").length, 0);
    const element = said(lines, new Set([NS_MSID]));
    assert.deepEqual(attributesOf(element, "stream"), ["id=s track=t"]);
    assert.ok(linesOf(element).includes("a=msid:s t"));
  });

  it("u-8: a sending section without a stream gets one of its own; one that does not send gets none", () => {
    assert.deepEqual(sources(""), ["msid:- 0"]);
    assert.deepEqual(sources("", "senders='responder'"), []);
    assert.deepEqual(sources("", "senders='none'"), []);
  });

  it("u-8: what is no stream id is dropped", () => {
    const bad = ["a b c", "a  b", "", "a\tb", "x".repeat(65), "a ", "ä b"];
    for (const msid of bad)
      assert.deepEqual(sources(source(1, "cname=x", `msid=${msid}`)), ["msid:- 0", "ssrc:1 cname:x"], msid);
  });

  it("u-9: no sources at all is fine", () => {
    const element = said([]);
    assert.equal(all(element, "source").length, 0);
    assert.deepEqual(valuesOf(linesOf(element), "a=ssrc:"), []);
  });

  it("u-10: of one SSRC in two contents the second is dropped", () => {
    const one = (name: string) => content({ name, description: OPUS + source(1, "cname=x") });
    const text = toSdp(jingle(one("0") + one("1")));
    const counts = [...sectionsOf(text).values()].map((lines) => valuesOf(lines, "a=ssrc:").length);
    assert.deepEqual(counts, [1, 0]);
  });

  it("i-1, i-2: rid and simulcast are not sent, nor fed to a browser", () => {
    const plain = said([]).toString();
    assert.equal(said(["a=rid:h send", "a=simulcast:send h;m;l"]).toString(), plain);
    const jitsi = `<source xmlns='${NS}' rid='h'/><rid-group xmlns='${NS}' semantics='SIM'/>`;
    assert.deepEqual(sources(jitsi), ["msid:- 0"]);
  });

  it("l-1: a=content is the category, both ways", () => {
    const element = said(["a=content:slides,main"]);
    assert.deepEqual(attributesOf(element, "category"), ["name=slides", "name=main"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=content:"), ["slides,main"]);
  });

  it("l-2: other labels are dropped", () => {
    const lines = ["a=x-google-flag:conference", "a=label:1", "a=framerate:30", "a=imageattr:* send [x=1]"];
    assert.equal(said(lines).toString(), said([]).toString());
  });
});
