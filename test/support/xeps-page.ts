import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the head of a file of jingle/xep says. */
export interface XepHead {
  /** "XEP-0166", or a namespace of ours. */
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly does: string;
  readonly doesNot: string;
}

const FILE = /^(?:\d{4}|jinglewire-\w+)\.ts$/;
const FIRST = /^\/\/ (XEP-\d{4}|urn:[\w:]+): (.+), version ([\d.]+)(?: \(.*\))?$/;

/** docs/xeps.md, made of the heads of jingle/xep and of the table of printed examples. */
export function xepsPage(root: string): string {
  const heads = readdirSync(join(root, "jingle/xep"))
    .filter((name) => FILE.test(name))
    .map((name) => readHead(name, readFileSync(join(root, "jingle/xep", name), "utf8")));
  const examples = Object.keys(JSON.parse(readFileSync(join(root, "test/vectors/xep-examples.json"), "utf8")));
  const rows = heads.map(
    (head) =>
      `| ${link(head)} | ${head.title} | ${head.version} | ${head.does} | ${head.doesNot} | ${vectors(head, examples)} |`,
  );
  return `${INTRODUCTION}\n${TABLE}\n${rows.join("\n")}\n`;
}

const INTRODUCTION = `# XEPs: what we do, and what we do not

Made by \`npm run docs\` from the heads of the files in \`jingle/xep/\`; a test holds it up to date. The last column counts
the printed examples of the XEP that have an expected outcome in \`test/vectors/xep-examples.json\`. Which rule of a XEP is
which test: \`docs/decisions/rules.md\`. What has no elements of its own here, such as stream management or carbons, is in
\`client/\`.
`;
const TABLE = `| XEP | title | version | we do | we do not | examples |
| --- | ----- | ------- | ----- | --------- | -------- |`;

/** Throws where a head is not as the others are. */
export function readHead(name: string, source: string): XepHead {
  const [first, ...lines] = source.slice(0, source.search(/\n(?!\/\/)/)).split("\n");
  const [, id, title, version] = FIRST.exec(first!) ?? [];
  const text = lines.map((line) => line.replace(/^\/\/ +/, "")).join(" ");
  const [, does, doesNot] = /^Does: (.+?\.) Does not: (.+?\.)$/.exec(text) ?? [];
  if (!id || !title || !version || !does || !doesNot) throw new Error(`jingle/xep/${name}: its head says not all`);
  return { id, title, version, does, doesNot };
}

function link({ id }: XepHead): string {
  return id.startsWith("XEP") ? `[${id.slice(4)}](https://xmpp.org/extensions/${id.toLowerCase()}.html)` : `\`${id}\``;
}

function vectors({ id }: XepHead, examples: readonly string[]): string {
  const count = examples.filter((file) => file.startsWith(`${id.toLowerCase()}/`)).length;
  return count === 0 ? "" : String(count);
}
