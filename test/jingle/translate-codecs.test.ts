import { strict as assert } from "node:assert";
import { RemoteError } from "#jingle/errors.js";
import { sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  group,
  jingle,
  linesOf,
  OPUS,
  sdp,
  section,
  toJingle,
  toSdp,
  video,
} from "../support/translate.js";

const VP8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";

/** The parameters of one payload type: `name=value`. */
function payload(id: number, inner: string, name = "opus"): string {
  return `<payload-type id='${id}' name='${name}' clockrate='${name === "opus" ? "48000" : "90000"}'>${inner}</payload-type>`;
}

function parameter(name: string, value: string): string {
  return `<parameter name='${name}' value='${value}'/>`;
}

/** The SDP lines of an audio content with this inside its description. */
function audio(description: string): readonly string[] {
  return linesOf(jingle(content({ description })));
}

function videoLines(description: string): readonly string[] {
  return linesOf(jingle(content({ name: "1", media: "video", description })));
}

function answered(offer: string, description: string, media = "audio"): readonly string[] {
  const accept = jingle(content({ media, description }), "session-accept");
  return linesOf(accept, { role: "responder", type: "answer", offer });
}

function said(lines: readonly string[], ids = "111"): string {
  return toJingle(sdp([section({ ids, lines })])).toString();
}

describe("map 3: codecs", () => {
  it("c-1: opus keeps its two channels, both ways", () => {
    const element = toJingle(sdp([section()]));
    assert.deepEqual(attributesOf(element, "payload-type"), ["id=111 name=opus clockrate=48000 channels=2"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=rtpmap:"), ["111 opus/48000/2"]);
  });

  it("c-2: one channel is the default, written or not (Firefox's G722)", () => {
    const element = toJingle(sdp([section({ ids: "9", lines: ["a=rtpmap:9 G722/8000/1"] })]));
    assert.deepEqual(attributesOf(element, "payload-type"), ["id=9 name=G722 clockrate=8000"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=rtpmap:"), ["9 G722/8000"]);
    const offer = sdp([section({ ids: "9", lines: ["a=rtpmap:9 G722/8000/1"] })]);
    assert.deepEqual(valuesOf(answered(offer, "<payload-type id='9' name='G722' clockrate='8000'/>"), "a=rtpmap:"), [
      "9 G722/8000",
    ]);
  });

  it("c-3: static types have name and clock rate of RFC 3551, where SDP or the peer leave them out", () => {
    const element = toJingle(sdp([section({ ids: "0 18 97", lines: [] })]));
    assert.deepEqual(attributesOf(element, "payload-type"), [
      "id=0 name=PCMU clockrate=8000",
      "id=18 name=G729 clockrate=8000",
    ]);
    const lines = audio("<payload-type id='18' name='G729'/><payload-type id='0'/><payload-type id='97'/>");
    assert.equal(lines[0], "m=audio 9 UDP/TLS/RTP/SAVPF 18 0");
    assert.deepEqual(valuesOf(lines, "a=rtpmap:"), ["18 G729/8000", "0 PCMU/8000"]);
  });

  it("c-4: names are kept as they are and compared in any case", () => {
    const offer = sdp([section()]);
    const lines = answered(offer, "<payload-type id='111' name='OPUS' clockrate='48000' channels='2'/>");
    assert.deepEqual(valuesOf(lines, "a=rtpmap:"), ["111 OPUS/48000/2"]);
  });

  it("c-5: fmtp becomes parameters, split at the first = and trimmed; written without blanks", () => {
    const fmtp = "a=fmtp:111 minptime=10; useinbandfec=1;sprop=Zz0=";
    const element = toJingle(sdp([section({ lines: [fmtp, "a=rtpmap:111 opus/48000/2"] })]));
    assert.deepEqual(attributesOf(element, "parameter"), [
      "name=minptime value=10",
      "name=useinbandfec value=1",
      "name=sprop value=Zz0=",
    ]);
    assert.deepEqual(valuesOf(linesOf(element), "a=fmtp:"), ["111 minptime=10;useinbandfec=1;sprop=Zz0="]);
  });

  it("c-6: a nameless value is a parameter with an empty name", () => {
    const lines = ["a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:111 opus/48000/2"];
    const element = toJingle(sdp([section({ ids: "111 63", lines })]));
    assert.deepEqual(attributesOf(element, "parameter"), ["name= value=111/111"]);
    assert.deepEqual(valuesOf(linesOf(element), "a=fmtp:"), ["63 111/111"]);
  });

  it("c-6: it is read as XEP-0517, stanza and peers without a name write it", () => {
    for (const one of [
      parameter("fmtp", "0-15"),
      "<parameter value='0-15'/>",
      "<parameter name='0-15'/>",
      parameter("0-15", ""),
    ]) {
      assert.deepEqual(valuesOf(audio(OPUS + payload(101, one)), "a=fmtp:"), ["101 0-15"], one);
    }
  });

  it("c-6: beside others it is not sent, for Conversations ends the call over it", () => {
    assert.doesNotMatch(said(["a=fmtp:111 stray;minptime=10", "a=rtpmap:111 opus/48000/2"]), /stray/);
  });

  it("c-5: a value cannot bring a second parameter along", () => {
    const opus = payload(111, parameter("minptime", "10;apt=96") + parameter("stereo", "1"));
    assert.deepEqual(valuesOf(audio(opus), "a=fmtp:"), ["111 stereo=1"]);
    assert.deepEqual(valuesOf(audio(payload(111, parameter("", "a;apt=96"))), "a=fmtp:"), []);
    assert.deepEqual(valuesOf(audio(payload(111, parameter("a;apt=96", ""))), "a=fmtp:"), []);
  });

  it("c-7, c-16: rtx is dropped where what it repairs is missing or gone", () => {
    const rtx = (id: number, apt?: string) => payload(id, apt === undefined ? "" : parameter("apt", apt), "rtx");
    const lines = videoLines(VP8 + rtx(97, "96") + rtx(98) + rtx(99, "100") + rtx(101, "97") + rtx(102, "x"));
    assert.equal(lines[0], "m=video 9 UDP/TLS/RTP/SAVPF 96 97");
    assert.deepEqual(valuesOf(lines, "a=fmtp:"), ["97 apt=96"]);
    const offer = sdp([
      video({
        mid: "0",
        ids: "96 97 98 99",
        lines: [
          "a=rtpmap:96 VP8/90000",
          "a=rtpmap:97 rtx/90000",
          "a=fmtp:97 apt=96",
          "a=rtpmap:98 VP9/90000",
          "a=rtpmap:99 rtx/90000",
          "a=fmtp:99 apt=98",
        ],
      }),
    ]);
    assert.equal(answered(offer, VP8 + rtx(97, "96") + rtx(99, "98"), "video")[0], "m=video 9 UDP/TLS/RTP/SAVPF 96 97");
  });

  it("c-8: Monal's underscores and decimal profile levels become what H264 wants", () => {
    const h264 = payload(102, parameter("packetization_mode", "1") + parameter("profile_level_id", "4382751"), "H264");
    assert.deepEqual(valuesOf(videoLines(h264), "a=fmtp:"), ["102 packetization-mode=1;profile-level-id=42e01f"]);
  });

  it("c-9: Monal's true and false become 1 and 0", () => {
    const opus = payload(
      111,
      parameter("useinbandfec", "true") + parameter("stereo", "false") + parameter("x", "true"),
    );
    assert.deepEqual(valuesOf(audio(opus), "a=fmtp:"), ["111 useinbandfec=1;stereo=0;x=true"]);
    const h264 = payload(102, parameter("level_asymmetry_allowed", "true"), "H264");
    assert.deepEqual(valuesOf(videoLines(h264), "a=fmtp:"), ["102 level-asymmetry-allowed=1"]);
  });

  it("c-10, c-11: ptime and maxptime are said of every payload type, and read as the smallest", () => {
    const lines = ["a=ptime:20", "a=maxptime:60", "a=rtpmap:111 opus/48000/2"];
    const element = toJingle(sdp([section({ ids: "111 0", lines })]));
    assert.deepEqual(
      all(element, "payload-type").map(({ attrs }) => [attrs.ptime, attrs.maxptime]),
      [
        ["20", "60"],
        ["20", "60"],
      ],
    );
    const back = audio(
      "<payload-type id='0' ptime='30' maxptime='60'/><payload-type id='8' ptime='20' maxptime='90'/>",
    );
    assert.deepEqual([...valuesOf(back, "a=ptime:"), ...valuesOf(back, "a=maxptime:")], ["20", "60"]);
  });

  it("c-10: Movim's ptime on the description is read", () => {
    const element = jingle(content());
    element.getChild("content")!.getChild("description")!.attrs.ptime = "40";
    assert.deepEqual(valuesOf(linesOf(element), "a=ptime:"), ["40"]);
  });

  it("c-12: an answer keeps the offered ids; a renumbered codec keeps a free id, or gets its own back", () => {
    const offer = sdp([section({ ids: "111 0" }), video()]);
    const opus = (id: number) => `<payload-type id='${id}' name='opus' clockrate='48000' channels='2'/>`;
    assert.deepEqual(valuesOf(answered(offer, opus(50)), "a=rtpmap:"), ["50 opus/48000/2"]);
    assert.deepEqual(valuesOf(answered(offer, opus(96)), "a=rtpmap:"), ["111 opus/48000/2"]);
    assert.deepEqual(valuesOf(answered(offer, opus(70)), "a=rtpmap:"), ["111 opus/48000/2"]);
  });

  it("c-12: a renumbered codec takes its rtx along", () => {
    const offer = sdp([
      section(),
      video({ mid: "1", ids: "96 97", lines: ["a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"] }),
    ]);
    const description = `<payload-type id='111' name='VP8' clockrate='90000'/>${payload(97, parameter("apt", "111"), "rtx")}`;
    const accept = jingle(content() + content({ name: "1", media: "video", description }), "session-accept");
    const answer = sectionsOf(toSdp(accept, { role: "responder", type: "answer", offer })).get("1")!;
    assert.equal(answer[0], "m=video 9 UDP/TLS/RTP/SAVPF 96 97");
    assert.deepEqual(valuesOf(answer, "a=fmtp:"), ["97 apt=96"]);
  });

  it("c-12: a codec that was not offered is dropped; where none is left the content is rejected, or the answer is", () => {
    const offer = sdp([section(), video()]);
    const speex = "<payload-type id='112' name='speex' clockrate='16000'/>";
    assert.deepEqual(valuesOf(answered(offer, OPUS + speex), "a=rtpmap:"), ["111 opus/48000/2"]);
    const isNoCodec = (error: unknown) =>
      error instanceof RemoteError && error.condition === "not-acceptable" && error.application === undefined;
    assert.throws(() => answered(offer, speex), isNoCodec);
    const both = jingle(
      content({ description: speex }) + content({ name: "1", media: "video", description: VP8 }),
      "session-accept",
    );
    const answer = sectionsOf(toSdp(both, { role: "responder", type: "answer", offer }));
    assert.deepEqual(
      [...answer.values()].map(([m]) => m!.slice(0, 9)),
      ["m=audio 0", "m=video 9"],
    );
  });

  it("c-13: ids that RTCP or seven bits do not leave are dropped", () => {
    const all = [63, 64, 72, 95, 127, 128, 255].map((id) => payload(id, "", "VP8")).join("");
    assert.equal(videoLines(all)[0], "m=video 9 UDP/TLS/RTP/SAVPF 63 127");
  });

  it("c-13: an id that is no number fails the whole action", () => {
    for (const id of ["", "x", "-1", "256", "1 2"]) {
      assert.throws(
        () => audio(`${OPUS}<payload-type id='${id}' name='opus'/>`),
        /^RemoteError: \/content\/description\/payload-type@id: not an integer in 0..255/,
      );
    }
  });

  it("c-14: of two codecs on one id the first stays, in a bundle across its sections", () => {
    assert.deepEqual(valuesOf(audio(OPUS + payload(111, "", "VP8")), "a=rtpmap:"), ["111 opus/48000/2"]);
    const clash =
      content() +
      content({
        name: "1",
        media: "video",
        description: `<payload-type id='111' name='H264' clockrate='90000'/>${VP8}`,
      });
    const ids = (inner: string) =>
      [...sectionsOf(toSdp(jingle(inner))).values()].map(([m]) => m!.split(" ").slice(3).join(" "));
    assert.deepEqual(ids(clash + group("0 1")), ["111", "96"]);
    assert.deepEqual(ids(clash), ["111", "111 96"]);
  });

  it("c-14: the same codec may be in two sections of a bundle", () => {
    const twice =
      content({ media: "video", description: VP8 }) + content({ name: "1", media: "video", description: VP8 });
    const text = toSdp(jingle(twice + group("0 1")));
    assert.deepEqual(
      [...sectionsOf(text).values()].map(([m]) => m),
      ["m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 96"],
    );
  });

  it("c-15: lines about an id that is not in the m-line are dropped", () => {
    const lines = ["a=rtcp-fb:96 nack", "a=fmtp:96 a=b", "a=rtpmap:96 VP8/90000", "a=rtpmap:111 opus/48000/2"];
    assert.equal(said(lines), said(["a=rtpmap:111 opus/48000/2"]));
  });

  it("c-16: rtx, red, ulpfec, flexfec, CN and telephone-event are codecs like any other", () => {
    const names = ["red", "ulpfec", "flexfec-03"];
    const description = VP8 + names.map((name, index) => payload(100 + index, "", name)).join("");
    assert.equal(videoLines(description)[0], "m=video 9 UDP/TLS/RTP/SAVPF 96 100 101 102");
    const others =
      "<payload-type id='13' name='CN' clockrate='8000'/><payload-type id='110' name='telephone-event' clockrate='48000'/>";
    assert.equal(audio(OPUS + others)[0], "m=audio 9 UDP/TLS/RTP/SAVPF 111 13 110");
  });
});
