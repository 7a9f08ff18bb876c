import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { readError } from "#jingle/stanza.js";
import {
  credentials,
  type ExternalService,
  expiryOf,
  merge,
  readPush,
  services,
  toIceServers,
  wantsCredentials,
} from "#jingle/xep/0215.js";
import { keep } from "../support/schema.js";

const NS = "urn:xmpp:extdisco:2";
const TURN = { host: "turn.example", type: "turn", port: 3478, username: "u", password: "p" } as const;
const STUN = { host: "stun.example", type: "stun", port: 3478 } as const;

describe("XEP-0215 external services", () => {
  it("0215-01 asks in urn:xmpp:extdisco:2, for all services or one type", () => {
    assert.equal(services.write({ services: [] }).toString(), `<services xmlns="${NS}"/>`);
    const question = services.write({ type: "turn", services: [] });
    keep(`<iq type='get' id='1' to='example.org'>${question}</iq>`);
    assert.equal(question.toString(), `<services xmlns="${NS}" type="turn"/>`);
  });

  it("0215-02 reads host and type, and drops alone what has neither or a port that is none", () => {
    const { services: read } = services.read(
      parse(`<services xmlns='${NS}'>
        <service host='turn.example' type='turn' port='3478' transport='udp' username='u' password='p'
          expires='2026-01-01T00:00:00Z' restricted='true' name='ours'/>
        <service type='stun'/><service host='a'/><service host='a' type='stun' port='70000'/></services>`),
    );
    assert.equal(read.length, 1);
    assert.deepEqual(
      { ...read[0] },
      {
        ...TURN,
        transport: "udp",
        expires: "2026-01-01T00:00:00Z",
        restricted: "true",
        action: undefined,
      },
    );
  });

  it("0215-03 asks with credentials for what is restricted and came without them", () => {
    assert.equal(wantsCredentials({ host: "turn.example", type: "turn", restricted: "1" }), true);
    assert.equal(wantsCredentials({ ...TURN, restricted: "true" }), false);
    assert.equal(wantsCredentials({ host: "turn.example", type: "turn" }), false);
    const question = credentials.write({ services: [{ host: "turn.example", type: "turn", port: 3478 }] });
    keep(`<iq type='get' id='1' to='example.org'>${question}</iq>`);
    assert.equal(
      question.toString(),
      `<credentials xmlns="${NS}"><service host="turn.example" type="turn" port="3478"/></credentials>`,
    );
    const [answer] = credentials.read(
      parse(
        `<credentials xmlns='${NS}'><service host='turn.example' type='turn' username='u' password='p'/></credentials>`,
      ),
    ).services;
    const known = [{ host: "turn.example", type: "turn", port: 3478, restricted: "true" }];
    const [merged] = merge(known, [answer!]);
    assert.deepEqual([merged!.port, merged!.password], [3478, "p"]);
  });

  it("0215-04 knows when the first credentials expire; what has no date never does", () => {
    const dated = (expires: string): ExternalService => ({ ...TURN, expires });
    assert.equal(expiryOf([STUN, TURN]), null);
    assert.equal(expiryOf([STUN, dated("2026-01-02T00:00:00Z"), dated("2026-01-01T00:00:00Z")]), Date.UTC(2026, 0, 1));
    assert.equal(expiryOf([dated("soon")]), null);
    assert.deepEqual(toIceServers([dated("2026-01-01T00:00:00Z")], Date.UTC(2026, 0, 1)), []);
    assert.equal(toIceServers([dated("2026-01-01T00:00:00Z")], Date.UTC(2026, 0, 1) - 1).length, 1);
  });

  it("0215-05 takes pushes of the server that was asked: add, modify, delete, and the text's remove", () => {
    const push = (from: string, inner: string, type = "set") =>
      readPush(
        parse(`<iq type='${type}' id='1' from='${from}'><services xmlns='${NS}'>${inner}</services></iq>`),
        "example.org",
      );
    const modified =
      "<service action='modify' host='turn.example' type='turn' port='3478' username='u2' password='p2'/>";
    assert.deepEqual(
      merge([STUN, TURN], push("EXAMPLE.org", modified)!).map(({ username }) => username),
      [undefined, "u2"],
    );
    const added = "<service host='turn.example' type='turn' port='443' username='u' password='p'/>";
    assert.equal(merge([STUN, TURN], push("example.org", added)!).length, 3);
    for (const word of ["delete", "remove"]) {
      const gone = `<service action='${word}' host='turn.example' type='turn' port='3478'/>`;
      assert.deepEqual(merge([STUN, TURN], push("example.org", gone)!), [STUN]);
    }
    assert.equal(push("evil.example", added), undefined);
    assert.equal(push("example.org", added, "get"), undefined);
    assert.equal(readPush(parse("<iq type='set' from='example.org'/>"), "example.org"), undefined);
  });

  it("0215-07 gives a browser nothing on which it throws", () => {
    const all: ExternalService[] = [
      { ...STUN, transport: "udp" },
      { ...STUN, host: "2001:db8::1" },
      { host: "stun.example", type: "stun" },
      { ...TURN, transport: "udp" },
      TURN,
      { ...TURN, transport: "tcp" },
      { ...TURN, type: "turns", port: 443 },
      { ...TURN, type: "turns", port: 443, transport: "udp" },
      { host: "turn.example", type: "turn", port: 3478 },
      { ...TURN, password: "" },
      { ...TURN, transport: "sctp" },
      { ...STUN, type: "stuns" },
      { ...STUN, host: "a b" },
      { ...STUN, host: "a/b?c" },
      { ...STUN, port: 0 },
      { ...STUN, type: "ftp" },
    ];
    assert.deepEqual(
      toIceServers(all, 0).map(({ urls, username, credential }) => `${urls} ${username ?? "-"} ${credential ?? "-"}`),
      [
        "stun:stun.example:3478 - -",
        "stun:[2001:db8::1]:3478 - -",
        "stun:stun.example - -",
        "turn:turn.example:3478?transport=udp u p",
        "turn:turn.example:3478?transport=udp u p",
        "turn:turn.example:3478?transport=tcp u p",
        "turns:turn.example:443?transport=tcp u p",
        "turns:turn.example:443?transport=tcp u p",
      ],
    );
  });

  it("E20 a refusal is an error like any other, with its condition", () => {
    for (const condition of ["service-unavailable", "forbidden", "item-not-found", "remote-server-timeout"]) {
      const iq = parse(
        `<iq type='error'><error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      );
      assert.equal(readError(iq).condition, condition);
    }
  });
});
