import { strict as assert } from "node:assert";
import { ContentNames, fingerprintKey } from "#jingle/description.js";
import { RemoteError } from "#jingle/errors.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { sectionsOf, valuesOf } from "../support/sdp.js";
import {
  all,
  attributesOf,
  content,
  FINGERPRINT,
  fingerprintXml,
  group,
  jingle,
  linesOf,
  PWD,
  sdp,
  section,
  toJingle,
  toSdp,
  UFRAG,
  video,
} from "../support/translate.js";

const VP8 = "<payload-type id='96' name='VP8' clockrate='90000'/>";
const CANDIDATE =
  "<candidate component='1' foundation='1' ip='10.0.0.1' port='9' priority='1' protocol='udp' type='host'/>";

function isRemote(condition: string, application?: string) {
  return (error: unknown) =>
    error instanceof RemoteError && error.condition === condition && error.application === application;
}
const isInsecure = isRemote("not-acceptable", "security-required");

describe("map 7: ICE and DTLS", () => {
  it("t-1: ufrag and pwd are in each content, both ways", () => {
    const element = toJingle(sdp([section(), video()]));
    assert.deepEqual(attributesOf(element, "transport"), [`ufrag=${UFRAG} pwd=${PWD}`, `ufrag=${UFRAG} pwd=${PWD}`]);
    for (const lines of sectionsOf(toSdp(element)).values()) {
      assert.deepEqual([...valuesOf(lines, "a=ice-ufrag:"), ...valuesOf(lines, "a=ice-pwd:")], [UFRAG, PWD]);
    }
  });

  it("t-1: what both browsers refuse fails the content as bad-request", () => {
    const bad = [
      "ufrag='abc'",
      "ufrag=''",
      "ufrag='ab cd'",
      "ufrag='abcd&#13;&#10;a=x'",
      "ufrag='abcé'",
      `ufrag='${"x".repeat(257)}'`,
    ];
    for (const ufrag of bad) {
      assert.throws(
        () => toSdp(jingle(content({ credentials: `${ufrag} pwd='${PWD}'` }))),
        isRemote("bad-request"),
        ufrag,
      );
    }
    for (const pwd of ["pwd='short'", "", `pwd='${PWD} '`, `pwd='${PWD}&#10;'`]) {
      assert.throws(
        () => toSdp(jingle(content({ credentials: `ufrag='${UFRAG}' ${pwd}` }))),
        isRemote("bad-request"),
        pwd,
      );
    }
  });

  it("t-2: an empty transport in a bundle has what the first content of the group has", () => {
    const stub = content({ name: "1", media: "video", description: VP8, credentials: "", fingerprint: "" });
    const [first, second] = sectionsOf(toSdp(jingle(content() + stub + group("0 1")))).values();
    const transport = (lines: readonly string[]) => lines.filter((line) => /^a=(?:ice-|fingerprint|setup)/.test(line));
    assert.deepEqual(transport(second!), transport(first!));
    assert.throws(() => toSdp(jingle(content() + stub)), isInsecure);
  });

  it("t-2: the first content may be one of before (Conversations' content-add)", () => {
    const names = new ContentNames();
    const previous = toSdp(jingle(content({ fingerprint: fingerprintXml(undefined, "active") }) + group("0")), {
      names,
    });
    const stub = content({ name: "1", media: "video", description: VP8, credentials: "", fingerprint: "" });
    const text = toSdp(jingle(stub + group("0 1"), "content-add"), { previous, names });
    assert.deepEqual(
      [...sectionsOf(text).values()].map((lines) => valuesOf(lines, "a=setup:").join()),
      ["actpass", "actpass"],
    );
    assert.deepEqual(valuesOf(sectionsOf(text).get("1")!, "a=ice-ufrag:"), [UFRAG]);
  });

  it("t-2: the first content is the first that lives", () => {
    const names = new ContentNames();
    const other = content({ name: "1", credentials: `ufrag='next' pwd='${PWD}'` });
    const first = toSdp(jingle(content() + other + group("0 1")), { names });
    const previous = toSdp(jingle("<content name='0'/>", "content-remove"), { previous: first, names });
    const stub = content({ name: "2", credentials: "", fingerprint: "" });
    const text = toSdp(jingle(stub + group("0 1 2"), "content-add"), { previous, names });
    assert.deepEqual(valuesOf(sectionsOf(text).get("2")!, "a=ice-ufrag:"), ["next"]);
  });

  it("t-3: trickle is always written, renomination only where both sides know it", () => {
    const options = "a=ice-options:trickle renomination ice2";
    const lines = section().map((line) => (line.startsWith("a=ice-options:") ? options : line));
    const element = toJingle(sdp([lines]));
    assert.equal(all(element, "trickle").length + all(element, "renomination").length, 2);
    assert.ok(linesOf(element).includes("a=ice-options:trickle renomination"));
    assert.ok(linesOf(jingle(content())).includes("a=ice-options:trickle"));
    const answer = { role: "responder", type: "answer" } as const;
    element.attrs.action = "session-accept";
    assert.ok(linesOf(element, { ...answer, offer: sdp([section()]) }).includes("a=ice-options:trickle"));
    assert.ok(linesOf(element, { ...answer, offer: sdp([lines]) }).includes(options.replace(" ice2", "")));
  });

  it("t-4: each fingerprint is an element in each transport", () => {
    const two = section().flatMap((line) =>
      line.startsWith("a=fingerprint:") ? [line, "a=fingerprint:SHA-1 ab:cd"] : [line],
    );
    const element = toJingle(sdp([two]));
    assert.deepEqual(attributesOf(element, "fingerprint"), ["hash=sha-256 setup=actpass", "hash=sha-1 setup=actpass"]);
    assert.equal(all(element, "fingerprint")[1]!.getText(), "AB:CD");
  });

  it("t-4, 0320-01, 0320-08: padding, lower case and an upper-case hash are put right", () => {
    const padded = fingerprintXml(`\n  ${FINGERPRINT.toLowerCase()} \n`, "actpass", "SHA-256");
    assert.deepEqual(valuesOf(linesOf(jingle(content({ fingerprint: padded }))), "a=fingerprint:"), [
      `sha-256 ${FINGERPRINT}`,
    ]);
  });

  it("t-4, 0320-06: every known hash is passed on, an unknown one is not an error", () => {
    const hex = (bytes: number) => Array.from({ length: bytes }, () => "AB").join(":");
    const several =
      fingerprintXml() +
      fingerprintXml(hex(64), "actpass", "sha-512") +
      fingerprintXml(hex(20), "actpass", "sha-1") +
      fingerprintXml("00", "actpass", "sha3-9");
    const written = valuesOf(linesOf(jingle(content({ fingerprint: several }))), "a=fingerprint:");
    assert.deepEqual(
      written.map((line) => line.split(" ")[0]),
      ["sha-256", "sha-512", "sha-1"],
    );
  });

  it("0167-10, t-4, t-22: no fingerprint, or none that proves anything, ends in security-required", () => {
    const sdes =
      "<encryption><crypto tag='1' crypto-suite='AES_CM_128_HMAC_SHA1_80' key-params='inline:x'/></encryption>";
    const hex = (bytes: number) => Array.from({ length: bytes }, () => "AB").join(":");
    const bad = [
      "",
      fingerprintXml(hex(20), "actpass", "sha-1"),
      fingerprintXml(hex(16), "actpass", "md5"),
      fingerprintXml(""),
      fingerprintXml(`${FINGERPRINT}:AB`),
      fingerprintXml(FINGERPRINT.replace("3B", "XX")),
      fingerprintXml(FINGERPRINT.replace(":", " ")),
    ];
    for (const fingerprint of bad) {
      assert.throws(() => toSdp(jingle(content({ fingerprint }))), isInsecure, fingerprint);
      const accept = jingle(content({ fingerprint }), "session-accept");
      assert.throws(() => toSdp(accept, { role: "responder", type: "answer", offer: sdp([section()]) }), isInsecure);
    }
    const description = `<payload-type id='0' name='PCMU' clockrate='8000'/>${sdes}`;
    assert.throws(() => toSdp(jingle(content({ fingerprint: "", description }))), isInsecure);
    assert.doesNotMatch(toSdp(jingle(content({ description }))), /crypto/);
  });

  it("0320-07: a fingerprint that changes is seen, whatever its case and order", () => {
    const key = (fingerprint: string) => fingerprintKey(codec.read(jingle(content({ fingerprint }))).contents[0]!);
    const other = fingerprintXml("AB:CD", "actpass", "sha-512");
    assert.equal(
      key(fingerprintXml() + other),
      key(other + fingerprintXml(FINGERPRINT.toLowerCase(), "active", "SHA-256")),
    );
    assert.notEqual(key(fingerprintXml()), key(other));
    assert.notEqual(key(fingerprintXml()), key(fingerprintXml() + other));
    assert.equal(key(""), undefined);
  });

  it("t-5: a=setup is said in every fingerprint; two that differ are an attack or a mistake", () => {
    assert.throws(
      () => toSdp(jingle(content({ fingerprint: fingerprintXml() + fingerprintXml(undefined, "active") }))),
      isInsecure,
    );
    assert.throws(
      () => toSdp(jingle(content({ fingerprint: fingerprintXml(undefined, "holdconn") }))),
      isRemote("bad-request"),
    );
  });

  it("t-5, t-6: an offer says actpass where the peer says nothing, an answer active, and never actpass", () => {
    const setup = (said: string, options = {}, action = "session-initiate") =>
      valuesOf(
        linesOf(jingle(content({ fingerprint: fingerprintXml(undefined, said) }), action), options),
        "a=setup:",
      ).join();
    assert.equal(setup(""), "actpass");
    const answer = (said: string, offered = "actpass") => {
      const offer = sdp([section()]).replace("a=setup:actpass", `a=setup:${offered}`);
      return setup(said, { role: "responder", type: "answer", offer }, "session-accept");
    };
    assert.deepEqual(
      ["", "actpass", "active", "passive"].map((said) => answer(said)),
      ["active", "active", "active", "passive"],
    );
    assert.deepEqual(
      ["active", "passive"].map((offered) => answer("actpass", offered)),
      ["passive", "active"],
    );
  });

  it("t-6: the role of the first answer stays, whoever offers later", () => {
    const names = new ContentNames();
    const offer = sdp([section()]);
    const accept = (setup: string) =>
      jingle(content({ fingerprint: fingerprintXml(undefined, setup) }), "session-accept");
    const previous = toSdp(accept("passive"), { role: "responder", type: "answer", offer, names });
    const setup = (text: string) => /a=setup:(\w+)/.exec(text)![1];
    assert.equal(setup(previous), "passive");
    const reoffer = toSdp(jingle("", "transport-info"), { role: "responder", type: "offer", previous, names });
    assert.equal(setup(reoffer), "actpass");
    const info = jingle(
      content({ media: null, fingerprint: "", credentials: `ufrag='next' pwd='${PWD}'`, transport: CANDIDATE }),
      "transport-info",
    );
    const restarted = toSdp(info, { role: "responder", type: "answer", offer, previous: reoffer, names });
    assert.equal(setup(restarted), "passive");
  });

  it("t-7, t-8, t-9, t-12, t-13, t-14: candidates of a description, both ways", () => {
    const lines = [
      "a=candidate:1 1 UDP 7 10.0.0.1 9 typ host network-id 1",
      "a=candidate:2 1 tcp 6 10.0.0.1 9 typ host tcptype active",
      "a=candidate:1 2 udp 5 10.0.0.1 10 typ host",
      "a=candidate:bad",
      "a=ice-lite",
      "a=remote-candidates:1 10.0.0.2 9",
      "a=rtpmap:111 opus/48000/2",
    ];
    const element = toJingle(sdp([section({ lines })]));
    const [found, ...others] = all(element, "candidate");
    assert.equal(others.length, 0);
    const { id, ...fields } = found!.attrs;
    assert.match(id, /^c[a-z0-9]+$/);
    assert.deepEqual(fields, {
      component: "1",
      foundation: "1",
      generation: "0",
      ip: "10.0.0.1",
      port: "9",
      priority: "7",
      protocol: "udp",
      type: "host",
    });
    assert.deepEqual(valuesOf(linesOf(element), "a=candidate:"), ["1 1 udp 7 10.0.0.1 9 typ host generation 0"]);
  });

  it("t-8, t-11: what peers leave out has a default, what they misspell is read (stanza, Monal, Conversations)", () => {
    const loose =
      "<candidate component='1' foundation='1' id='7' ip='10.0.0.1' port='9' priority='1' protocol='UDP' rel_addr='0.0.0.0' rel_port='0'/>";
    assert.deepEqual(valuesOf(linesOf(jingle(content({ transport: loose }))), "a=candidate:"), [
      "1 1 udp 1 10.0.0.1 9 typ host raddr 0.0.0.0 rport 0 generation 0",
    ]);
  });

  it("t-12, t-13: a bad candidate, tcp without tcptype and component 2 are dropped, not the call", () => {
    const bad = [
      "component='2'",
      "protocol='tcp'",
      "port='x'",
      "port='70000'",
      "ip='1 2'",
      "type='odd'",
      "foundation='a b'",
      "priority='-1'",
    ];
    const xml = bad.map((one) => CANDIDATE.replace(new RegExp(`${one.split("=")[0]}='[^']*'`), one)).join("");
    assert.deepEqual(valuesOf(linesOf(jingle(content({ transport: xml + CANDIDATE }))), "a=candidate:"), [
      "1 1 udp 1 10.0.0.1 9 typ host generation 0",
    ]);
  });

  it("t-17: the end of candidates is said to peers of ice:0 only", () => {
    const lines = ["a=end-of-candidates", "a=rtpmap:111 opus/48000/2"];
    const said = (peer: ReadonlySet<string> | undefined) =>
      all(toJingle(sdp([section({ lines })]), { peer }), "gathering-complete").length;
    assert.deepEqual(
      [said(new Set()), said(new Set(["urn:xmpp:jingle:transports:ice:0"])), said(undefined)],
      [0, 1, 1],
    );
    assert.ok(linesOf(jingle(content({ transport: "<gathering-complete/>" }))).includes("a=end-of-candidates"));
  });

  it("t-22, t-23: a=crypto, zrtp-hash, connection and tls-id are never sent", () => {
    const lines = [
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
      "a=zrtp-hash:1.10 x",
      "a=connection:new",
      "a=tls-id:x",
      "a=dtls-id:x",
      "a=rtpmap:111 opus/48000/2",
    ];
    assert.equal(toJingle(sdp([section({ lines })])).toString(), toJingle(sdp([section()])).toString());
  });
});
