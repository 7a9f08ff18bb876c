import { createHash, createHmac, pbkdf2, randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Sentence } from "./sentence.mjs";

const READY_MADE = ["alice", "bob", "carol"];
const ITERATIONS = 10_000; // Prosody's default

/**
 * The three ready-made accounts, each other's contacts from the first start. Their random passwords are made once and
 * kept in `file`, a list of { address, password } that only its owner can read. To be called before Prosody starts:
 * it writes what Prosody's "internal" storage reads, so that no password ever stands on a command line.
 */
export async function readyMadeAccounts({ file, dataDir, domain = "localhost", passwordHash = "SHA-256" }) {
  const fresh = !existsSync(file);
  const accounts = fresh
    ? READY_MADE.map((user) => ({ address: `${user}@${domain}`, password: randomBytes(12).toString("base64url") }))
    : await readAccounts(file);
  for (const { address, password } of accounts) {
    const [user] = address.split("@");
    if (fresh || !existsSync(storeFile(dataDir, domain, "accounts", user)))
      await writeAccount({ dataDir, domain, user, password, passwordHash });
    if (existsSync(storeFile(dataDir, domain, "roster", user))) continue;
    const contacts = accounts.filter((other) => other.address !== address);
    await writeRoster({ dataDir, domain, user, contacts: contacts.map((other) => withName(other.address)) });
  }
  // Last, since its presence says that the accounts are made.
  if (fresh) await writeWhole(file, `${JSON.stringify(accounts, null, 2)}\n`);
  return accounts;
}

/** Stores an account as Prosody's mod_auth_internal_hashed does (RFC 5802 §3: StoredKey and ServerKey). */
export async function writeAccount({ dataDir, domain, user, password, passwordHash }) {
  const hash = { "SHA-1": "sha1", "SHA-256": "sha256" }[passwordHash];
  if (!hash) throw new RangeError(`password hash ${passwordHash}: not SHA-1 or SHA-256`);
  const salt = randomUUID();
  // SASLprep (RFC 4013 §2.2) is NFKC with some characters forbidden, which no password of ours has.
  const prepared = password.normalize("NFKC");
  const salted = await promisify(pbkdf2)(prepared, salt, ITERATIONS, createHash(hash).digest().length, hash);
  const key = (name) => createHmac(hash, salted).update(name).digest();
  await writeStore(dataDir, domain, "accounts", user, {
    salt,
    iteration_count: ITERATIONS,
    stored_key: createHash(hash).update(key("Client Key")).digest("hex"),
    server_key: key("Server Key").toString("hex"),
  });
}

/** Stores a roster: `contacts` is a list of { address, name }, each subscribed both ways. */
export async function writeRoster({ dataDir, domain, user, contacts }) {
  const items = contacts.map(({ address, name }) => [address, { subscription: "both", name, groups: {} }]);
  await writeStore(dataDir, domain, "roster", user, Object.fromEntries(items));
}

function withName(address) {
  return { address, name: address[0].toUpperCase() + address.slice(1, address.indexOf("@")) };
}

async function readAccounts(file) {
  try {
    const accounts = JSON.parse(await readFile(file, "utf8"));
    if (accounts.every(({ address, password }) => /^[^@]+@[^@]+$/.test(address) && typeof password === "string"))
      return accounts;
  } catch (error) {
    if (error.code) throw error;
  }
  throw new Sentence(`${file} is not a list of { address, password }: delete it, and new accounts are made.`);
}

function writeStore(dataDir, domain, store, user, value) {
  return writeWhole(storeFile(dataDir, domain, store, user), `return ${lua(value)};\n`);
}

/** Where Prosody's datamanager looks: every byte that is not a letter or a digit is written as %hh. */
function storeFile(dataDir, domain, store, user) {
  const encode = (text) => text.replace(/[^A-Za-z0-9]/gu, (c) => Buffer.from(c).toString("hex").replace(/../g, "%$&"));
  return join(dataDir, "data", encode(domain), store, `${encode(user)}.dat`);
}

function lua(value) {
  if (typeof value === "number") return String(value);
  // JSON escapes quotes, backslashes and line ends; \uXXXX is not Lua's, but it only stands for control characters.
  if (typeof value === "string") return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `[${lua(key)}] = ${lua(item)};`)
    .join(" ")} }`;
}

/** All or nothing: nobody ever reads half a file. */
async function writeWhole(file, text) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
