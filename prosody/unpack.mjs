import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findOnPath } from "./find.mjs";
import { CommandError, run } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

const EVERY_WAY =
  "install Prosody (Debian, Ubuntu: apt install prosody; macOS: brew install prosody) and start again, " +
  "or start on Debian or Ubuntu with access to a package mirror, where it is unpacked without root (PROSODY=unpacked)";

/** How to run the Prosody that is unpacked in `prefix`, or null when there is none. */
export async function findUnpacked(prefix) {
  // A prefix appears under its name only when it is complete and has run.
  return existsSync(join(prefix, LAUNCHER)) ? unpacked(prefix) : null;
}

/**
 * Downloads Debian's or Ubuntu's Prosody with all that it loads, and unpacks it into `prefix`. Nothing is installed
 * and nothing needs root: apt gets lists and a cache of its own, dpkg only extracts.
 */
export async function unpackProsody({ prefix, path, say = () => {}, signal }) {
  for (const tool of ["apt-get", "dpkg-deb"])
    if (!(await findOnPath(tool, path))) throw new Sentence(`There is no Prosody on this machine: ${EVERY_WAY}.`);
  await mkdir(dirname(prefix), { recursive: true, mode: 0o700 });
  await removeAbandoned(prefix);
  const work = await mkdtemp(`${prefix}-`);
  try {
    say("Fetching Prosody: reading the package lists of this machine's mirror");
    const apt = await privateApt(work, signal);
    // A mirror out of several may fail; whether that matters shows when Prosody is looked up.
    const updateProblem = await apt("update").then(
      () => null,
      (error) => (error instanceof CommandError ? error : Promise.reject(error)),
    );
    const packages = await closure(apt).catch((error) => {
      throw updateProblem && error instanceof CommandError ? updateProblem : error;
    });
    say(`Fetching Prosody: ${packages.length} packages`);
    await apt("download", ...packages);
    const archives = (await readdir(join(work, "debs"))).filter((name) => name.endsWith(".deb"));
    const tree = join(work, "tree");
    await mkdir(tree);
    for (const name of archives) await run("dpkg-deb", ["-x", join(work, "debs", name), tree], { signal });
    await makeLauncher(tree);
    await tryOut(tree, signal);
    await rename(tree, prefix).catch(async (error) => {
      // Another start was quicker: its prefix is as good.
      if (!(await findUnpacked(prefix))) throw error;
    });
    say("Prosody is unpacked");
    return await unpacked(prefix);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Sentence(`Prosody could not be fetched from this machine's mirror: ${EVERY_WAY}.\n${error.lastWords}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What a start that was killed outright left behind, told from one that is still at work by its age. */
async function removeAbandoned(prefix) {
  for (const name of await readdir(dirname(prefix))) {
    const folder = join(dirname(prefix), name);
    if (!folder.startsWith(`${prefix}-`)) continue;
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(folder, { recursive: true, force: true });
  }
}

/** apt-get with all its state below `work`: an ordinary user may run it, and the machine's apt never notices. */
async function privateApt(work, signal) {
  for (const folder of ["lists/partial", "cache/archives/partial", "debs"])
    await mkdir(join(work, folder), { recursive: true });
  const settings = join(work, "apt.conf");
  await writeFile(
    settings,
    [
      `Dir::State::lists "${work}/lists";`,
      `Dir::Cache "${work}/cache";`,
      // As if nothing were installed: then the closure is complete, and the same on every machine of a release.
      'Dir::State::status "/dev/null";',
      'Debug::NoLocking "true";',
      // Downloads would else run as user _apt, who may not write here.
      'APT::Sandbox::User "";',
      "#clear APT::Update::Pre-Invoke;",
      "#clear APT::Update::Post-Invoke;",
      "#clear APT::Update::Post-Invoke-Success;",
      'Acquire::Languages "none";',
      'Acquire::Retries "2";',
      'Acquire::http::Timeout "20";',
      'Acquire::https::Timeout "20";',
      "",
    ].join("\n"),
  );
  const env = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  return (...args) => run("apt-get", ["-q", "-c", settings, ...args], { cwd: join(work, "debs"), env, signal });
}

/** Prosody and what it loads: Lua, its modules and shared libraries, without what only its installation would need. */
async function closure(apt) {
  const plan = await apt("install", "--simulate", "--no-install-recommends", "prosody", "prosody-modules").catch(() =>
    apt("install", "--simulate", "--no-install-recommends", "prosody"),
  );
  const names = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  return names.filter((name) => LOADED.test(name) && !NOT_LOADED.test(name));
}

const LOADED = /^(prosody|lua|lib)/;
// The machine's own libc must stay the only one: its loader and its parts belong together.
const NOT_LOADED =
  /^lib(c6|c-bin|crypt1|pam|audit|selinux|semanage|sepol|cap-ng|acl1|attr1|md0|pcre|db5|gdbm|perl|debconf|bz2|lzma|zstd)|-perl$/;

const LAUNCHER = "prosody.lua";

/** A copy of /usr/bin/prosody that looks for its parts where PROSODY_PREFIX points, so that the tree can be moved. */
async function makeLauncher(tree) {
  const original = await readFile(join(tree, "usr/bin/prosody"), "utf8");
  const at = (path) => `(os.getenv("PROSODY_PREFIX") .. "${path}")`;
  const places = {
    SOURCEDIR: "/usr/lib/prosody",
    CONFIGDIR: "/etc",
    PLUGINDIR: "/usr/lib/prosody/modules/",
    DATADIR: "",
  };
  const launcher = original.replace(/^CFG_(\w+)=.*$/gm, (line, name) =>
    name in places ? `CFG_${name}=${at(places[name])};` : line,
  );
  await writeFile(join(tree, LAUNCHER), launcher);
}

/** Loads every binary part once, so that a tree that cannot run here never counts as good. */
async function tryOut(tree, signal) {
  const { command, env } = await unpacked(tree);
  const parts = ["socket", "ssl", "lxp", "lfs", "util.encodings", "util.hashes", "util.net", "util.pposix"];
  const script = `package.path = "${tree}/usr/lib/prosody/?.lua;" .. package.path
    package.cpath = "${tree}/usr/lib/prosody/?.so;" .. package.cpath
    for _, part in ipairs({ ${parts.map((part) => `"${part}"`).join(", ")} }) do require(part) end`;
  await run(command, ["-e", script], { env: { ...process.env, ...env }, signal });
}

async function unpacked(prefix) {
  const lua = (await readdir(join(prefix, "usr/bin")))
    .filter((name) => /^lua5\.\d$/.test(name))
    .sort()
    .at(-1);
  const version = lua.slice("lua".length);
  const triplet = (await readdir(join(prefix, "usr/lib"))).find((name) => /-linux-gnu/.test(name));
  const libraries = `${prefix}/usr/lib/${triplet}`;
  return {
    kind: "unpacked",
    command: join(prefix, "usr/bin", lua),
    args: [join(prefix, LAUNCHER)],
    env: {
      PROSODY_PREFIX: prefix,
      LD_LIBRARY_PATH: `${libraries}:${prefix}/lib/${triplet}`,
      // Without a trailing ";;", nothing of the machine's own Lua is mixed in.
      LUA_PATH: `${prefix}/usr/share/lua/${version}/?.lua;${prefix}/usr/share/lua/${version}/?/init.lua`,
      LUA_CPATH: `${libraries}/lua/${version}/?.so`,
    },
  };
}
