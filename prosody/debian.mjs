import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findOnPath } from "./find.mjs";
import { CommandError, run } from "./run.mjs";
import { Sentence } from "./sentence.mjs";

/** Whether `prefix` holds what unpackPackages() would put there for the same wishes. */
export async function isUnpacked(prefix, wishes) {
  // A prefix appears under its name only when it is complete and has run; an older wish list makes it stale.
  return (await readFile(join(prefix, RECEIPT), "utf8").catch(() => null)) === receipt(wishes);
}

/**
 * Downloads Debian's or Ubuntu's packages with all that they load, and unpacks them into `prefix`. Nothing is installed
 * and nothing needs root: apt gets lists and a cache of its own, dpkg only extracts.
 *
 * `wishes` is { packages, recommended, suite, loaded }: the second list is left out where a release has not got all of
 * it; `suite`, such as "trixie", takes Debian's release of that name instead of the machine's own, with its C library;
 * `loaded` tells by its name whether a package of the closure is needed to run. `complete(tree)` makes the unpacked
 * tree ready and tries it out.
 */
export async function unpackPackages({ title, advice, prefix, wishes, complete, path, say = () => {}, signal }) {
  for (const tool of ["apt-get", "dpkg-deb"])
    if (!(await findOnPath(tool, path))) throw new Sentence(`There is no ${title} on this machine: ${advice}.`);
  await mkdir(dirname(prefix), { recursive: true, mode: 0o700 });
  await removeAbandoned(prefix);
  const work = await mkdtemp(`${prefix}-`);
  try {
    say(`Fetching ${title}: reading the package lists of ${wishes.suite ? "a Debian" : "this machine's"} mirror`);
    const apt = await privateApt(work, wishes.suite, signal);
    // A mirror out of several may fail; whether that matters shows when the packages are looked up.
    const updateProblem = await apt("update").then(
      () => null,
      (error) => (error instanceof CommandError ? error : Promise.reject(error)),
    );
    const packages = await closure(apt, wishes).catch((error) => {
      throw updateProblem && error instanceof CommandError ? updateProblem : error;
    });
    say(`Fetching ${title}: ${packages.length} packages`);
    await apt("download", ...packages);
    const archives = (await readdir(join(work, "debs"))).filter((name) => name.endsWith(".deb"));
    const tree = join(work, "tree");
    await mkdir(tree);
    for (const name of archives) await run("dpkg-deb", ["-x", join(work, "debs", name), tree], { signal });
    await complete(tree);
    await writeFile(join(tree, RECEIPT), receipt(wishes));
    await moveInto(tree, prefix, wishes);
    say(`${title} is unpacked`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Sentence(`${title} could not be fetched from a mirror: ${advice}.\n${error.lastWords}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Where a tree's shared libraries lie, and its own loader if it has one. */
export async function librariesOf(tree) {
  const triplet = (await readdir(join(tree, "usr/lib"))).find((name) => /-linux-gnu/.test(name));
  const folders = [join(tree, "usr/lib", triplet), join(tree, "lib", triplet)];
  const loader = (await readdir(folders[0])).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
  return { folders, loader: loader && join(folders[0], loader) };
}

const RECEIPT = "unpacked.json";

function receipt({ packages, recommended = [], suite = null }) {
  return `${JSON.stringify({ suite, packages, recommended })}\n`;
}

async function moveInto(tree, prefix, wishes) {
  if (!(await isUnpacked(prefix, wishes))) await rm(prefix, { recursive: true, force: true });
  await rename(tree, prefix).catch(async (error) => {
    // Another start was quicker: its prefix is as good.
    if (!(await isUnpacked(prefix, wishes))) throw error;
  });
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
async function privateApt(work, suite, signal) {
  for (const folder of ["lists/partial", "cache/archives/partial", "debs"])
    await mkdir(join(work, folder), { recursive: true });
  const settings = join(work, "apt.conf");
  await writeFile(
    settings,
    [
      `Dir::State::lists "${work}/lists";`,
      `Dir::Cache "${work}/cache";`,
      ...(suite ? await sourcesOf(suite, work) : []),
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

/** Settings that make apt see one Debian release only, from the mirror that the machine uses, if it uses one. */
async function sourcesOf(suite, work) {
  const files = await readdir("/etc/apt/sources.list.d").catch(() => []);
  const paths = ["/etc/apt/sources.list", ...files.map((name) => join("/etc/apt/sources.list.d", name))];
  const texts = await Promise.all(paths.map((file) => readFile(file, "utf8").catch(() => "")));
  const [, own] = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+\/debian)\/?(?:\s|$)/m.exec(texts.join("\n")) ?? [];
  const list = join(work, "sources.list");
  await writeFile(list, `deb [signed-by=${KEYRING}] ${own ?? "http://deb.debian.org/debian"} ${suite} main\n`);
  return [`Dir::Etc::sourcelist "${list}";`, 'Dir::Etc::sourceparts "/dev/null";'];
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The packages to download: what is wished for and what that loads, without what only its installation would need. */
async function closure(apt, { packages, recommended = [], suite, loaded }) {
  const plan = (names) => apt("install", "--simulate", "--no-install-recommends", ...names);
  const { stdout } = await plan([...packages, ...recommended]).catch(() => plan(packages));
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  return names.filter((name) => loaded(name) && !NEVER_LOADED.test(name) && (suite || !MACHINES_OWN.test(name)));
}

const NEVER_LOADED =
  /^lib(c-bin|crypt1|pam|audit|selinux|semanage|sepol|cap-ng|acl1|attr1|md0|pcre|db5|gdbm|perl|debconf)|-perl$/;
// The machine's own C library must stay the only one: its loader and its parts belong together.
const MACHINES_OWN = /^lib(c6|bz2|lzma|zstd)/;
