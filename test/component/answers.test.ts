import assert from "node:assert/strict";
import type { Element } from "ltx";
import { parse } from "ltx";
import type { LinkOptions } from "#component/index.js";
import { RemoteError, xml } from "#jingle/index.js";
import { keep } from "../support/schema.js";
import { fakeServer } from "./fake-server.js";
import { running } from "./links.js";
import { undoAll } from "./undo.js";

const NS = "urn:example:question";

describe("What the component's link answers", () => {
  afterEach(undoAll);

  /** An online link, and a hand to ask it with: each question is followed by a ping, so that silence shows. */
  async function both(more: Partial<LinkOptions> = {}) {
    const server = await fakeServer();
    const component = running({ ...server.options, ...more });
    const peer = await server.component();
    await component.online();
    let asked = 0;
    const ask = async (stanza: string): Promise<readonly Element[]> => {
      const id = `end-${++asked}`;
      peer.received = "";
      peer.send(
        `${stanza}<iq type='get' id='${id}' from='alice@example.org/x' to='call.example.org'><ping xmlns='urn:xmpp:ping'/></iq>`,
      );
      const text = await peer.said(`id="${id}"`);
      const answers = parse(`<all>${text}</all>`).getChildElements();
      for (const answer of answers.map(String)) if (!answer.includes(NS)) keep(answer);
      return answers.filter(({ attrs }) => attrs.id !== id);
    };
    return { ...component, peer, ask };
  }

  function question(type: string, id = "q"): string {
    return `<iq type='${type}' id='${id}' from='alice@example.org/x' to='bob@call.example.org'><x xmlns='${NS}'/></iq>`;
  }

  function conditionsOf(answers: readonly Element[]): readonly string[] {
    return answers.map((iq) => {
      assert.deepEqual([iq.name, iq.attrs.to, iq.attrs.from], ["iq", "alice@example.org/x", "bob@call.example.org"]);
      return iq.attrs.type === "result" ? "result" : (iq.getChild("error")?.getChildElements()[0]?.name ?? "");
    });
  }

  it("is what the responder returns: a payload, nothing, or a promise of these", async () => {
    const { link, ask } = await both();
    link.answer(NS, () => xml("y", { xmlns: NS }));
    const [payload] = await ask(question("get"));
    assert.ok(payload?.getChild("y", NS));
    link.answer(NS, () => null);
    const [empty] = await ask(question("set"));
    assert.equal(empty?.children.length, 0);
    link.answer(NS, () => Promise.resolve(xml("z", { xmlns: NS })));
    const [later] = await ask(question("get"));
    assert.ok(later?.getChild("z", NS));
  });

  it("tells the responder what was asked, by whom and of whom", async () => {
    const { link, ask } = await both();
    let heard: readonly unknown[] = [];
    link.answer(NS, (payload, iq) => {
      heard = [payload.is("x", NS), iq.attrs.from, iq.attrs.to, iq.getNS()];
      return null;
    });
    await ask(question("set"));
    assert.deepEqual(heard, [true, "alice@example.org/x", "bob@call.example.org", "jabber:client"]);
  });

  it("is an error of the responder's choice, or internal-server-error when it breaks, which is told as a fault", async () => {
    const { link, ask, faults } = await both();
    const refused = new RemoteError("item-not-found", undefined, "there is none");
    for (const responder of [
      () => {
        throw refused;
      },
      () => Promise.reject(refused),
    ]) {
      link.answer(NS, responder);
      assert.deepEqual(conditionsOf(await ask(question("get"))), ["item-not-found"]);
    }
    assert.deepEqual(faults, []);
    const broken = new Error("broken");
    for (const responder of [
      () => {
        throw broken;
      },
      () => Promise.reject(broken),
    ]) {
      link.answer(NS, responder);
      assert.deepEqual(conditionsOf(await ask(question("get"))), ["internal-server-error"]);
    }
    assert.deepEqual(faults, [broken, broken]);
  });

  it("is sent once, whoever sends it", async () => {
    const { link, ask, faults } = await both();
    const own = (iq: Element) => xml("iq", { type: "result", to: iq.attrs.from, from: iq.attrs.to, id: iq.attrs.id });
    link.answer(NS, (_, iq) => {
      link.send(own(iq));
      return undefined;
    });
    assert.deepEqual(conditionsOf(await ask(question("set"))), ["result"]);
    assert.deepEqual(faults, []);
    // Both by itself and by what it returns
    link.answer(NS, (_, iq) => {
      link.send(own(iq));
      return null;
    });
    assert.deepEqual(conditionsOf(await ask(question("set"))), ["result"]);
    link.answer(NS, (_, iq) => {
      link.send(own(iq));
      throw new Error("after the answer");
    });
    assert.deepEqual(conditionsOf(await ask(question("set"))), ["result"]);
    // Neither
    link.answer(NS, () => undefined);
    assert.deepEqual(conditionsOf(await ask(question("set"))), ["internal-server-error"]);
    // Another's answer is not this one's
    link.answer(NS, (_, iq) => {
      link.send(xml("iq", { type: "result", to: "carol@example.org", id: iq.attrs.id }));
      return undefined;
    });
    const [other, mine] = await ask(question("set"));
    assert.equal(other?.attrs.to, "carol@example.org");
    assert.deepEqual(conditionsOf([mine!]), ["internal-server-error"]);
    assert.equal(faults.length, 4);
  });

  it("never fails to come: a promise has 30 s, and what it says later is not sent", async () => {
    let patience = () => {};
    const { link, ask, peer, faults } = await both({
      environment: {
        after(milliseconds, callback) {
          if (milliseconds === 30_000) patience = callback;
          return () => {};
        },
      },
    });
    let settle: (payload: null) => void = () => {};
    link.answer(
      NS,
      () =>
        new Promise((resolve) => {
          settle = resolve;
        }),
    );
    assert.deepEqual(await ask(question("get")), []);
    patience();
    await peer.said("internal-server-error");
    settle(null);
    assert.deepEqual(await ask(""), []);
    assert.equal(faults.length, 1);
  });

  it("is an error that fits when the responder's answer is too large to send", async () => {
    const { link, ask, faults } = await both();
    link.answer(NS, () => xml("y", { xmlns: NS }, "x".repeat(300_000)));
    assert.deepEqual(conditionsOf(await ask(question("get"))), ["internal-server-error"]);
    assert.match(String(faults[0]), /larger than 262144 bytes/);
  });

  it("is bad-request to what RFC 6120 §8.2.3 forbids", async () => {
    const { ask } = await both();
    const attrs = "id='q' from='alice@example.org/x' to='bob@call.example.org'";
    for (const iq of [
      `<iq type='get' ${attrs}/>`,
      `<iq type='set' ${attrs}><x xmlns='${NS}'/><x xmlns='${NS}'/></iq>`,
      `<iq type='put' ${attrs}><x xmlns='${NS}'/></iq>`,
      `<iq ${attrs}><x xmlns='${NS}'/></iq>`,
      `<iq type='set' ${attrs}><ping xmlns='urn:xmpp:ping'/></iq>`,
    ])
      assert.deepEqual(conditionsOf(await ask(iq)), ["bad-request"], iq);
  });

  it("is nothing to a reply, to an error, and to who gives no address", async () => {
    const { ask, stanzas } = await both();
    assert.deepEqual(await ask(question("result")), []);
    assert.deepEqual(await ask(question("error")), []);
    assert.equal(stanzas.length, 2);
    assert.deepEqual(await ask(question("get").replace("from=", "of=")), []);
    for (const type of ["probe", "subscribe"])
      assert.deepEqual(await ask(`<presence type='${type}' to='call.example.org'/>`), []);
  });

  for (const [asked, answered] of [
    ["type='probe' to='call.example.org'", ["available"]],
    ["type='probe' to='CALL.example.org'", ["available"]],
    ["type='probe' to='bob@call.example.org'", ["unsubscribed"]],
    ["type='subscribe' to='call.example.org'", ["subscribed", "available"]],
    ["type='subscribe' to='bob@call.example.org'", ["unsubscribed"]],
    ["type='unsubscribe' to='call.example.org'", ["unsubscribed", "unavailable"]],
    ["type='unsubscribe' to='bob@call.example.org'", ["unsubscribed"]],
    ["type='subscribed' to='call.example.org'", []],
    ["type='unsubscribed' to='call.example.org'", []],
    ["type='error' to='call.example.org'", []],
    ["type='unavailable' to='call.example.org'", []],
    ["to='call.example.org'", []],
  ] as const) {
    it(`to presence with ${asked}: ${answered.join(" and ") || "nothing"}`, async () => {
      const { ask } = await both();
      const answers = await ask(`<presence from='alice@example.org/x' ${asked}/>`);
      assert.deepEqual(
        answers.map(({ attrs }) => attrs.type ?? "available"),
        answered,
      );
      for (const answer of answers) {
        assert.equal(answer.attrs.to, "alice@example.org/x");
        // 0115-04
        if (answer.attrs.type === undefined) assert.ok(answer.getChild("c", "http://jabber.org/protocol/caps"));
      }
    });
  }

  it("is there for more addresses, and says more of itself, where its owner wants it so", async () => {
    const { ask } = await both({
      isThere: (address) => address.startsWith("bob@"),
      about: {
        identities: [{ category: "gateway", type: "sip" }],
        features: ["urn:example:feature", "urn:xmpp:ping"],
        software: { name: "Another", version: "2" },
      },
    });
    const [available] = await ask("<presence from='alice@example.org/x' type='probe' to='Bob@call.example.org'/>");
    assert.equal(available?.attrs.type, undefined);
    const [info] = await ask(
      question("get").replace(NS, "http://jabber.org/protocol/disco#info").replace("<x", "<query"),
    );
    const query = info!.getChild("query")!;
    assert.deepEqual(
      query.getChildren("identity").map(({ attrs }) => `${attrs.category}/${attrs.type}`),
      ["gateway/sip"],
    );
    const features = query.getChildren("feature").map(({ attrs }) => attrs.var);
    assert.ok(features.includes("urn:example:feature"));
    assert.equal(new Set(features).size, features.length);
    const [version] = await ask(question("get").replace(NS, "jabber:iq:version"));
    assert.equal(version!.getChild("query")?.getChildText("name"), "Another");
  });

  it("goes on when a listener throws, which is told as a fault", async () => {
    const { link, ask, stanzas, faults } = await both();
    const broken = new Error("broken");
    link.addEventListener("stanza", () => {
      throw broken;
    });
    await ask("<message from='alice@example.org/x' to='call.example.org'/>");
    await ask("<message from='alice@example.org/x' to='call.example.org'/>");
    assert.deepEqual(faults, [broken, broken]);
    assert.equal(stanzas.length, 2);
  });

  it("is told to listeners until they leave, or their signal is aborted", async () => {
    const { link, ask } = await both();
    const leaving = new AbortController();
    let heard = 0;
    const count = () => {
      heard += 1;
    };
    const message = "<message from='alice@example.org/x' to='call.example.org'/>";
    link.addEventListener("stanza", count, { signal: leaving.signal });
    link.addEventListener("stanza", count);
    await ask(message);
    leaving.abort();
    await ask(message);
    assert.equal(heard, 1);
    link.addEventListener("stanza", count, { signal: leaving.signal });
    await ask(message);
    link.addEventListener("stanza", count);
    link.removeEventListener("stanza", count);
    await ask(message);
    assert.equal(heard, 1);
  });
});
