import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isUnpacked, librariesOf, unpackPackages } from "./debian.mjs";
import { run } from "./run.mjs";

const ADVICE =
  "install Prosody (Debian, Ubuntu: apt install prosody; macOS: brew install prosody) and start again, " +
  "or start on Debian or Ubuntu with access to a package mirror, where it is unpacked without root (PROSODY=unpacked)";

/** Prosody and what it loads: Lua, its modules, shared libraries. */
function wishesFor(suite) {
  return {
    packages: ["prosody"],
    recommended: ["prosody-modules", "lua-unbound"],
    suite,
    loaded: (name) => /^(prosody|lua|lib|zlib1g)/.test(name),
  };
}

/** How to run the Prosody of a suite that is unpacked in `prefix`, or null when there is none. */
export async function findUnpacked(prefix, suite) {
  return (await isUnpacked(prefix, wishesFor(suite))) ? unpacked(prefix) : null;
}

/**
 * Unpacks Debian's or Ubuntu's Prosody into `prefix`, without root: the machine's own release, or the Debian release
 * that `suite` names.
 */
export async function unpackProsody({ prefix, suite, path, say, signal }) {
  await unpackPackages({
    title: "Prosody",
    advice: ADVICE,
    prefix,
    wishes: wishesFor(suite),
    complete: async (tree) => {
      await makeLauncher(tree);
      await tryOut(tree, signal);
    },
    path,
    say,
    signal,
  });
  return unpacked(prefix);
}

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
  const { command, args, env } = await unpacked(tree);
  const parts = ["socket", "ssl", "lxp", "lfs", "util.encodings", "util.hashes", "util.net", "util.pposix"];
  const script = `package.path = "${tree}/usr/lib/prosody/?.lua;" .. package.path
    package.cpath = "${tree}/usr/lib/prosody/?.so;" .. package.cpath
    for _, part in ipairs({ ${parts.map((part) => `"${part}"`).join(", ")} }) do require(part) end`;
  await run(command, [...args.slice(0, -1), "-e", script], { env: { ...process.env, ...env }, signal });
}

async function unpacked(prefix) {
  const interpreter = (await readdir(join(prefix, "usr/bin")))
    .filter((name) => /^lua5\.\d$/.test(name))
    .sort()
    .at(-1);
  const version = interpreter.slice("lua".length);
  const { folders, loader } = await librariesOf(prefix);
  const lua = join(prefix, "usr/bin", interpreter);
  const launcher = join(prefix, LAUNCHER);
  const libraries = folders.join(":");
  return {
    kind: "unpacked",
    // A tree with its own C library needs the loader that belongs to it, and the machine's programs must not get either.
    ...(loader
      ? { command: loader, args: ["--library-path", libraries, lua, launcher] }
      : { command: lua, args: [launcher] }),
    env: {
      PROSODY_PREFIX: prefix,
      ...(!loader && { LD_LIBRARY_PATH: libraries }),
      // Without a trailing ";;", nothing of the machine's own Lua is mixed in.
      LUA_PATH: `${prefix}/usr/share/lua/${version}/?.lua;${prefix}/usr/share/lua/${version}/?/init.lua`,
      LUA_CPATH: `${folders[0]}/lua/${version}/?.so`,
    },
  };
}
