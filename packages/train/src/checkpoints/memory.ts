import { type Checkpoint, type StoredTensor, TesseraError } from "@tessera/core";
import type { CheckpointStore } from "./store.ts";

/** Checkpoints that last as long as the page or process. */
export function memoryStore(): CheckpointStore {
  const saved = new Map<string, Checkpoint>();
  return {
    list: async () => [...saved.keys()],
    async save(name, tensors, metadata) {
      const copies = new Map<string, StoredTensor>();
      for (const [path, { dtype, shape, read }] of tensors) {
        const values = await read();
        copies.set(path, { dtype, shape, read: async () => values.slice() });
      }
      saved.set(name, { tensors: copies, metadata: { ...metadata }, dispose: async () => {} });
    },
    async open(name) {
      const found = saved.get(name);
      if (!found) {
        throw new TesseraError(`memoryStore: expected one of ${[...saved.keys()].join(", ") || "none"}, got ${name}`);
      }
      return found;
    },
    remove: async (name) => void saved.delete(name),
  };
}
