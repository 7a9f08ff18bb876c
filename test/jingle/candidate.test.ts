import { strict as assert } from "node:assert";
import { formatCandidate, parseCandidate } from "#jingle/candidate.js";
import type { Candidate } from "#jingle/xep/0176.js";
import { readCandidates } from "../support/corpus.js";

const HOST: Candidate = {
  component: 1,
  foundation: "1",
  generation: 0,
  id: "c1",
  ip: "10.0.0.1",
  port: 5000,
  priority: 2122260223,
  protocol: "udp",
  type: "host",
};

function parsed(text: string): Candidate {
  const result = parseCandidate(text, "0 ufrag");
  assert.ok(result, text);
  return result.candidate;
}

describe("candidates", () => {
  it("t-7: the fields of a candidate, in the order that browsers write", () => {
    const text =
      "candidate:842163049 1 udp 1677729535 203.0.113.1 46154 typ srflx raddr 10.0.0.1 rport 46154 generation 2 ufrag EEtu network-cost 999";
    const { id, ...fields } = parsed(text);
    assert.deepEqual(fields, {
      component: 1,
      foundation: "842163049",
      generation: 2,
      ip: "203.0.113.1",
      port: 46154,
      priority: 1677729535,
      protocol: "udp",
      type: "srflx",
      relAddr: "10.0.0.1",
      relPort: 46154,
      tcptype: undefined,
    });
    assert.match(id, /^[a-z][a-z0-9]+$/);
    assert.equal(
      formatCandidate({ id, ...fields }, "EEtu"),
      "candidate:842163049 1 udp 1677729535 203.0.113.1 46154 typ srflx raddr 10.0.0.1 rport 46154 generation 2 ufrag EEtu",
    );
  });

  it("t-7: the pairs after typ come in any order, unknown ones are skipped", () => {
    const { relAddr, relPort, tcptype, generation } = parsed(
      "a=candidate:1 1 tcp 1 10.0.0.1 9 typ host strange value tcptype active rport 7 generation 1 raddr 10.0.0.2",
    );
    assert.deepEqual(
      { relAddr, relPort, tcptype, generation },
      { relAddr: "10.0.0.2", relPort: 7, tcptype: "active", generation: 1 },
    );
  });

  it("t-8: protocol in lower case, generation 0 where none is said (Firefox)", () => {
    const { protocol, generation } = parsed("candidate:0 1 UDP 2122252543 10.99.0.1 55089 typ host");
    assert.deepEqual({ protocol, generation }, { protocol: "udp", generation: 0 });
  });

  it("t-8: foundations with + and /, and of 40 characters, are kept as they are", () => {
    for (const foundation of ["+/aZ9", "x".repeat(40)]) {
      const candidate = parsed(`candidate:${foundation} 1 udp 1 10.0.0.1 9 typ host`);
      assert.equal(candidate.foundation, foundation);
      assert.ok(formatCandidate(candidate)?.startsWith(`candidate:${foundation} `));
    }
  });

  it("t-8, 0176-08: ids are NCNames, the same for the same candidate, others for others", () => {
    const text = (port: number) => `candidate:1 1 udp 1 10.0.0.1 ${port} typ host`;
    const id = (port: number, scope: string) => parseCandidate(text(port), scope)!.candidate.id;
    assert.equal(id(1, "0 a"), id(1, "0 a"));
    const ids = [id(1, "0 a"), id(2, "0 a"), id(1, "1 a"), id(1, "0 b")];
    assert.equal(new Set(ids).size, 4);
    const many = new Set<string>();
    for (let port = 1; port <= 20_000; port++) many.add(id(port, "0 a"));
    assert.equal(many.size, 20_000);
  });

  it("t-10: mDNS names and IPv6 pass", () => {
    for (const ip of ["3e0c2f5a-1c1b-4c9f-9a5c-c0a1d6f0e5a1.local", "2001:db8::1", "fe80::1"]) {
      const candidate = parsed(`candidate:1 1 udp 1 ${ip} 9 typ host`);
      assert.equal(candidate.ip, ip);
      assert.ok(formatCandidate(candidate)?.includes(` ${ip} `));
    }
  });

  it("t-11: raddr 0.0.0.0 rport 0 is normal", () => {
    const text = "candidate:1 1 udp 1 203.0.113.1 9 typ relay raddr 0.0.0.0 rport 0 generation 0";
    assert.equal(formatCandidate(parsed(text)), text);
  });

  it("t-12: tcp with tcptype passes, without it is dropped", () => {
    assert.equal(
      formatCandidate({ ...HOST, protocol: "tcp", tcptype: "passive" }),
      "candidate:1 1 tcp 2122260223 10.0.0.1 5000 typ host tcptype passive generation 0",
    );
    assert.equal(formatCandidate({ ...HOST, protocol: "tcp" }), undefined);
    assert.equal(formatCandidate({ ...HOST, protocol: "tcp", tcptype: "odd" }), undefined);
    assert.equal(formatCandidate({ ...HOST, protocol: "ssltcp" }), undefined);
  });

  it("t-13: component 2 is dropped", () => {
    assert.equal(formatCandidate({ ...HOST, component: 2 }), undefined);
  });

  it("t-14: network-id and network-cost are not read", () => {
    assert.equal("network" in parsed("candidate:1 1 udp 1 10.0.0.1 9 typ host network-id 1 network-cost 10"), false);
  });

  it("t-15: the ufrag that Chromium puts into the middle of its string is found", () => {
    const text = "candidate:1 1 udp 1 10.0.0.1 9 typ host generation 0 ufrag NvBM network-id 1";
    assert.equal(parseCandidate(text, "")?.ufrag, "NvBM");
  });

  it("what is no candidate is undefined", () => {
    const bad = [
      "",
      "candidate:",
      "candidate:1 1 udp 1 10.0.0.1 9",
      "candidate:1 1 udp 1 10.0.0.1 9 typ",
      "candidate:1 1 udp 1 10.0.0.1 9 typ odd",
      "candidate:1 1 udp 1 10.0.0.1 70000 typ host",
      "candidate:1 1 udp x 10.0.0.1 9 typ host",
      "candidate:1 1 udp 0 10.0.0.1 9 typ host",
      "candidate:1 1 udp 99999999999 10.0.0.1 9 typ host",
      "candidate:1 0 udp 1 10.0.0.1 9 typ host",
      "candidate: 1 udp 1 10.0.0.1 9 typ host",
      "candidate:1 1 sctp 1 10.0.0.1 9 typ host",
    ];
    for (const text of bad) assert.equal(parseCandidate(text, ""), undefined, text);
  });

  it("a field that could be more than a field is no SDP", () => {
    const bad: readonly Partial<Candidate>[] = [
      { ip: "10.0.0.1 9 typ host" },
      { ip: "10.0.0.1\r\na=x" },
      { ip: "" },
      { foundation: "1 1" },
      { foundation: "é" },
      { protocol: "udp\n" },
      { type: "host x" },
      { port: -1 },
      { port: 1.5 },
      { priority: Number.NaN },
      { generation: -1 },
    ];
    for (const one of bad) assert.equal(formatCandidate({ ...HOST, ...one }), undefined, JSON.stringify(one));
    const line = "candidate:1 1 udp 2122260223 10.0.0.1 5000 typ host generation 0";
    assert.equal(formatCandidate({ ...HOST, relAddr: "1 2", relPort: 3 }), line);
    assert.equal(formatCandidate({ ...HOST, relAddr: "10.0.0.2" }), line);
  });

  it("every candidate of the browsers' events is read and written with nothing lost but networks", () => {
    for (const browser of ["chrome", "firefox"] as const) {
      for (const name of ["audio-video", "turn", "mdns"]) {
        const { offerer, answerer } = readCandidates(browser, name);
        for (const event of [...offerer, ...answerer]) {
          if (!event?.candidate || / 2 (?:udp|tcp) /i.test(event.candidate)) continue;
          const plain = event.candidate
            .replace(/ (?:ufrag|network-id|network-cost) \S+/g, "")
            .replace("UDP", "udp")
            .replace("TCP", "tcp");
          const expected = plain.includes(" generation ") ? plain : `${plain} generation 0`;
          assert.equal(formatCandidate(parsed(event.candidate)), expected);
        }
      }
    }
  });
});
