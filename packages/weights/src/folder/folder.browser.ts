import type { Folder } from "./folder.ts";

/**
 * A folder of the page's private file system, which is there again at the next visit. A file takes its place when it is
 * closed, so a tab that is closed in between leaves the one before.
 *
 * @see https://fs.spec.whatwg.org/#origin-private-file-system
 */
export function openFolder(path: string | URL): Folder {
  const names = String(path).split("/").filter(Boolean);
  async function handle(): Promise<FileSystemDirectoryHandle> {
    let folder = await navigator.storage.getDirectory();
    for (const name of names) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  }
  return {
    async list() {
      const found: string[] = [];
      for await (const name of (await handle()).keys()) found.push(name);
      return found.sort();
    },
    async write(name, chunks) {
      const file = await (await handle()).getFileHandle(name, { create: true });
      const stream = await file.createWritable();
      try {
        for await (const chunk of chunks) await stream.write(chunk as Uint8Array<ArrayBuffer>);
      } catch (error) {
        await stream.abort();
        throw error;
      }
      await stream.close();
    },
    source: async (name) => (await (await handle()).getFileHandle(name)).getFile(),
    async remove(name) {
      await (await handle()).removeEntry(name).catch((error: DOMException) => {
        if (error.name !== "NotFoundError") throw error;
      });
    },
  };
}
