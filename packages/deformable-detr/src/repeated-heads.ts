import type { Tensor } from "@tensorflow/tfjs-core";
import type { Checkpoint, StoredTensor } from "@tessera/core";

/** What `load` takes. */
export type Weights = Checkpoint | ReadonlyMap<string, StoredTensor> | Record<string, Tensor>;

const isRepeat = (name: string) => /^(class|bbox)_embed\.[1-9]/.test(name);

/**
 * Weights of a model whose layers share their heads, each once: the official files have them as often as there are layers. Only the model
 * knows, as heads of their own have the same names.
 */
export function withoutRepeats(weights: Weights): Weights {
  const once = <T>(tensors: Iterable<[string, T]>) => [...tensors].filter(([name]) => !isRepeat(name));
  if (weights instanceof Map) return new Map(once<StoredTensor>(weights));
  const { tensors } = weights as Checkpoint;
  if (!(tensors instanceof Map)) return Object.fromEntries(once(Object.entries(weights as Record<string, Tensor>)));
  const checkpoint = weights as Checkpoint;
  return { ...checkpoint, tensors: new Map(once<StoredTensor>(tensors)), dispose: () => checkpoint.dispose() };
}
