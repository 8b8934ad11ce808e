import type { Checkpoint } from "../checkpoint.ts";

/**
 * Put before all names of a model by what holds it: averaging, data parallelism, compilation, training scripts. Where a
 * file has several, the first is taken: averaged weights are what papers report. No model has a part by one of these names
 * beside parts by others, but for those whose dialects say so.
 */
const wrappers = [
  "ema_model.",
  "model_ema.",
  "averaged_model.",
  "ema.",
  "module.",
  "_orig_mod.",
  "model.",
  "timm_model.",
  "net.",
  "network.",
  "backbone.",
  "encoder.",
  "teacher.",
  "student.",
];

/** More wrappers than anybody puts around a model; a name is made of nothing else at somebody's pleasure. */
const deepest = 8;

/** A model's tensors, under the names that they have inside of what wraps it. */
export interface Unwrapped {
  /** The tensors of the model alone, by their names in the file. */
  checkpoint: Checkpoint;
  /** What stands before their names, the longest first. */
  prefixes: string[];
  /** Names in the file of what lies beside the model: a loss, a counter, another model. */
  beside: string[];
  /** Where other models lie, one of which could be meant instead: `student`. */
  others: string[];
}

/** How many names each wrapper has, those that hold a model: a loss that is called `model` has a few names only. */
function holders(names: readonly string[]): Map<string, number> {
  const counts = wrappers.map((wrapper) => [wrapper, names.filter((name) => name.startsWith(wrapper)).length] as const);
  const most = Math.max(...counts.map(([, count]) => count));
  return new Map(counts.filter(([, count]) => count > 0 && 2 * count >= most && 4 * count >= names.length));
}

/**
 * Finds the model in what wraps it. A few names that do not carry the wrapper's do not hide it: averaging counts in
 * `n_averaged`, and a loss may have weights. A classifier that lies beside its backbone stays.
 *
 * @param isModel whether names are a model's as they are: others' models have an `encoder` beside other parts
 */
export function unwrapped(checkpoint: Checkpoint, isModel: (names: readonly string[]) => boolean): Unwrapped {
  const prefixes = [""];
  const others: string[] = [];
  let inside = [...checkpoint.tensors.keys()];
  const heads: string[] = [];
  for (let depth = 0; depth < deepest; depth++) {
    const [prefix = ""] = prefixes;
    const names = inside.map((name) => name.slice(prefix.length));
    const [wrapper, ...rest] = holders(names).keys();
    if (wrapper === undefined) break;
    const within = inside.filter((name) => name.startsWith(prefix + wrapper));
    if (within.length < inside.length && isModel(names)) break;
    others.push(...rest.map((other) => (prefix + other).slice(0, -1)));
    heads.push(...inside.filter((name) => name.startsWith(`${prefix}head.`)));
    prefixes.unshift(prefix + wrapper);
    inside = within;
  }
  const hasHead = inside.some((name) => name.startsWith(`${prefixes[0]}head.`));
  const kept = new Set(hasHead ? inside : [...inside, ...heads]);
  const tensors = new Map([...checkpoint.tensors].filter(([name]) => kept.has(name)));
  return {
    checkpoint: { ...checkpoint, tensors, dispose: () => checkpoint.dispose() },
    prefixes,
    beside: [...checkpoint.tensors.keys()].filter((name) => !kept.has(name)),
    others,
  };
}
