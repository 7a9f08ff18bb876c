import fc from "fast-check";
import { type Element, parse } from "ltx";
import { captureNames, corpus, readCapture } from "./corpus.js";
import { roundTrip, STRANGER } from "./round-trip.js";
import { content, group, jingle, OPUS } from "./translate.js";

/** What someone could try to get into a line, through a number, or past a table. */
export const poison: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "\r\na=crypto:1",
    "x\r\nm=audio 9 RTP/AVP 0",
    "\n",
    "\r",
    "\0",
    "a b",
    " ",
    "",
    "=",
    ";apt=96",
    '"',
    "'",
    "<&>",
    "\u2028",
    "\u0085",
    "é",
    "😀",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "NaN",
    "__proto__",
    "constructor",
    "toString",
    "x".repeat(5000),
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
);

/** One thing that is done to a tree; `place` and `to` count modulo what there is. */
export type Change =
  /** A place is an attribute of an element, or its text. */
  | { readonly how: "spoil"; readonly place: number; readonly value: string }
  | { readonly how: "drop" | "double" | "rename" | "misplace" | "empty"; readonly place: number; readonly to: number }
  | { readonly how: "repeat"; readonly place: number; readonly times: number }
  | { readonly how: "nest"; readonly place: number; readonly depth: number };

export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ how: fc.constant("spoil" as const), place: fc.nat(), value: poison }) },
  {
    weight: 4,
    arbitrary: fc.record({
      how: fc.constantFrom("drop", "double", "rename", "misplace", "empty"),
      place: fc.nat(),
      to: fc.nat(),
    }),
  },
  fc.record({ how: fc.constant("repeat" as const), place: fc.nat(), times: fc.constantFrom(2, 20, 200) }),
  fc.record({ how: fc.constant("nest" as const), place: fc.nat(), depth: fc.constantFrom(1, 10, 1000) }),
);

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(change, { maxLength: 4 });

/** Does all that to the tree. */
export function spoil(element: Element, list: readonly Change[]): Element {
  for (const one of list) apply(element, one);
  return element;
}

function apply(root: Element, one: Change): void {
  if (one.how === "spoil") {
    const all = places(root);
    const [target, name] = all[one.place % all.length]!;
    if (name === null) target.children.unshift(one.value);
    else target.attrs[name] = one.value;
    return;
  }
  const all = flatten(root);
  const target = all[one.place % all.length]!;
  const { parent } = target;
  if (one.how === "rename") target.attrs.xmlns = "urn:example:other";
  if (one.how === "empty") target.children = [];
  if (one.how === "nest") nest(target, one.depth);
  if (!parent || target === root) return;
  if (one.how === "drop" || one.how === "misplace") parent.children.splice(parent.children.indexOf(target), 1);
  if (one.how === "double") parent.children.push(parse(target.toString()));
  if (one.how === "repeat") repeat(parent, target, one.times);
  if (one.how === "misplace") {
    const left = flatten(root);
    left[one.to % left.length]!.cnode(target);
  }
}

function repeat(parent: Element, target: Element, times: number): void {
  const text = target.toString();
  // Of a whole content, or of what holds many, a thousand are only slow.
  const count = Math.max(1, Math.min(times, Math.floor(100_000 / text.length)));
  for (let i = 0; i < count; i++) parent.cnode(parse(text));
}

function nest(target: Element, depth: number): void {
  let inner = target;
  for (let i = 0; i < depth; i++) inner = inner.c(target.name, { ...target.attrs });
}

/** Every place where a peer writes: [element, attribute], or [element, null] for its text. */
export function places(element: Element): readonly (readonly [Element, string | null])[] {
  return flatten(element).flatMap((one) => [
    ...Object.keys(one.attrs)
      .filter((name) => name !== "xmlns")
      .map((name) => [one, name] as const),
    [one, null] as const,
  ]);
}

export function flatten(element: Element): readonly Element[] {
  const all: Element[] = [];
  const stack = [element];
  for (let one = stack.pop(); one; one = stack.pop()) {
    all.push(one);
    stack.push(...one.getChildElements().reverse());
  }
  return all;
}

/** A whole session-initiate with everything in it that the translator knows. */
export function rich(): Element {
  const everything = `${OPUS}
    <payload-type id='96' name='VP8' clockrate='90000' ptime='20' maxptime='60'><parameter name='a' value='b'/>
      <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack' subtype='pli'><parameter name='x' value='y'/></rtcp-fb>
      <rtcp-fb-trr-int xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' value='5'/></payload-type>
    <payload-type id='97' name='rtx' clockrate='90000'><parameter name='apt' value='96'/></payload-type>
    <payload-type id='101' name='telephone-event' clockrate='8000'><parameter name='' value='0-15'/></payload-type>
    <bandwidth type='AS'>64</bandwidth>
    <rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='4' uri='urn:x' senders='initiator'><parameter name='p' value='q'/></rtp-hdrext>
    <extmap-allow-mixed xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0'/>
    <ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'><source ssrc='1'/><source ssrc='2'/></ssrc-group>
    <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'><parameter name='cname' value='c'/><parameter name='msid' value='s t'/></source>
    <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='2'><parameter name='cname' value='c'/></source>
    <stream xmlns='urn:xmpp:jingle:apps:rtp:msid:0' id='s' track='t'/>
    <category xmlns='urn:xmpp:jingle:apps:category:0' name='slides'/>`;
  const candidate = `<candidate component='1' foundation='1' generation='0' id='c1' ip='10.0.0.1' port='9' priority='1'
    protocol='udp' type='srflx' rel-addr='10.0.0.2' rel-port='8'/><gathering-complete xmlns='urn:xmpp:jingle:transports:ice:0'/>
    <trickle xmlns='http://gultsch.de/xmpp/drafts/jingle/transports/ice-udp/option'/>`;
  const own = "rtcp-rsize\nmsid:s t\nmono:111\nspelt:g\nrid:h send\nsimulcast:send h\nrtcp-xr:rcvr-rtt=all";
  const sctp =
    "<sctpmap xmlns='urn:xmpp:jingle:transports:dtls-sctp:1' number='5000' protocol='webrtc-datachannel' streams='1024'/>";
  const element = jingle(
    content({ description: everything, transport: candidate }) +
      content({ name: "1", media: "video", description: everything }) +
      content({ name: "2", media: null, transport: sctp }) +
      group("0 1 2"),
  );
  element.getChild("content")!.c("sdp", { xmlns: "urn:jinglewire:sdp:0" }).t(own);
  return element;
}

/** Actions that change a session whose contents have the names 0, 1 and 2, by name for titles. */
const LATER: Readonly<Record<string, () => Element>> = {
  "content-add": () => renamed(rich(), "content-add", "a"),
  "content-accept": () => withAction(rich(), "content-accept"),
  "content-modify": () => stubs("content-modify", "senders='initiator'"),
  "content-remove": () => stubs("content-remove", "", "<reason><cancel/></reason>"),
  "content-reject": () => stubs("content-reject", ""),
  "transport-info": () => withoutDescriptions(withAction(rich(), "transport-info")),
  "transport-replace": () => withAction(rich(), "transport-replace"),
  "transport-accept": () => withAction(rich(), "transport-accept"),
  "description-info": () => withAction(rich(), "description-info"),
  "security-info": () => withAction(rich(), "security-info"),
  "session-info": () =>
    jingle("<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' creator='initiator' name='0'/>", "session-info"),
  "session-terminate": () => jingle("<reason><success/><text>x</text></reason>", "session-terminate"),
};

/** Whole valid actions of peers, made new each time: ours with everything, browsers' and Dino's. */
export const BASES: readonly (() => Element)[] = [
  rich,
  () => withAction(rich(), "session-accept"),
  ...Object.values(LATER),
  ...browsersActions(),
  ...dinosActions(),
];

export const base: fc.Arbitrary<number> = fc.nat(BASES.length - 1);

function browsersActions(): readonly (() => Element)[] {
  const some = corpus().filter(({ title }) =>
    /audio-video-data-(offer|answer)$|simulcast-offer$|max-bundle-offer$/.test(title),
  );
  return some.flatMap((description) =>
    [STRANGER, undefined].map((peer) => {
      const { xml } = roundTrip(description, description.type === "offer" ? "initiator" : "responder", peer);
      return () => parse(xml);
    }),
  );
}

function dinosActions(): readonly (() => Element)[] {
  return captureNames().flatMap((name) =>
    readCapture(name)
      .map(({ xml }) => xml)
      .filter((xml) => xml.startsWith("<iq") && parse(xml).getChild("jingle"))
      .map((xml) => () => parse(parse(xml).getChild("jingle")!.toString())),
  );
}

function withAction(element: Element, action: string): Element {
  element.attrs.action = action;
  return element;
}

function renamed(element: Element, action: string, prefix: string): Element {
  for (const one of element.getChildren("content")) one.attrs.name = prefix + one.attrs.name;
  return withAction(element, action);
}

function withoutDescriptions(element: Element): Element {
  for (const one of element.getChildren("content")) one.remove("description");
  return element;
}

function stubs(action: string, attributes: string, more = ""): Element {
  return jingle(
    ["0", "1"].map((name) => `<content creator='initiator' name='${name}' ${attributes}/>`).join("") + more,
    action,
  );
}
