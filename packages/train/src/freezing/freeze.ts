import { type Module, TesseraError, Unrecorded } from "@tessera/core";
import { type LayerOf, layersOf } from "../groups/layers.ts";
import { wrapBlocks } from "./wrap-blocks.ts";

/**
 * Trains the head alone: the parameters below the model's `headPaths`. The rest is frozen: no gradients, no state of an optimiser.
 * @throws {TesseraError} if the model has no head.
 */
export function trainHead(model: Module): void {
  const isHead = headOf(model);
  for (const [path, param] of model.params()) param.trainable = isHead(path);
  keepNothingOfFrozenBlocks(model);
}

/**
 * Trains the head, and the last `count` layers before it with what follows them; the rest is frozen.
 * @throws {TesseraError} for a count that is no whole number from 0 to the number of layers.
 */
export function trainLastBlocks(model: Module, count: number, options: { layerOf?: LayerOf } = {}): void {
  const { of, last } = layersOf(model, options.layerOf);
  if (!Number.isInteger(count) || count < 0 || count > last)
    throw new TesseraError(`trainLastBlocks: expected a whole number from 0 to ${last}, got ${count}`);
  for (const [path, param] of model.params()) param.trainable = of(path) >= last - count;
  keepNothingOfFrozenBlocks(model, options.layerOf);
}

/** Whether a parameter is of the head. */
export function headOf(model: Module): (path: string) => boolean {
  const { headPaths } = model;
  const isHead = (path: string) => headPaths.some((head) => path === head || path.startsWith(`${head}.`));
  if (![...model.params().keys()].some(isHead))
    throw new TesseraError(
      `headOf: expected a model with a head, got ${model.constructor.name} without; call resetHead`,
    );
  return isHead;
}

/** Blocks before all that trains keep nothing for gradients, as long as that is so. */
function keepNothingOfFrozenBlocks(model: Module, layerOf?: LayerOf): void {
  wrapBlocks(model, (block, path) => {
    if (block instanceof Unrecorded) return undefined;
    const isConstant = () => {
      const { of } = layersOf(model, layerOf);
      const own = of(`${path}.`);
      return [...model.params()].every(([one, param]) => !param.trainable || of(one) > own);
    };
    return new Unrecorded(block, isConstant);
  });
}
