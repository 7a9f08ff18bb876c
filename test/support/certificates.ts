import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "#prosody/run.mjs";
import { afterAllTests } from "./cleanup.js";

/** A certificate authority for the length of a test run, and the certificates that it signed. */
export interface Authority {
  /** The folder with DOMAIN.crt, DOMAIN.key and, with both in one file, DOMAIN.pem. */
  readonly folder: string;
  /** The authority's own certificate. */
  readonly file: string;
  /** Makes the certificate of a server for a domain and its subdomains. */
  sign(domain: string): Promise<void>;
}

export async function newAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), "jinglewire-certificates-"));
  afterAllTests(() => rm(folder, { recursive: true, force: true }));
  const openssl = (...args: readonly string[]) => run("openssl", args, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl(
    ...["req", "-x509", ...key, "-days", "2", "-subj", "/CN=Authority of a test run"],
    ...["-keyout", "authority.key", "-out", "authority.crt"],
    ...["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
  );
  return {
    folder,
    file: join(folder, "authority.crt"),
    async sign(domain) {
      const [own, request] = [`${domain}.key`, `${domain}.csr`];
      await openssl("req", ...key, "-subj", `/CN=${domain}`, "-keyout", own, "-out", request);
      // A server is a client of the other one: RFC 6120 section 13.7.1.2 asks for both uses where any is named.
      const extensions = [
        `subjectAltName=DNS:${domain},DNS:*.${domain}`,
        "basicConstraints=CA:FALSE",
        "extendedKeyUsage=serverAuth,clientAuth",
      ];
      await writeFile(join(folder, `${domain}.ext`), extensions.join("\n"));
      await openssl(
        ...["x509", "-req", "-in", request, "-days", "2", "-extfile", `${domain}.ext`, "-out", `${domain}.crt`],
        ...["-CA", "authority.crt", "-CAkey", "authority.key", "-CAcreateserial"],
      );
      const parts = await Promise.all([`${domain}.crt`, own].map((name) => readFile(join(folder, name), "utf8")));
      await writeFile(join(folder, `${domain}.pem`), parts.join(""), { mode: 0o600 });
    },
  };
}
