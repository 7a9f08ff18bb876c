import { strict as assert } from "node:assert";
import { actionOf } from "#jingle/session-manager.js";
import { isTransferred, readTransfer, transfer, transferOf, transferredReason } from "#jingle/xep/0251.js";
import { contents, contentXml, jingleXml, readJingle } from "./offer.js";
import { accept, events, inject, JULIET, LATENCY, type Pair, pair, ROMEO } from "./session-pair.js";

const NS = "urn:xmpp:jingle:transfer:0";
const BOSS = "boss@execs.example.com/phone";

function call(): Pair {
  const running = pair({ transfer: readTransfer });
  running.romeo.feed({
    type: "command",
    peer: JULIET,
    jingle: actionOf("session-initiate", "s1", { initiator: ROMEO, contents: contents({ name: "audio" }) }),
  });
  running.clock.pass(LATENCY);
  accept(running, "s1", contents({ name: "audio", setup: "active" }));
  running.clock.pass(2 * LATENCY);
  return running;
}

describe("XEP-0251 call transfer", () => {
  it("0251-01 an unattended transfer: asked for by session-info, done by a new session, ended as transferred", () => {
    const { romeo, juliet, clock } = call();
    const request = actionOf("session-info", "s1", { extra: [transfer.write({ to: BOSS })] });
    juliet.feed({ type: "command", peer: ROMEO, jingle: request });
    clock.pass(2 * LATENCY);
    assert.match(juliet.sent.at(-1)!, new RegExp(`<transfer xmlns="${NS}" to="${BOSS}"/>`));
    assert.equal(events(romeo).at(-1), `transfer to ${BOSS}`);
    assert.match(romeo.sent.at(-1)!, /type="result"/);
    const initiate = { initiator: ROMEO, contents: contents({}), extra: [transfer.write({ from: JULIET })] };
    romeo.feed({ type: "command", peer: BOSS, jingle: actionOf("session-initiate", "s2", initiate) });
    const reason = transferredReason();
    romeo.feed({ type: "command", peer: JULIET, jingle: actionOf("session-terminate", "s1", { reason }) });
    clock.pass(2 * LATENCY);
    assert.match(romeo.sent.at(-1)!, new RegExp(`<reason><success/><transferred xmlns="${NS}"/></reason>`));
    const last = juliet.heard.at(-1)!.event;
    assert.ok(last.type === "ended" && isTransferred(last.reason) && last.reason.condition === "success");
  });

  it("0251-01 an attended transfer names the session that it takes the place of", () => {
    const { romeo, juliet, clock } = call();
    const asked = { to: BOSS, from: JULIET, sid: "663e9f" };
    juliet.feed({
      type: "command",
      peer: ROMEO,
      jingle: actionOf("session-info", "s1", { extra: [transfer.write(asked)] }),
    });
    clock.pass(LATENCY);
    const last = romeo.heard.at(-1)!.event;
    assert.ok(last.type === "transfer");
    assert.deepEqual({ ...last.transfer }, asked);
  });

  it("0251-02 the callee is told who has sent the caller, to ask its person; nobody is, where nobody says so", () => {
    const boss = pair({ transfer: readTransfer });
    const inner = `${contentXml()}<transfer xmlns='${NS}' from='${JULIET}' sid='663e9f'/>`;
    inject(boss.juliet, ROMEO, jingleXml("session-initiate", "s2", inner));
    const { event } = boss.juliet.heard[0]!;
    assert.ok(event.type === "received");
    assert.deepEqual({ ...transferOf(event.jingle) }, { to: undefined, from: JULIET, sid: "663e9f" });
    assert.equal(transferOf(readJingle(jingleXml("session-initiate", "s2", contentXml()))), undefined);
  });

  it("E14 who cannot be transferred says unsupported-info", () => {
    const plain = pair();
    inject(plain.juliet, ROMEO, jingleXml("session-initiate", "s1", contentXml()), "one");
    const asked = jingleXml("session-info", "s1", `<transfer xmlns='${NS}' to='${BOSS}'/>`);
    assert.match(inject(plain.juliet, ROMEO, asked, "two")!, /<feature-not-implemented .*<unsupported-info /);
  });
});
