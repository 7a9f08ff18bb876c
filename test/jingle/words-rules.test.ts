import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { parse } from "ltx";
import { discoInfo } from "#jingle/xep/0030.js";
import { capsText } from "#jingle/xep/0115.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import { FEATURES } from "#jingle/xep/index.js";
import { contentXml, jingleXml } from "./offer.js";

const PARAMETERS =
  "<parameter name='useinbandfec' value='1'/><parameter name='UseInbandFEC' value='2'/><parameter name='a' value='3'/>";

describe("what is announced, and small words", () => {
  it("0030-02 0166-34 0167-16 0293-05 0294-07 0320-05 0338-02 0339-02 what calls need is announced", () => {
    const needed = [
      "http://jabber.org/protocol/disco#info",
      "urn:xmpp:jingle:1",
      "urn:xmpp:jingle:apps:rtp:1",
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:apps:rtp:video",
      "urn:xmpp:jingle:transports:ice-udp:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "urn:xmpp:jingle:apps:rtp:rtcp-fb:0",
      "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0",
      "urn:ietf:rfc:5888",
      "urn:ietf:rfc:5576",
      "urn:xmpp:jingle-message:0",
    ];
    assert.deepEqual(
      needed.filter((feature) => !FEATURES.includes(feature)),
      [],
    );
    // Who lists it gets no trickle from Conversations; a transfer is announced by those who do it.
    for (const not of ["urn:ietf:rfc:3264", "urn:xmpp:jingle:transfer:0"]) assert.ok(!FEATURES.includes(not), not);
    assert.equal(new Set(FEATURES).size, FEATURES.length);
  });

  it("0115-01 the hash of the XEP's two examples", () => {
    const hash = (inner: string) => {
      const query = parse(`<query xmlns='http://jabber.org/protocol/disco#info'>${inner}</query>`);
      return createHash("sha1")
        .update(capsText(discoInfo.read(query))!)
        .digest("base64");
    };
    const features = ["caps", "disco#info", "disco#items", "muc"].map(
      (name) => `<feature var='http://jabber.org/protocol/${name}'/>`,
    );
    const named = (lang: string, name: string) =>
      `<identity category='client' type='pc' xml:lang='${lang}' name='${name} 0.11'/>`;
    const field = (name: string, ...values: string[]) =>
      `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join("")}</field>`;
    const form = `<x xmlns='jabber:x:data' type='result'>${[
      "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>",
      field("ip_version", "ipv4", "ipv6"),
      field("os", "Mac"),
      field("os_version", "10.5.1"),
      field("software", "Psi"),
      field("software_version", "0.11"),
    ].join("")}</x>`;
    assert.equal(
      hash(`<identity category='client' type='pc' name='Exodus 0.9.1'/>${features.reverse().join("")}`),
      "QgayPKawpkPSDYmwT/WM94uAlu0=",
    );
    assert.equal(
      hash(named("en", "Psi") + named("el", "Ψ") + features.join("") + form),
      "q07IKJEyjvHSyhy//CH0CxmKi8w=",
    );
  });

  it("0167-03 parameters keep the case of their names; the same in another order is the same", () => {
    const inner = contentXml().replace("channels='2'/>", `channels='2'>${PARAMETERS}</payload-type>`);
    const { contents } = codec.read(parse(jingleXml("session-initiate", "s", inner)));
    assert.deepEqual(
      contents[0]!.description!.payloads[0]!.parameters.map(({ name, value }) => `${name}=${value}`),
      ["useinbandfec=1", "UseInbandFEC=2", "a=3"],
    );
  });
});
