import { writeFolder } from "#file-system";

/**
 * Writes files into a folder, in Node; it is made if need be. Each file is there whole or not at all, and they are written
 * in their order: name last what says that the rest is there.
 *
 * @throws TesseraError when the disk is full, the folder cannot be written, or this is a browser
 */
export async function saveFolder(
  folder: string | URL,
  files: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
): Promise<void> {
  await writeFolder(folder, files);
}
