import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFolder } from "../source/file-system.node.ts";
import type { Folder } from "./folder.ts";

/** A folder of the file system. What a killed process has left half-written is no file of it, and goes with the next write. */
export function openFolder(path: string | URL): Folder {
  const folder = path instanceof URL ? fileURLToPath(path) : path;
  const entries = async () => readdir(folder).catch(ifThere<string[]>([]));
  const isTemporary = (name: string) => /\.[0-9a-f]{12}\.tmp$/.test(name);
  return {
    list: async () => (await entries()).filter((name) => !isTemporary(name)).sort(),
    async write(name, chunks) {
      for (const left of (await entries()).filter(isTemporary)) await rm(join(folder, left), { force: true });
      await writeFolder(folder, { [name]: chunks });
    },
    source: async (name) => join(folder, name),
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}

function ifThere<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}
