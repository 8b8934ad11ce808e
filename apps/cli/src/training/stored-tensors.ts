import type { StoredTensor } from "@tessera/core";

/** Values in memory as a file would hold them. */
export function storedTensors(
  tensors: Readonly<Record<string, readonly [Float32Array | Int32Array, readonly number[]]>>,
): Map<string, StoredTensor> {
  return new Map(
    Object.entries(tensors).map(([name, [values, shape]]) => [
      name,
      { dtype: values instanceof Int32Array ? "I32" : "F32", shape, read: async () => values },
    ]),
  );
}
