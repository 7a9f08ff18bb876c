import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/root.js";
import { specVectors } from "../support/spec-vectors.js";

interface Rule {
  readonly id: string;
  readonly about: string;
  /** Where it is not for a browser: C component, V server. */
  readonly who?: string;
  /** The titles that prove it, where they go by the map's rows or by another rule. */
  readonly as?: readonly string[];
}

const RULES: readonly Rule[] = JSON.parse(readFileSync(join(root, "test/vectors/rules.json"), "utf8"));
const ID = /\b(?:(?:\d{4}|avc)-\d{2}|[EGT]\d+|[a-z]-\d+)\b/g;

describe("the rules of the XEPs", () => {
  const proven = new Set(titles().flatMap((title) => title.match(ID) ?? []));
  const { remarks, partly } = decisions();

  it("are all here", function () {
    const vectors = specVectors();
    const list = vectors && join(vectors, "../design/xeps.md");
    if (!list || !existsSync(list)) return this.skip();
    const written = readFileSync(list, "utf8").match(/^(?:- )?(?:(?:\d{4}|avc)-\d{2}|T\d)\b|^\| [EG]\d+(?= \|)/gm)!;
    assert.deepEqual(
      RULES.map(({ id }) => id),
      written.map((line) => line.replace(/^(- |\| )/, "")),
    );
  });

  it("are each a test, or a line in docs/decisions/rules.md", () => {
    const missing = RULES.filter(({ id, who, as }) => {
      const isProven = proven.has(id) || as?.every((other) => proven.has(other));
      return who === undefined && !isProven && !remarks.has(id);
    });
    assert.deepEqual(
      missing.map(({ id, about }) => `${id} ${about}`),
      [],
    );
  });

  it("are not excused where they are proven", () => {
    const excused = [...remarks].filter((id) => proven.has(id) && !partly.has(id));
    assert.deepEqual(excused, [], "proven now: take them out of docs/decisions/rules.md, or move them to In part");
  });

  it("are known by their names in docs/decisions/rules.md", () => {
    const known = new Set(RULES.map(({ id }) => id));
    assert.deepEqual(
      [...remarks].filter((id) => !known.has(id)),
      [],
    );
  });
});

/** What tests and their groups are called. */
function titles(): readonly string[] {
  const folder = join(root, "test");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return [...text.matchAll(/\b(?:it|describe)\(\s*(["`])(.*?)\1/gs)].map(([, , title]) => title!);
  });
}

/** The first column of the page's tables, and which of them stand under "In part". */
function decisions() {
  const page = readFileSync(join(root, "docs/decisions/rules.md"), "utf8");
  const idsOf = (text: string) =>
    new Set([...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => cell!.match(ID) ?? []));
  const part = page.split(/^## /m).find((section) => section.startsWith("In part")) ?? "";
  return { remarks: idsOf(page), partly: idsOf(part) };
}
