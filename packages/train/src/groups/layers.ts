import { type Module, TesseraError } from "@tessera/core";

/** Layer of a parameter, counted from 0 at the images. */
export type LayerOf = (path: string) => number;

/** A model's layers. */
export interface Layers {
  of: LayerOf;
  /** The highest. */
  last: number;
}

/** Layers by the given rule, else by the model's own, else by its blocks. */
export function layersOf(model: Module, given?: LayerOf): Layers {
  const of = given ?? (model.layerOf ? (path: string) => model.layerOf!(path) : timmLayers(model));
  return { of, last: Math.max(...[...model.params().keys()].map(of)) };
}

/**
 * timm's layers of a model with `blocks.N`: what stands before them is 0, block N is N + 1, a norm after them belongs to the
 * last block, and the rest (heads, norms of pooled features) is one more.
 *
 * @throws {TesseraError} if it has no blocks.
 */
export function timmLayers(model: Module): LayerOf {
  return byBlocks(model, (path) => path.startsWith("norm"));
}

/** MAE's and BEiT's layers, which differ in that the final norm goes with the head. */
export function maeLayers(model: Module): LayerOf {
  return byBlocks(model, () => false);
}

function byBlocks(model: Module, withLastBlock: (path: string) => boolean): LayerOf {
  const paths = [...model.params().keys()];
  const blockOf = (path: string) => Number(/^blocks\.(\d+)\./.exec(path)?.[1] ?? -1);
  const depth = Math.max(...paths.map(blockOf)) + 1;
  if (depth === 0) {
    throw new TesseraError(
      `layersOf: expected a model with blocks, got ${model.constructor.name} without; give a rule, { layerOf: (path) => … }`,
    );
  }
  const first = paths.findIndex((path) => blockOf(path) >= 0);
  const before = new Set(paths.slice(0, first));
  return (path) => {
    if (before.has(path)) return 0;
    if (blockOf(path) >= 0) return blockOf(path) + 1;
    return withLastBlock(path) ? depth : depth + 1;
  };
}
