import { strict as assert } from "node:assert";
import { type Element, parse } from "ltx";
import { type Codec, element, find, flag, integer, oneOf, SHORT, single } from "#jingle/codec.js";
import { RemoteError } from "#jingle/errors.js";

const NS = "urn:example:call";
const NS_CANDIDATE = "urn:example:candidate";

interface Candidate {
  readonly port: number;
  readonly type?: "host" | "relay" | undefined;
}

interface Transport {
  readonly ufrag: string;
  readonly generation: number;
  readonly candidates: readonly Candidate[];
  readonly lenient: readonly string[];
  readonly extra: readonly Element[];
}

interface Content {
  readonly name: string;
  readonly note: string;
  readonly hold?: true | undefined;
  readonly transport: Transport;
}

const kind = oneOf(["host", "relay"]);
const candidate: Codec<Candidate> = element(NS_CANDIDATE, "candidate", (f) => ({
  port: f.required("port", SHORT, "prot"),
  type: f.optional("type", kind),
}));

const hint = single(NS, "hint", "value");
const generation = integer(0, 255);
const transport: Codec<Transport> = element(NS, "transport", (f) => ({
  ufrag: f.required("ufrag"),
  generation: f.defaulted("generation", 0, generation),
  candidates: f.children(candidate),
  lenient: f.lenient(hint),
  extra: f.rest(),
}));

const hold = flag(NS, "hold");
const content: Codec<Content> = element(NS, "content", (f) => ({
  name: f.required("name"),
  note: f.text(),
  hold: f.optionalChild(hold),
  transport: f.child(transport),
}));

describe("codec", () => {
  it("reads and writes an element by one declaration", () => {
    const xml =
      `<content xmlns="${NS}" name="a">told<hold/>` +
      `<transport ufrag="u" generation="2"><candidate xmlns="${NS_CANDIDATE}" port="9" type="host"/></transport></content>`;
    const value = content.read(parse(xml));
    assert.deepEqual(value.transport.candidates, [{ port: 9, type: "host" }]);
    assert.equal(value.note, "told");
    assert.equal(value.hold, true);
    assert.equal(content.write(value).toString(), xml);
  });

  it("writes xmlns only where it differs from the parent's", () => {
    assert.equal(transport.write(bare("u"), NS).toString(), '<transport ufrag="u" generation="0"/>');
    assert.equal(transport.write(bare("u")).toString(), `<transport xmlns="${NS}" ufrag="u" generation="0"/>`);
  });

  it("escapes what it writes", () => {
    const written = transport.write(bare(`"<&>'`)).toString();
    assert.equal(transport.read(parse(written)).ufrag, `"<&>'`);
  });

  it("says where something is malformed, and what would be right", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["<transport/>", "/transport@ufrag: missing"],
      ["<transport ufrag='u' generation='x'/>", "/transport@generation: not an integer in 0..255"],
      [wrong("port='70000'"), "/transport/candidate@port: not an integer in 0..65535"],
      [wrong("port='-1'"), "/transport/candidate@port: not an integer in 0..65535"],
      [wrong("port='1e3'"), "/transport/candidate@port: not an integer in 0..65535"],
      [wrong("port='9' type='hsot'"), "/transport/candidate@type: not one of host, relay"],
      [wrong(""), "/transport/candidate@port: missing"],
      ["", "missing transport"],
    ];
    for (const [inner, message] of cases) {
      assert.throws(
        () => content.read(parse(`<content xmlns='${NS}' name='a'>${inner}</content>`)),
        (error) => {
          assert.ok(error instanceof RemoteError);
          assert.equal(error.condition, "bad-request");
          assert.equal(error.message, message);
          return true;
        },
      );
    }
  });

  it("takes a misspelt attribute where it is told to, and never writes it", () => {
    const read = candidate.read(parse(`<candidate xmlns='${NS_CANDIDATE}' prot='7'/>`));
    assert.deepEqual(read, { port: 7, type: undefined });
    assert.equal(candidate.write(read).attrs.port, "7");
  });

  it("tells elements apart by namespace, also under a prefix", () => {
    const read = transport.read(
      parse(
        `<transport xmlns='${NS}' xmlns:c='${NS_CANDIDATE}' ufrag='u'><candidate port='1'/><c:candidate port='2'/></transport>`,
      ),
    );
    assert.deepEqual(
      read.candidates.map(({ port }) => port),
      [2],
    );
    assert.equal(read.extra.length, 1);
  });

  it("keeps what nobody claimed, so that a relay passes it on", () => {
    const xml = `<transport xmlns="${NS}" ufrag="u" generation="0"><strange xmlns="urn:example:other" a="1"><b/></strange></transport>`;
    assert.equal(transport.write(transport.read(parse(xml))).toString(), xml);
  });

  it("drops a malformed element alone where that is enough", () => {
    const read = transport.read(
      parse(`<transport xmlns='${NS}' ufrag='u'><hint/><hint value='1'/><hint value='2'/></transport>`),
    );
    assert.deepEqual(read.lenient, ["1", "2"]);
  });

  it("does not drop it when the attribute that others rely on is malformed", () => {
    const list: Codec<{ readonly candidates: readonly Candidate[] }> = element(NS, "list", (f) => ({
      candidates: f.lenient(candidate, "port"),
    }));
    const read = (inner: string) => list.read(parse(`<list xmlns='${NS}'>${inner}</list>`)).candidates.length;
    assert.equal(read(`<candidate xmlns='${NS_CANDIDATE}' port='1' type='odd'/>`), 0);
    assert.throws(
      () => read(`<candidate xmlns='${NS_CANDIDATE}' port='x'/>`),
      /^RemoteError: \/candidate@port: not an/,
    );
  });

  it("keeps the first of two where one is allowed, and the others as unknown", () => {
    const one: Codec<{ readonly hold?: true | undefined; readonly extra: readonly Element[] }> = element(
      NS,
      "one",
      (f) => ({ hold: f.optionalChild(hold), extra: f.rest() }),
    );
    const read = one.read(parse(`<one xmlns='${NS}'><hold/><hold/></one>`));
    assert.equal(read.hold, true);
    assert.equal(read.extra.length, 1);
  });

  it("finds the one child that it understands", () => {
    const parent = parse(`<p xmlns='${NS}'><hold/><transport ufrag='u'/></p>`);
    assert.equal(find(parent, transport)?.ufrag, "u");
    assert.equal(find(parent, candidate), undefined);
  });

  it("does not compile when interface and declaration drift apart", () => {
    const declared: Codec<Candidate>[] = [
      element(NS, "c", (f) => ({ port: f.required("port", SHORT), type: f.optional("type", kind) })),
      // @ts-expect-error a field is missing
      element(NS, "c", (f) => ({ port: f.required("port", SHORT) })),
      // @ts-expect-error a field too many
      element(NS, "c", (f) => ({ port: f.required("port", SHORT), type: f.optional("type", kind), more: f.text() })),
      // @ts-expect-error a field has another type
      element(NS, "c", (f) => ({ port: f.required("port"), type: f.optional("type", kind) })),
      // @ts-expect-error an optional field is required here
      element(NS, "c", (f) => ({ port: f.required("port", SHORT), type: f.required("type", kind) })),
      // @ts-expect-error a required field is optional here
      element(NS, "c", (f) => ({ port: f.optional("port", SHORT), type: f.optional("type", kind) })),
    ];
    assert.equal(declared.length, 6);
  });
});

function bare(ufrag: string): Transport {
  return { ufrag, generation: 0, candidates: [], lenient: [], extra: [] };
}

function wrong(attributes: string): string {
  return `<transport ufrag='u'><candidate xmlns='${NS_CANDIDATE}' ${attributes}/></transport>`;
}
