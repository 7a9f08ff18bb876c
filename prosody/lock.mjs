import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Takes the lock `file` for this process, or says who has it: { holder: null, release } or { holder: { pid, note } }.
 * The lock of a process that is gone counts as free.
 */
export async function takeLock(file, note = "") {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${process.pid}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, born: await birth(process.pid), note }));
  try {
    for (;;) {
      // A hard link appears with its whole content, or not at all when the name is taken.
      const taken = await link(own, file).then(
        () => true,
        (error) => (error.code === "EEXIST" ? false : Promise.reject(error)),
      );
      if (taken) return { holder: null, release: () => rm(file, { force: true }) };
      const holder = await readFile(file, "utf8")
        .then(JSON.parse)
        .catch(() => null);
      if (holder && (await alive(holder))) return { holder };
      await rm(file, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** Does `work` while no other process holds the lock `file`; `onWait` is told once when it has to wait. */
export async function withLock(file, { onWait = () => {}, signal }, work) {
  let lock = await takeLock(file);
  if (lock.holder) onWait(lock.holder);
  while (lock.holder) {
    await sleep(200, undefined, { signal });
    lock = await takeLock(file);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function alive({ pid, born }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return false;
  }
  // The same number may have come to another process since.
  return (await birth(pid)) === born;
}

/** When a process began, in the kernel's ticks since boot (proc(5), field 22 of stat); null where there is no /proc. */
async function birth(pid) {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19];
}
