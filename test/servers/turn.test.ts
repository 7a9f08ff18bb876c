import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createElement, type Element, parse } from "ltx";
import { ejabberd } from "../support/ejabberd.js";
import { describeMore } from "../support/more.js";
import { privateServer, type TestServer, unpackedServer } from "../support/prosody.js";
import { newAccounts, type XmppServer } from "../support/server.js";
import { login } from "./raw-client.js";

const EXTERNAL_SERVICES = "urn:xmpp:extdisco:2"; // XEP-0215
const HOST = "turn.example";
const SECRET = "shared with the TURN server";
const DAY = 86_400_000;

describe("TURN_HOST and TURN_SECRET", () => {
  it("are both needed for Prosody to speak of external services at all", async () => {
    const server = await privateServer({ environment: { TURN_HOST: HOST, TURN_SECRET: "" } });
    const [ann] = await newAccounts(server, "ann");
    const client = await login(server.service, ann.address, ann.password);
    const info = createElement("query", { xmlns: "http://jabber.org/protocol/disco#info" });
    const features = (await client.ask("get", info, server.domain)).getChildren("feature");
    assert.ok(!features.some(({ attrs }) => attrs.var === EXTERNAL_SERVICES));
    await client.close();
    await server.stop();
  });

  prosodySuite("Prosody", privateServer);
});

describeMore("TURN credentials", () => {
  prosodySuite("Prosody 13.0", (options) => unpackedServer("trixie", options));

  it("come from ejabberd 23 as well", async () => {
    const server = await ejabberd({ turn: { host: HOST, secret: SECRET } });
    const services = await servicesForUser(server);
    assert.deepEqual(services.map(({ attrs }) => attrs.type).sort(), ["stun", "turn"]);
    assertEphemeral(services.find(({ attrs }) => attrs.type === "turn")!);
    await server.stop();
  });
});

function prosodySuite(title: string, start: typeof privateServer): void {
  describe(`${title} with a TURN server`, () => {
    let folder: string;
    let server: TestServer;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "jinglewire-turn-"));
      const include = join(folder, "components.lua");
      await writeFile(include, `Component "other.localhost"\n  component_secret = "${SECRET}"\n`);
      server = await start({
        environment: {
          TURN_HOST: HOST,
          TURN_SECRET: SECRET,
          TURN_TLS_PORT: "5349",
          JINGLEWIRE_PROSODY_INCLUDE: include,
        },
      });
    });

    after(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    it("tells its users where STUN and TURN are, over UDP, TCP and TLS", async () => {
      const services = await servicesForUser(server);
      assert.deepEqual(
        services.map(({ attrs }) => `${attrs.type} ${attrs.host}:${attrs.port} ${attrs.transport}`).sort(),
        ["stun turn.example:3478 tcp", "stun turn.example:3478 udp"].concat([
          "turn turn.example:3478 tcp",
          "turn turn.example:3478 udp",
          "turns turn.example:5349 tcp",
        ]),
      );
    });

    it("gives credentials that expire with every TURN service, made with the secret, and none with STUN", async () => {
      for (const service of await servicesForUser(server)) {
        if (service.attrs.type === "stun") assert.equal(service.attrs.password, undefined);
        else assertEphemeral(service);
      }
    });

    it("lets the component read them too, and no other", async () => {
      const answer = await askAsComponent(server.componentPort, server.componentDomain, server.componentSecret);
      const services = answer.getChild("services", EXTERNAL_SERVICES)!.getChildren("service");
      assertEphemeral(services.find(({ attrs }) => attrs.type === "turn")!);
      const refused = await askAsComponent(server.componentPort, "other.localhost", SECRET);
      assert.ok(refused.getChild("error")!.getChild("forbidden"));
    });
  });
}

/** The credentials that a TURN server with the same secret accepts: coturn's use-auth-secret. */
function assertEphemeral({ attrs }: Element): void {
  const [expires] = String(attrs.username).split(":");
  const left = Number(expires) * 1000 - Date.now();
  assert.ok(left > 0 && left <= DAY, `expires in ${left} ms`);
  assert.equal(attrs.password, createHmac("sha1", SECRET).update(String(attrs.username)).digest("base64"));
  assert.ok(["1", "true"].includes(String(attrs.restricted)));
}

async function servicesForUser(server: XmppServer): Promise<readonly Element[]> {
  const [ann] = await newAccounts(server, "ann");
  const client = await login(server.service, ann.address, ann.password);
  const answer = await client.ask("get", createElement("services", { xmlns: EXTERNAL_SERVICES }), server.domain);
  await client.close();
  return answer.getChildren("service");
}

/** Asks the server for its external services as a component (XEP-0114 section 3). */
async function askAsComponent(port: number, domain: string, secret: string): Promise<Element> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  let text = "";
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found) return found;
      [text] = [text + (await once(socket, "data"))];
    }
  };
  const namespaces = "xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'";
  socket.write(`<stream:stream ${namespaces} to='${domain}'>`);
  const [, id] = await until(/<stream:stream[^>]* id=['"]([^'"]+)['"]/);
  const digest = createHash("sha1").update(`${id}${secret}`).digest("hex");
  socket.write(`<handshake>${digest}</handshake>`);
  await until(/<handshake\/>|<handshake><\/handshake>/);
  const services = createElement("services", { xmlns: EXTERNAL_SERVICES });
  socket.write(String(createElement("iq", { type: "get", id: "1", from: domain, to: "localhost" }, services)));
  const [answer] = await until(/<iq .*<\/iq>/s);
  socket.destroy();
  return parse(answer);
}
