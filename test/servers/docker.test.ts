import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { obtainProsody } from "#prosody/obtain.mjs";
import { freePorts } from "#prosody/ports.mjs";
import { Sentence } from "#prosody/sentence.mjs";
import { type ProsodyServer, startProsody } from "#prosody/server.mjs";
import { type DockerCall, type DockerStandIn, dockerStandIn } from "../support/docker.js";
import { login } from "./raw-client.js";
import { clear, Starter, started, temporaryFolder } from "./starter.js";

// There is no engine where this was written: a stand-in takes Docker's words and does what they say.
describe("npm start with Docker", function () {
  this.timeout(60_000);
  afterEach(clear);

  it("runs Prosody in a container where an engine answers, before any other way", async () => {
    const docker = await dockerStandIn("answers");
    const starter = await started({ PATH: docker.path, TURN_HOST: "turn.example", TURN_SECRET: "told to nobody" });
    assert.match(starter.output, /^Building the image of Prosody with Docker/m);
    assert.match(starter.output, /^The component call\.localhost is connected/m);
    const [alice] = JSON.parse(await readFile(join(starter.data, "accounts.json"), "utf8"));
    const client = await login(`ws://localhost:${starter.port}/xmpp-websocket`, alice.address, alice.password);
    await client.close();
    const { environment, args } = await containerOf(docker);
    assert.equal(environment!.TURN_SECRET, "told to nobody");
    assert.ok(!args.join(" ").includes("told to nobody"));
    assert.ok(!args.join(" ").includes((await readFile(join(starter.data, "component-secret"), "utf8")).trim()));
    assert.equal(await starter.stop(), 0);
  });

  it("shows the container's ports on loopback alone, gives it no rights, and lets it be us in our folder", async () => {
    const docker = await dockerStandIn("answers");
    const starter = await started({ PATH: docker.path });
    const { args } = await containerOf(docker);
    const published = args.filter((_, at) => args[at - 1] === "--publish");
    assert.equal(published.length, 3);
    for (const port of published) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/);
    for (const flag of ["--rm", "--cap-drop=ALL", "--security-opt=no-new-privileges"]) assert.ok(args.includes(flag));
    assert.equal(args[args.indexOf("--user") + 1], `${process.getuid!()}:${process.getgid!()}`);
    assert.ok(args.includes(`type=bind,source=${join(starter.data, "prosody")},target=/data`));
    await starter.stop();
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    it(`stops the container on ${signal}`, async () => {
      const docker = await dockerStandIn("answers");
      const starter = await started({ PATH: docker.path });
      const { pid } = await containerOf(docker);
      assert.equal(await starter.stop(signal), 0);
      assert.ok(!isAlive(pid!));
      assert.match(await readFile(join(starter.data, "prosody/prosody.log"), "utf8"), /Shutdown complete/);
    });

  it("takes the container along even when it is killed outright", async () => {
    const docker = await dockerStandIn("answers");
    const starter = await started({ PATH: docker.path });
    const { pid } = await containerOf(docker);
    await starter.stop("SIGKILL");
    while (isAlive(pid!)) await sleep(20);
  });

  for (const engine of ["absent", "hangs"] as const)
    it(`goes the next way without a word when the engine ${engine === "absent" ? "is absent" : "does not answer"}`, async () => {
      const docker = await dockerStandIn(engine);
      const starter = await started({ PATH: docker.path });
      assert.doesNotMatch(starter.output, /Docker/);
      assert.deepEqual(
        (await docker.calls()).map(({ command }) => command),
        ["info"],
      );
      assert.equal(await starter.stop(), 0);
    });

  for (const engine of ["cannot build", "elsewhere"] as const)
    it(`says so and goes the next way when an engine that answers ${engine === "elsewhere" ? "is on another machine" : engine}`, async () => {
      const docker = await dockerStandIn(engine);
      const starter = await started({ PATH: docker.path });
      assert.match(starter.output, /^Docker answers, but cannot make or run .* set PROSODY=local or PROSODY=unpacked/m);
      assert.match(starter.output, /^Going on without Docker$/m);
      assert.equal(await starter.stop(), 0);
    });

  it("PROSODY=docker without an engine, or without Docker at all, is refused in one sentence", async () => {
    for (const path of [(await dockerStandIn("absent")).path, await temporaryFolder()]) {
      const [port] = await freePorts(1);
      const starter = new Starter(port!, await temporaryFolder(), { PROSODY: "docker", PATH: path });
      assert.equal(await starter.ended(), 1);
      assert.match(
        starter.errors,
        /^PROSODY=docker, but no Docker engine answers: start one [^\n]*, or unset PROSODY\.\n$/,
      );
    }
  });

  it("PROSODY=docker with an engine that cannot do it is refused with the engine's own words", async () => {
    const { path } = await dockerStandIn("cannot build");
    await assert.rejects(obtainProsody({ dir: await temporaryFolder(), choice: "docker", path }), (error) => {
      assert.ok(error instanceof Sentence);
      assert.match(error.message, /failed to resolve reference debian:trixie-slim/);
      return true;
    });
  });

  it("PROSODY=local does not ask Docker", async () => {
    const docker = await dockerStandIn("answers");
    await assert.rejects(
      obtainProsody({ dir: docker.folder, choice: "local", docker: true, path: docker.folder }),
      /PROSODY=local/,
    );
    assert.deepEqual(await docker.calls(), []);
  });
});

describe("A Prosody in a container", function () {
  this.timeout(30_000);
  afterEach(clear);

  it("gets other ports when somebody took one", async () => {
    const docker = await dockerStandIn("port taken");
    const server = await start(docker);
    const runs = (await docker.calls()).filter(({ args }) => args.includes("--publish"));
    assert.equal(runs.length, 2);
    assert.notDeepEqual(portsOf(runs[0]!), portsOf(runs[1]!));
    await server.stop();
    assert.equal((await server.ended).code, 0);
  });

  it("is root inside where the engine is rootless, which stands for whoever runs the engine", async () => {
    const docker = await dockerStandIn("rootless");
    const server = await start(docker);
    const { args, environment } = await containerOf(docker);
    assert.equal(args[args.indexOf("--user") + 1], "0:0");
    assert.equal(environment!.JINGLEWIRE_PROSODY_ROOT, "yes");
    await server.stop();
  });

  it("is gone after kill(), and nothing of the trial is left behind", async () => {
    const docker = await dockerStandIn("answers");
    const folder = await temporaryFolder();
    const server = await start(docker, folder);
    const { pid } = await containerOf(docker);
    await server.kill();
    assert.ok(!isAlive(pid!));
    assert.deepEqual(await readdir(folder), ["data"]);
  });

  async function start(docker: DockerStandIn, folder?: string): Promise<ProsodyServer> {
    const dir = folder ?? (await temporaryFolder());
    const dataDir = join(dir, "data");
    await mkdir(dataDir);
    return startProsody({ dataDir, obtained: await obtainProsody({ dir, choice: "docker", path: docker.path }) });
  }
});

/** The last container that runs Prosody. */
async function containerOf(docker: DockerStandIn): Promise<DockerCall> {
  const found = (await docker.calls()).findLast(({ pid }) => pid !== undefined);
  assert.ok(found && isAlive(found.pid!));
  return found;
}

function portsOf({ args }: DockerCall): readonly string[] {
  return args.filter((_, at) => args[at - 1] === "--publish");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
