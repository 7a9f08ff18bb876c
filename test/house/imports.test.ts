import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** docs/house.md, "Who may know whom": a room may import from itself and from the rooms named here. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  jingle: [],
  client: ["jingle"],
  "client/ui": ["client"],
  "client/app": ["client", "client/ui"],
  component: ["jingle"],
  "component/bridges": ["component", "jingle"],
};
/** What a room may have of npm; everything else is a decision that is not taken yet. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  jingle: /^ltx(\/lib\/Element\.js)?$/,
  client: /^(ltx|@xmpp\/[\w-]+(\/.*)?|saslmechanisms)$/,
  "client/ui": /^lit(\/.*)?$/,
  "client/app": /^lit(\/.*)?$/,
  component: /^(ltx|@xmpp\/[\w-]+|pino|zod|node:\w+)$/,
  "component/bridges": /^(ltx|node:\w+)$/,
};
/** Within jingle/: a file may import from its own step and from those before it. Files that are not here stand outside the stair. */
const STAIRS = [
  ["errors", "jid", "machine", "limits", "element", "sdp-grammar"],
  ["codec"],
  ["xep"],
  ["stanza", "description", "roles"],
  ["candidate"],
  ["sdp"],
  ["translate"],
] as const;
const FORBIDDEN_IN_JINGLE = ["Date.now", "Math.random", "globalThis", "performance.", "setTimeout", "crypto."];

const ROOT = projectRoot();
const FILES = Object.keys(MAY_IMPORT)
  .filter((room) => !room.includes("/") && existsSync(join(ROOT, room)))
  .flatMap(sources);

describe("the house", () => {
  it("has something in jingle and client", () => {
    assert.ok(FILES.some((file) => file.startsWith("jingle/")) && FILES.some((file) => file.startsWith("client/")));
  });

  for (const file of FILES) {
    it(`${file} imports only what its room may know`, () => {
      const room = roomOf(file);
      for (const target of importsOf(file)) {
        if (!target.startsWith(".")) {
          assert.match(target, PACKAGES[room]!, `${file} imports the package ${target}`);
          continue;
        }
        const other = roomOf(resolve(file, target));
        assert.ok(
          other === room || MAY_IMPORT[room]!.includes(other),
          `${file} (${room}) imports ${target} (${other})`,
        );
      }
    });
  }

  it("jingle/ knows no clock, no dice and no globals", () => {
    for (const file of FILES.filter((one) => one.startsWith("jingle/"))) {
      const code = withoutComments(readFileSync(join(ROOT, file), "utf8"));
      for (const word of FORBIDDEN_IN_JINGLE) assert.ok(!code.includes(word), `${file} says ${word}`);
    }
  });

  it("within jingle/ the stair goes only downwards", () => {
    for (const file of FILES.filter((one) => one.startsWith("jingle/"))) {
      const own = stepOf(file);
      if (own === -1) continue;
      for (const target of importsOf(file).filter((one) => one.startsWith("."))) {
        const other = stepOf(resolve(file, target));
        assert.ok(other !== -1 && other <= own, `${file} imports ${target}, which stands above it`);
      }
    }
  });

  it("has no circles", () => {
    const state = new Map<string, "open" | "done">();
    const visit = (file: string, path: readonly string[]): void => {
      assert.notEqual(state.get(file), "open", `circle: ${[...path, file].join(" -> ")}`);
      if (state.has(file)) return;
      state.set(file, "open");
      // A type is gone at run time, but a circle of types is a circle in the reader's head all the same.
      for (const target of importsOf(file).filter((one) => one.startsWith("."))) {
        const next = resolve(file, target);
        if (FILES.includes(next)) visit(next, [...path, file]);
      }
      state.set(file, "done");
    };
    for (const file of FILES) visit(file, []);
  });

  it("has no file past 400 lines", () => {
    for (const file of FILES) {
      const { length } = readFileSync(join(ROOT, file), "utf8").split("\n");
      assert.ok(length <= 401, `${file} has ${length} lines and asks to be two`);
    }
  });
});

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!readdirSync(folder).includes("package.json")) folder = dirname(folder);
  return folder;
}

function sources(room: string): string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => `${room}/${file}`);
}

function roomOf(file: string): string {
  const rooms = Object.keys(MAY_IMPORT).filter((room) => file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? "outside";
}

function stepOf(file: string): number {
  const name = file.replace(/^jingle\//, "").replace(/\.ts$/, "");
  // A step can be several files: sdp, sdp-read, sdp-write.
  return STAIRS.findIndex((step) =>
    step.some((word) => name === word || name.startsWith(`${word}-`) || name.startsWith(`${word}/`)),
  );
}

function importsOf(file: string): string[] {
  const code = withoutComments(readFileSync(join(ROOT, file), "utf8"));
  return [...code.matchAll(/^(?:import|export)\b(?:[^;"]*\bfrom)?\s*"([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    (match) => (match[1] ?? match[2])!,
  );
}

function resolve(file: string, target: string): string {
  return relative(ROOT, join(ROOT, dirname(file), target.replace(/\.js$/, ".ts")));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
