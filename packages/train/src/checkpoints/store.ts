import type { Checkpoint, StoredTensor } from "@tessera/core";

/**
 * Where checkpoints lie: a folder, a browser's private file system, memory. `tensorFolder` of `@tessera/weights` is one.
 * What is saved is there whole or not at all.
 */
export interface CheckpointStore {
  list(): Promise<string[]>;
  /** Takes the place of one of that name. */
  save(
    name: string,
    tensors: ReadonlyMap<string, StoredTensor>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void>;
  open(name: string): Promise<Checkpoint>;
  remove(name: string): Promise<void>;
}
