import assert from "node:assert/strict";
import { Element, parse } from "ltx";
import {
  type Input,
  NS_SM,
  type Output,
  POLICY,
  plus,
  StreamManagement,
} from "#client/connection/stream-management.js";

const JID = "alice@localhost/tab";
const BOUND = `<iq type="result" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>${JID}</jid></bind></iq>`;

/** A session whose outputs read as short words: ">" written, "stanza", "online", "dead". */
class Session {
  now = 0;
  readonly management = new StreamManagement("tab");

  do(input: Input): string[] {
    return this.management.handle(input, this.now).map(word);
  }

  receive(...frames: string[]): string[] {
    return frames.flatMap((frame) => this.do({ type: "received", element: parse(frame) as Element }));
  }

  /** A nonza of stream management. */
  sm(name: string, attributes: Record<string, string | number> = {}): string[] {
    return this.receive(new Element(name, { xmlns: NS_SM, ...attributes }).toString());
  }

  send(...frames: string[]): string[] {
    return frames.flatMap((frame) => this.do({ type: "send", stanza: parse(frame) as Element }));
  }

  login(): void {
    this.do({ type: "signed-in", supported: true });
    this.receive(BOUND);
    assert.deepEqual(this.sm("enabled", { id: "s1", resume: "true" }), [`online ${JID} new`]);
  }

  lose(forget = false): void {
    assert.deepEqual(this.do({ type: "lost", forget }), []);
  }

  wait(milliseconds: number): string[] {
    const until = this.now + milliseconds;
    const words: string[] = [];
    for (;;) {
      const { deadline } = this.management;
      if (deadline === null || deadline > until) break;
      this.now = Math.max(deadline, this.now);
      words.push(...this.do({ type: "timeout" }));
      if (words.at(-1) === "dead") return words;
    }
    this.now = until;
    return words;
  }
}

function word(output: Output): string {
  switch (output.type) {
    case "write": {
      const { name, attrs } = parse(output.frame) as Element;
      return `> ${[name, attrs.id ?? attrs.h, attrs.previd].filter((part) => part !== undefined).join(" ")}`;
    }
    case "stanza": {
      const { name, attrs } = output.stanza;
      return `stanza ${name} ${attrs.type ?? ""} ${attrs.id ?? ""}`.replace(/\s+/g, " ").trim();
    }
    case "online":
      return `online ${output.jid} ${output.resumed ? "resumed" : "new"}`;
    default:
      return output.type;
  }
}

const chat = (id: string) => `<message type="chat" to="bob@localhost" id="${id}"><body>hi</body></message>`;
const propose = (id: string) => `<message type="chat" to="bob@localhost" id="${id}"><propose/></message>`;
const request = (id: string) => `<iq type="set" to="bob@localhost/x" id="${id}"><jingle/></iq>`;

describe("XEP-0198 stream management", () => {
  it("RFC 6120 §7.6: binds the resource, and enables before it says online", () => {
    const session = new Session();
    assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> iq bind"]);
    assert.deepEqual(session.receive(BOUND), ["> enable"]);
    assert.deepEqual(session.sm("enabled", { id: "s1", resume: "true" }), [`online ${JID} new`]);
  });

  it("is online without it where the server does not have it, or does not enable it", () => {
    const without = new Session();
    without.do({ type: "signed-in", supported: false });
    assert.deepEqual(without.receive(BOUND), [`online ${JID} new`]);
    assert.deepEqual(without.send(chat("1")), ["> message 1"]);
    assert.equal(without.management.deadline, null);
    const refused = new Session();
    refused.do({ type: "signed-in", supported: true });
    refused.receive(BOUND);
    assert.deepEqual(refused.sm("failed"), [`online ${JID} new`]);
    assert.equal(refused.management.deadline, null);
  });

  it("reports a refused resource", () => {
    const session = new Session();
    session.do({ type: "signed-in", supported: true });
    assert.deepEqual(session.receive('<iq type="error" id="bind"><error type="cancel"><conflict/></error></iq>'), [
      "refused",
    ]);
  });

  it("§4: counts from <enabled/> on, replies to our own iqs included, and nothing before it", () => {
    const session = new Session();
    session.do({ type: "signed-in", supported: true });
    assert.deepEqual(session.receive(BOUND, chat("early"), "<presence/>"), ["> enable"]);
    assert.deepEqual(session.sm("enabled", { id: "s1", resume: "true" }), [
      `online ${JID} new`,
      "stanza message chat early",
      "stanza presence",
    ]);
    session.send(request("q"));
    session.receive('<iq type="result" id="q"/>', chat("1"), "<presence/>", '<iq type="get" id="p"/>');
    assert.deepEqual(session.sm("r"), ["> a 4"]);
  });

  it("§4: counts wrap at 2^32", () => {
    assert.equal(plus(2 ** 32 - 1, 1), 0);
    assert.equal(plus(2, -(2 ** 32 - 3)), 5);
    assert.equal(plus(7, -5), 2);
  });

  it("§4: an h beyond what we sent, or below what was said before, ends the session", () => {
    for (const h of [3, 0, -1, 1.5, "x", 2 ** 32, 2 ** 32 + 1]) {
      const session = new Session();
      session.login();
      session.send(chat("1"), chat("2"));
      session.sm("a", { h: 1 });
      assert.deepEqual(session.sm("a", { h }), ["dead"], `h=${h}`);
      session.lose();
      assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> iq bind"]);
    }
  });

  it("asks for an ack after ten stanzas at once, after one second otherwise, and once at a time", () => {
    const session = new Session();
    session.login();
    const burst = Array.from({ length: 25 }, (_, index) => chat(`${index}`));
    assert.deepEqual(
      session.send(...burst).flatMap((text, index) => (text === "> r" ? [index] : [])),
      [10],
    );
    session.sm("a", { h: 25 });
    session.send(chat("x"));
    assert.deepEqual(session.wait(POLICY.ackWithin - 1), []);
    assert.deepEqual(session.wait(1), ["> r"]);
    session.send(chat("y"));
    session.sm("a", { h: 26 });
    assert.deepEqual(session.wait(POLICY.ackWithin), ["> r"]);
  });

  it("asks a quiet server whether it is there, and gives up on one that is silent within 15 seconds", () => {
    const session = new Session();
    session.login();
    assert.deepEqual(session.wait(POLICY.quiet), ["> r"]);
    session.sm("a", { h: 0 });
    const words = session.wait(60_000);
    assert.deepEqual(words, ["> r", "dead"]);
    assert.equal(session.now, 2 * POLICY.quiet + POLICY.patience);
    assert.ok(POLICY.quiet + POLICY.patience <= 15_000);
  });

  it("does not give up on a server that still delivers", () => {
    const session = new Session();
    session.login();
    session.wait(POLICY.quiet);
    for (let step = 0; step < 5; step++) {
      assert.deepEqual(session.wait(POLICY.patience - 1), []);
      session.receive(chat("slow"));
    }
  });

  it("§5: resumes with its own h, sends again what was not handled, then what waited", () => {
    const session = new Session();
    session.login();
    session.receive(chat("in"));
    session.send(chat("1"), chat("2"), request("3"));
    session.lose();
    assert.deepEqual(session.send(chat("4")), []);
    assert.equal(session.management.deadline, null);
    assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> resume 1 s1"]);
    assert.deepEqual(session.send(chat("5")), []);
    assert.deepEqual(session.sm("resumed", { previd: "s1", h: 1 }), [
      "> message 2",
      "> iq 3",
      "> message 4",
      "> message 5",
      `online ${JID} resumed`,
    ]);
    assert.deepEqual(session.sm("a", { h: 5 }), []);
    session.receive(chat("in2"));
    assert.deepEqual(session.sm("r"), ["> a 2"]);
  });

  it("§5: keeps the queue when the next stream is lost before it was resumed", () => {
    const session = new Session();
    session.login();
    session.send(chat("1"));
    session.lose();
    session.do({ type: "signed-in", supported: true });
    session.lose();
    assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> resume 0 s1"]);
    assert.deepEqual(session.sm("resumed", { previd: "s1", h: 0 }), ["> message 1", `online ${JID} resumed`]);
  });

  function failResumption(session: Session, failed: Record<string, string | number> = {}): string[] {
    session.lose();
    assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> resume 0 s1"]);
    assert.deepEqual(session.sm("failed", failed), ["> iq bind"]);
    assert.deepEqual(session.receive(BOUND), ["> enable"]);
    return session.sm("enabled", { id: "s2", resume: "true" });
  }

  it("a failed resumption: written messages go again, requests and rings come back as errors, old presence is dropped", () => {
    const session = new Session();
    session.login();
    session.send(
      chat("1"),
      request("2"),
      propose("3"),
      "<presence/>",
      '<iq type="result" to="bob@localhost/x" id="4"/>',
    );
    session.send(
      '<presence type="subscribe" to="carol@localhost" id="5"/>',
      '<message type="groupchat" id="6"><body/></message>',
    );
    assert.deepEqual(failResumption(session), [
      `online ${JID} new`,
      "stanza iq error 2",
      "stanza message error 3",
      "stanza message error 6",
      "> message 1",
      "> iq 4",
      "> presence 5",
    ]);
  });

  it("a failed resumption: <failed h/> tells what the server has had", () => {
    const session = new Session();
    session.login();
    session.send(chat("1"), request("2"), request("3"));
    assert.deepEqual(failResumption(session, { h: 2 }), [`online ${JID} new`, "stanza iq error 3"]);
  });

  it("a failed resumption: what was never written is sent as it is, after the news", () => {
    const session = new Session();
    session.login();
    session.lose();
    session.send(request("1"), propose("2"));
    session.do({ type: "signed-in", supported: true });
    session.sm("failed");
    session.receive(BOUND);
    assert.deepEqual(session.sm("enabled", { id: "s2", resume: "true" }), [
      `online ${JID} new`,
      "> iq 1",
      "> message 2",
    ]);
  });

  it("sends a message again once only: then its sender is told", () => {
    const session = new Session();
    session.login();
    session.send(chat("1"));
    assert.deepEqual(failResumption(session), [`online ${JID} new`, "> message 1"]);
    session.lose(true);
    session.do({ type: "signed-in", supported: true });
    session.receive(BOUND);
    assert.deepEqual(session.sm("enabled", { id: "s3", resume: "true" }), [
      `online ${JID} new`,
      "stanza message error 1",
    ]);
  });

  it("does not try a session again that the server ended over what we sent", () => {
    const session = new Session();
    session.login();
    session.lose(true);
    assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> iq bind"]);
  });

  it("does not try to resume where the server gave no id, or does not allow it", () => {
    for (const attributes of [{ id: "s1" }, { resume: "true" }, { id: "s1", resume: "false" }] as Record<
      string,
      string
    >[]) {
      const session = new Session();
      session.do({ type: "signed-in", supported: true });
      session.receive(BOUND);
      session.sm("enabled", attributes);
      session.lose();
      assert.deepEqual(session.do({ type: "signed-in", supported: true }), ["> iq bind"]);
    }
  });

  it("the end: whoever waits is told, after a clean goodbye nobody", () => {
    const session = new Session();
    session.login();
    session.send(chat("1"), request("2"), '<iq type="result" id="3"/>');
    session.lose();
    session.send(propose("4"));
    assert.deepEqual(session.do({ type: "end", clean: false }), [
      "stanza message error 1",
      "stanza iq error 2",
      "stanza message error 4",
    ]);
    const clean = new Session();
    clean.login();
    clean.send(chat("1"), request("2"));
    clean.receive(chat("in"));
    assert.deepEqual(clean.do({ type: "goodbye" }), ["> a 1"]);
    assert.deepEqual(clean.do({ type: "end", clean: true }), []);
  });

  it("RFC 7395 §3.3.3: puts the namespace on the frame and leaves the caller's element alone", () => {
    const session = new Session();
    session.login();
    const stanza = new Element("message", { to: "bob@localhost" });
    stanza.c("body").t("<&");
    const before = stanza.toString();
    const [output] = session.management.handle({ type: "send", stanza }, 0);
    assert.deepEqual(output, {
      type: "write",
      frame: '<message xmlns="jabber:client" to="bob@localhost"><body>&lt;&amp;</body></message>',
    });
    assert.equal(stanza.toString(), before);
    assert.equal(stanza.parent, null);
    const named = parse('<message xmlns="jabber:client"/>') as Element;
    const [same] = session.management.handle({ type: "send", stanza: named }, 0);
    assert.deepEqual(same, { type: "write", frame: '<message xmlns="jabber:client"/>' });
  });

  it("RFC 6120 §8.3: an answer to an undelivered request looks like one from its addressee", () => {
    const session = new Session();
    session.login();
    session.send(request("q"));
    session.lose();
    const [output] = session.management.handle({ type: "end", clean: false }, 0);
    assert.ok(output?.type === "stanza");
    const { from, to, type, id } = output.stanza.attrs;
    assert.deepEqual({ from, to, type, id }, { from: "bob@localhost/x", to: JID, type: "error", id: "q" });
    const error = output.stanza.getChild("error");
    assert.equal(error?.attrs.type, "wait");
    assert.ok(error?.getChild("recipient-unavailable", "urn:ietf:params:xml:ns:xmpp-stanzas"));
  });
});
