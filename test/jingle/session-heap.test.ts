import { strict as assert } from "node:assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parse } from "ltx";
import { actionOf, SessionManager } from "#jingle/session-manager.js";
import { contents, contentXml, jingleXml } from "./offer.js";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
const SESSIONS = 1000;

describe("what an idle session holds of the heap", () => {
  it("is at most 1,366 bytes, whatever the size of the description that came", function () {
    this.timeout(60_000);
    // Whatever else is on the heap only adds to it, so the least of some measurements is the truest.
    const least = (payloads: number) => {
      let found = perSession(payloads);
      for (let more = 0; more < 8 && found >= 1366; more++) found = Math.min(found, perSession(payloads));
      return found;
    };
    const small = least(0);
    assert.ok(small < 1366, `${small} bytes`);
    // A piece of text that is kept would keep the whole stanza, here some 5 kB.
    const large = least(60);
    assert.ok(large < 1366, `${large} bytes with 120 payload types`);
  });
});

function perSession(payloads: number): number {
  let id = "";
  const manager = new SessionManager({ newId: () => id, admit: () => null, limits: { sessions: SESSIONS * 2 } });
  const more = "<payload-type id='96' name='VP8'/>".repeat(payloads);
  const inner = (contentXml() + contentXml({ name: "video" })).replaceAll("<rtcp-mux/>", `<rtcp-mux/>${more}`);
  const accepted = contents({ name: "audio", setup: "active" }, { name: "video", setup: "active" });
  const open = (i: number) => {
    const peer = `somebody-${i}@some.example/resource`;
    const sid = `ca3cf894-5325-482f-a412-${i}`;
    const offer = jingleXml("session-initiate", sid, inner);
    manager.handle(
      { type: "stanza", stanza: parse(`<iq type='set' id='initiate-${i}' from='${peer}'>${offer}</iq>`) },
      0,
    );
    id = `accept-${i}`;
    manager.handle({ type: "command", peer, jingle: actionOf("session-accept", sid, { contents: accepted }) }, 0);
    manager.handle({ type: "stanza", stanza: parse(`<iq type='result' id='${id}' from='${peer}'/>`) }, 0);
    assert.equal(manager.session(peer, sid)?.state, "active");
    assert.equal(manager.deadline, null);
  };
  for (let i = 0; i < 100; i++) open(i);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 100; i < 100 + SESSIONS; i++) open(i);
  collect();
  const held = process.memoryUsage().heapUsed - before;
  assert.equal(manager.size, SESSIONS + 100);
  return held / SESSIONS;
}
