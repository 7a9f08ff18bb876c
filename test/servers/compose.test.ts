import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createElement } from "ltx";
import { readConfig } from "#component/config.js";
import { type Composition, composeText, composition } from "../support/compose.js";
import { coturn } from "../support/coturn.js";
import { describeMore } from "../support/more.js";
import { privateServer } from "../support/prosody.js";
import { root } from "../support/root.js";
import { newAccounts } from "../support/server.js";
import { login } from "./raw-client.js";

const VARIABLES = {
  DOMAIN: "example.org",
  TURN_ADDRESS: "127.0.0.1",
  TURN_SECRET: "shared with coturn",
  COMPONENT_SECRET: "shared with the component",
};

describe("compose.yaml and prosody/Dockerfile", () => {
  let whole: Composition;
  before(() => {
    whole = composition(VARIABLES);
  });

  it("starts Prosody, the component and a TURN server", () => {
    assert.deepEqual(Object.keys(whole.services).sort(), ["component", "coturn", "prosody"]);
  });

  it("starts nothing before every secret is given, and holds none itself", () => {
    for (const name of ["TURN_ADDRESS", "TURN_SECRET", "COMPONENT_SECRET"])
      assert.throws(() => composition({ ...VARIABLES, [name]: "" }), new RegExp(`^Error: ${name}: set it in \\.env`));
    const secrets = composeText()
      .match(/^.*secret.*$/gim)!
      .filter((line) => !/^\s*#|use-auth-secret/i.test(line));
    assert.ok(secrets.length >= 4);
    for (const line of secrets) assert.match(line, /\$\{\w+:\?[^}]+\}$/);
  });

  it("publishes ports on loopback alone, and only coturn, which callers must reach, is on the machine's own network", () => {
    for (const [name, { ports = [], network_mode }] of Object.entries(whole.services)) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
      assert.equal(network_mode, name === "coturn" ? "host" : undefined);
    }
  });

  it("tells Prosody only what its configuration reads", () => {
    const configuration = readFileSync(join(root, "prosody/prosody.cfg.lua"), "utf8");
    const image = [...dockerfileOf("prosody").matchAll(/\b(JINGLEWIRE_PROSODY_\w+)=/g)].map(([, name]) => name!);
    assert.ok(image.length >= 3);
    for (const name of [...image, ...Object.keys(whole.services.prosody!.environment!)])
      assert.ok(configuration.includes(`ENV_${name}`), name);
  });

  it("tells the component what it needs to know, the same as Prosody", () => {
    const [prosody, component] = [whole.services.prosody!.environment!, whole.services.component!.environment!];
    const { domain, secret, host } = readConfig(component);
    assert.deepEqual({ domain, host }, { domain: `call.${prosody.JINGLEWIRE_PROSODY_DOMAIN}`, host: "prosody" });
    assert.equal(secret, prosody.JINGLEWIRE_PROSODY_COMPONENT_SECRET);
  });

  for (const [name, context] of [
    ["prosody", "prosody"],
    ["component", "."],
    ["coturn", "."],
  ] as const)
    it(`${name}: copies only what is there and not kept out of the image, and runs nothing as root`, () => {
      const stages = dockerfileOf(name).split(/^(?=FROM )/m);
      const allowed = readFileSync(join(root, context, ".dockerignore"), "utf8")
        .split("\n")
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1));
      for (const [, sources] of dockerfileOf(name).matchAll(/^COPY (?!--from)(.+) \S+$/gm))
        for (const source of sources!.split(" ")) {
          assert.ok(existsSync(join(root, context, source)), source);
          assert.ok(allowed.includes(source), source);
        }
      assert.match(stages.at(-1)!, /^USER (?!root)\w+$/m);
      assert.match(stages.at(-1)!, /^ENTRYPOINT \[".*"\]$/m);
      // A cache of package lists would stay in the layer.
      assert.equal(/apt-get install/.test(stages.at(-1)!), /rm -rf \/var\/lib\/apt\/lists/.test(stages.at(-1)!));
    });

  function dockerfileOf(name: string): string {
    const { build } = whole.services[name]!;
    return typeof build === "string" ? readFileSync(join(root, build, "Dockerfile"), "utf8") : build.dockerfile_inline;
  }
});

describeMore("The TURN server of compose.yaml", function () {
  this.timeout(60_000);

  it("relays for the credentials that Prosody gives, and for no others", async () => {
    const relay = await coturn(composition(VARIABLES).configs.coturn!.content);
    const server = await privateServer({
      environment: { TURN_HOST: VARIABLES.TURN_ADDRESS, TURN_SECRET: VARIABLES.TURN_SECRET },
    });
    const [ann] = await newAccounts(server, "ann");
    const client = await login(server.service, ann.address, ann.password);
    const services = await client.ask(
      "get",
      createElement("services", { xmlns: "urn:xmpp:extdisco:2" }),
      server.domain,
    );
    const { username, password } = services.getChildren("service").find(({ attrs }) => attrs.type === "turn")!.attrs;
    assert.ok((await relay.relayed(String(username), String(password))) > 0);
    assert.equal(await relay.relayed(String(username), "another"), 0);
    const past = String(Math.floor(Date.now() / 1000) - 60);
    const expired = createHmac("sha1", VARIABLES.TURN_SECRET).update(past).digest("base64");
    assert.equal(await relay.relayed(past, expired), 0);
    await client.close();
    await server.stop();
  });
});
