import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newAuthority } from "./certificates.js";
import { afterAllTests } from "./cleanup.js";
import { nameServer } from "./dns.js";
import { ejabberd } from "./ejabberd.js";
import { type TestServer, unpackedServer } from "./prosody.js";
import type { XmppServer } from "./server.js";

/**
 * Servers on loopback that talk with each other as they would across the Internet: they find each other's port by SRV
 * record, and let nobody in without a certificate for his domain from an authority that they trust. Only the name server
 * and the authority are ours.
 */
export interface Federation {
  prosody(domain: string, suite?: "trixie"): Promise<TestServer>;
  ejabberd(domain: string): Promise<XmppServer>;
  /** A Prosody that everybody finds, with a certificate that nobody trusts. */
  stranger(domain: string): Promise<TestServer>;
}

export async function newFederation(): Promise<Federation> {
  const [names, authority, unknown] = await Promise.all([nameServer(), newAuthority(), newAuthority()]);
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-federation-"));
  afterAllTests(() => rm(folder, { recursive: true, force: true }));
  const include = join(folder, "names.lua");
  await writeFile(include, resolver(names.port));
  const prosody = async (domain: string, suite?: "trixie", signer = authority) => {
    await signer.sign(domain);
    const server = await unpackedServer(suite, {
      domain,
      federation: { certificates: signer.folder, authority: authority.file },
      environment: { JINGLEWIRE_PROSODY_INCLUDE: include },
    });
    names.publish(domain, server.s2sPort!);
    return server;
  };
  return {
    prosody,
    stranger: (domain) => prosody(domain, undefined, unknown),
    async ejabberd(domain) {
      await authority.sign(domain);
      const certificate = join(authority.folder, `${domain}.pem`);
      const server = await ejabberd({
        domain,
        federation: { certificate, authority: authority.file, nameServerPort: names.port },
      });
      names.publish(domain, server.s2sPort!);
      return server;
    },
  };
}

/** Lines for Prosody: libunbound asks our name server alone, though it lives on loopback. */
function resolver(port: number): string {
  return `unbound = {
    resolvconf = false, hoststxt = false, forward = "127.0.0.1@${port}",
    options = { ["do-not-query-localhost:"] = "no" },
  }\n`;
}
