import type { Checkpoint, StoredTensor, TensorValues } from "@tessera/core";
import type { Goldens } from "./goldens.ts";

/** Values as a checkpoint in memory holds them. */
export function storedTensor(
  values: TensorValues,
  shape: readonly number[] = [values.length],
  dtype = "F32",
): StoredTensor {
  return { dtype, shape, read: async () => values };
}

/** A checkpoint of these tensors; a number stands for a vector of one value. */
export function checkpointOf(tensors: Record<string, StoredTensor | number>): Checkpoint {
  const entries = Object.entries(tensors).map(([name, tensor]): [string, StoredTensor] => [
    name,
    typeof tensor === "number" ? storedTensor(Float32Array.of(tensor)) : tensor,
  ]);
  return { tensors: new Map(entries), metadata: {}, dispose: async () => {} };
}

/** Stored reference values as a checkpoint. */
export function goldenCheckpoint({ tensors }: Goldens): Checkpoint {
  const entries = [...tensors].map(([name, { data, shape }]): [string, StoredTensor] => [
    name,
    storedTensor(data, shape),
  ]);
  return checkpointOf(Object.fromEntries(entries));
}

/** The part of a checkpoint under `prefix`, without it. */
export function under(checkpoint: Checkpoint, prefix: string): Checkpoint {
  const entries = [...checkpoint.tensors]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, tensor]): [string, StoredTensor] => [name.slice(prefix.length), tensor]);
  return { ...checkpoint, tensors: new Map(entries) };
}

/** Shapes and values by name, in the order of the names. */
export async function contentsOf(
  checkpoint: Checkpoint,
): Promise<Record<string, { shape: readonly number[]; values: TensorValues }>> {
  const names = [...checkpoint.tensors.keys()].sort((a, b) => (a < b ? -1 : 1));
  const entries = names.map(async (name) => {
    const tensor = checkpoint.tensors.get(name)!;
    return [name, { shape: tensor.shape, values: await tensor.read() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
