import { randomBytes } from "node:crypto";
import { copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { isTrue } from "./environment.node.ts";
import { hasCode } from "./disk-error.node.ts";

/**
 * Makes `pointer` lead to `blob`, replacing what is there: by a relative link, so that the cache can be moved. Where the
 * system makes no links, a new blob moves there and an older one is copied, as Python does.
 */
export async function pointTo(blob: string, pointer: string, isNew: boolean): Promise<void> {
  await mkdir(dirname(pointer), { recursive: true });
  const temporary = `${pointer}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    try {
      if (isTrue(process.env.HF_HUB_DISABLE_SYMLINKS)) throw Object.assign(new Error("no links"), { code: "ENOSYS" });
      await symlink(relative(dirname(pointer), blob), temporary);
    } catch (error) {
      // Windows without developer mode, FAT, some network disks
      if (!hasCode(error, "EPERM", "EACCES", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "UNKNOWN")) throw error;
      if (isNew) return await rename(blob, pointer);
      await copyFile(blob, temporary);
    }
    await rename(temporary, pointer);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
