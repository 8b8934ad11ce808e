import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { hasCode } from "./disk-error.node.ts";
import { wait } from "./retry.ts";

const beatMs = 5_000;
/** A holder that has not been heard of for this long is gone: killed on another machine, or its process id was reused. */
const goneMs = 60_000;
const pollMs = 100;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM"); // it lives, and is not ours
  }
}

/** The text of a lock whose holder is gone, undefined when the lock is held or free. */
async function abandoned(path: string): Promise<string | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const [, pid, host] = /^(\d+) (\S+) /.exec(text) ?? [];
    const isDead = host === hostname() && !isAlive(Number(pid));
    return isDead || Date.now() - mtimeMs > goneMs ? text : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Takes an abandoned lock out of the way. Renaming lets one of several waiters win; the others see it gone. */
async function clear(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  const taken = await readFile(aside, "utf8").catch(() => "");
  // another waiter cleared it first and holds the lock by now: give it back
  if (taken !== seen) await writeFile(path, taken, { flag: "wx" }).catch(() => {});
  await rm(aside, { force: true });
}

/**
 * Runs `work` while no other process does so under the same lock file, waiting as long as that takes. The holder leaves
 * a sign of life in the file's time, so a lock outlives a kill by a moment only.
 *
 * Node has no `flock`, which Python's clients use, so they are not excluded; and on a network disk two may hold the lock
 * for a moment. It saves a second download; it is not what keeps the cache correct.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${process.pid} ${hostname()} ${randomBytes(8).toString("hex")}`;
  for (;;) {
    try {
      await writeFile(path, mine, { flag: "wx" });
      break;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const gone = await abandoned(path);
    if (gone === undefined) await wait(pollMs, signal);
    else await clear(path, gone);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, beatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readFile(path, "utf8").catch(() => "")) === mine) await rm(path, { force: true });
  }
}
