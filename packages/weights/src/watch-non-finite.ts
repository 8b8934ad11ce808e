import type { Checkpoint, StoredTensor, TensorValues } from "@tessera/core";

/** What is wrong with one tensor's values. */
export interface NonFinite {
  name: string;
  nan: number;
  infinite: number;
  /** How many values it has in all. */
  count: number;
}

function count(values: TensorValues): { nan: number; infinite: number } {
  let sum = 0;
  let nan = 0;
  let infinite = 0;
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return { nan, infinite };
  // one pass without branches clears nearly every tensor: a sum is finite only if all of it is
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  if (Number.isFinite(sum)) return { nan, infinite };
  for (const value of values) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
  }
  return { nan, infinite };
}

/** The same checkpoint, which tells of NaN and infinity in each tensor that is read. Values are passed on as they are. */
export function watchNonFinite(checkpoint: Checkpoint, warn: (found: NonFinite) => void): Checkpoint {
  const watched = (name: string, stored: StoredTensor): StoredTensor => ({
    dtype: stored.dtype,
    shape: stored.shape,
    async read(signal) {
      const values = await stored.read(signal);
      const { nan, infinite } = count(values);
      if (nan + infinite > 0) warn({ name, nan, infinite, count: values.length });
      return values;
    },
  });
  const tensors = new Map([...checkpoint.tensors].map(([name, stored]) => [name, watched(name, stored)]));
  return { ...checkpoint, tensors, dispose: () => checkpoint.dispose() };
}
