import { openFolder } from "#folder";
import type { Checkpoint, StoredTensor } from "@tessera/core";
import { readSafetensors } from "../safetensors/read.ts";
import { streamSafetensors } from "../safetensors/write.ts";

/** Sets of tensors side by side, by name. */
export interface TensorFolder {
  /** Names of the sets, sorted. */
  list(): Promise<string[]>;
  /** Writes a set, whole or not at all; it takes the place of one of that name. */
  save(
    name: string,
    tensors: ReadonlyMap<string, StoredTensor>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void>;
  open(name: string): Promise<Checkpoint>;
  remove(name: string): Promise<void>;
}

const ending = ".safetensors";

/**
 * A folder of .safetensors files, in Node on the file system and in browsers in the page's private one: where a training
 * keeps its checkpoints. A save is flushed to disk and renamed, so a killed process or a full disk leaves what was there.
 *
 * @throws TesseraError where the folder cannot be written or a file is missing or damaged
 */
export function tensorFolder(path: string | URL): TensorFolder {
  const folder = openFolder(path);
  return {
    async list() {
      const names = await folder.list();
      return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
    },
    save: (name, tensors, metadata) => folder.write(name + ending, streamSafetensors(tensors, { metadata })),
    open: async (name) => readSafetensors(await folder.source(name + ending)),
    remove: (name) => folder.remove(name + ending),
  };
}
