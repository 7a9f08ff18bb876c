import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { root } from "../support/root.js";
import { type Project, packed } from "./packed.js";

/** What a project writes that uses us, one line at least from every export path that has types of its own to get right. */
const CONSUMER = `
import { type Call, Chat, type Connection, callCapabilities, connect, fromXmppClient, Phone, Roster, type XmppClient } from "jinglewire/client";
import { FakeMedia, FakeNetwork, MemoryServer, provideMediaStream } from "jinglewire/client/testing";
import { FEATURES, jingleToSdp, sdpToJingle, SessionManager } from "jinglewire/jingle";
import { CallStage, Calls, IncomingCall } from "jinglewire/client/ui";

declare const xmpp: XmppClient;

export async function calls(): Promise<Call> {
  const connection: Connection = await connect({ service: "wss://localhost/", address: "a@localhost", password: "" });
  const roster = new Roster(connection);
  const phone = new Phone(connection, { roster, media: new FakeMedia(), peerConnection: new FakeNetwork().peerConnection });
  phone.addEventListener("incoming", ({ call }) => call.accept({ video: true }));
  new Phone(fromXmppClient(xmpp), { roster: { get: () => ({ subscription: "both" }) } });
  new Chat(new MemoryServer().connect("b@localhost")).send("a@localhost", "hello");
  connection.send((await callCapabilities(connection))!);
  provideMediaStream()();
  const stage: CallStage = document.createElement("jingle-call");
  stage.call = phone.call("b@localhost");
  const element = sdpToJingle("", { action: "session-initiate", sid: "s", role: "initiator" });
  const text: string = jingleToSdp(element, { role: "initiator", type: "offer" }) + FEATURES.join() + element.getText();
  const parts: readonly unknown[] = [text, SessionManager, Calls, IncomingCall];
  return parts.length > 0 ? phone.call("b@localhost") : stage.call;
}
`;

describe("the package", () => {
  let project: Project;

  before(async function () {
    this.timeout(60_000);
    project = await packed();
  });

  it("holds code, types, sources, the page, licence, README and CHANGELOG, and nothing else", () => {
    const allowed = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|(jingle|client|component)\/.+\.ts|dist\/.+)$/;
    assert.deepEqual(
      project.files.filter((file) => !allowed.test(file)),
      [],
    );
    assert.deepEqual(
      project.files.filter((file) => /\.test\.|tsbuildinfo|tsconfig|(^|\/)\.|client\/app\//.test(file)),
      [],
    );
    for (const file of ["README.md", "CHANGELOG.md", "LICENSE", "dist/page/index.html"])
      assert.ok(project.files.includes(file));
  });

  it("has every source that a map names", async () => {
    const maps = project.files.filter((file) => file.endsWith(".map"));
    assert.ok(maps.length > 50);
    const home = join(project.folder, "node_modules/jinglewire");
    for (const map of maps) {
      const { sources } = JSON.parse(await readFile(join(home, map), "utf8")) as { sources: string[] };
      for (const source of sources) {
        const file = posix.join(posix.dirname(map), source);
        assert.ok(project.files.includes(file), `${map} names ${file}`);
      }
    }
  });

  it("runs no script when it is installed", () => {
    const scripts = Object.keys(project.manifest.scripts ?? {});
    assert.deepEqual(
      scripts.filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
      [],
    );
  });

  it("has something behind every export path, with types, and can be imported in Node", async () => {
    const { exports } = project.manifest;
    assert.ok(Object.keys(exports).length >= 5);
    for (const [path, { types, default: code }] of Object.entries(exports)) {
      for (const file of [types, code]) assert.ok(project.files.includes(file.slice(2)), `${path}: ${file}`);
      const script = `console.log(Object.keys(await import("${posix.join("jinglewire", path)}")).length)`;
      const found = await project.node("--input-type=module", "--eval", script);
      assert.ok(Number(found) > 0, `${path} exports ${found}`);
    }
  });

  it("has commands that start", async () => {
    for (const file of Object.values(project.manifest.bin)) {
      const path = join("node_modules/jinglewire", file);
      assert.match(await readFile(join(project.folder, path), "utf8"), /^#!\/usr\/bin\/env node\n/);
      assert.match(await project.node(path, "--help"), /^jinglewire component /);
    }
  });

  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ] as const) {
    it(`has types that hold in a strict project without skipLibCheck (${moduleResolution})`, async function () {
      this.timeout(60_000);
      const names = Object.keys(project.manifest.exports).map((path) => posix.join("jinglewire", path));
      // A component runs in Node, and its types may say so; nobody else's may.
      const forNode = names.filter((name) => name.endsWith("/component"));
      const forBrowsers = names.filter((name) => !forNode.includes(name));
      const resolution = { module, moduleResolution };
      await typeCheck(`browser-${moduleResolution}`, CONSUMER + importAll(forBrowsers), { ...resolution, types: [] });
      await typeCheck(`node-${moduleResolution}`, importAll(forNode), { ...resolution, types: ["node"] });
    });
  }

  async function typeCheck(folder: string, code: string, options: object): Promise<void> {
    await project.write(`${folder}/consumer.ts`, code);
    const lib = ["es2023", "dom", "dom.iterable"];
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const compilerOptions = { ...strict, noEmit: true, target: "es2022", lib, ...options };
    await project.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    assert.equal(await project.node(join(root, "node_modules/typescript/bin/tsc"), "--project", folder), "");
  }
});

function importAll(names: readonly string[]): string {
  const imports = names.map((name, i) => `import * as all${i} from "${name}";\n`).join("");
  return `${imports}export const everything: readonly unknown[] = [${names.map((_, i) => `all${i}`).join()}];\n`;
}
