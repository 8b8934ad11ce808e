/** Checkpoints in memory for tests. */
import type { Checkpoint, StoredTensor, TensorValues } from "@tessera/core";

export function stored(values: TensorValues, shape: readonly number[] = [values.length], dtype = "F32"): StoredTensor {
  return { dtype, shape, read: async () => values };
}

/** A checkpoint of these tensors; a number stands for a vector of one value. */
export function checkpointOf(tensors: Record<string, StoredTensor | number>): Checkpoint {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, typeof tensor === "number" ? stored(Float32Array.of(tensor)) : tensor] as const);
  return { tensors: new Map(entries), metadata: {}, dispose: async () => {} };
}

/** The part of a checkpoint under `prefix`, without it. */
export function under(checkpoint: Checkpoint, prefix: string): Checkpoint {
  const entries = [...checkpoint.tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
  return { ...checkpoint, tensors: new Map(entries) };
}

/** Shapes and values by name, in the order of the names. */
export async function contents(checkpoint: Checkpoint): Promise<Record<string, { shape: readonly number[]; values: TensorValues }>> {
  const names = [...checkpoint.tensors.keys()].sort((a, b) => (a < b ? -1 : 1));
  const entries = names.map(async (name) => {
    const tensor = checkpoint.tensors.get(name)!;
    return [name, { shape: tensor.shape, values: await tensor.read() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
