import { type Block, Module, Recomputed, TesseraError } from "@tessera/core";

/**
 * Puts another module in the place of each block of a model: of any list `blocks` in it, and of any part that is a list by itself,
 * as a stage is in a pyramid (`block1.0`). Undefined leaves a block as it is.
 */
export function wrapBlocks(model: Module, wrap: (block: Block, path: string) => Module | undefined): void {
  for (const [path, part] of model.modules()) {
    const { blocks, self } = part as { blocks?: unknown; self?: unknown };
    for (const [list, name] of [
      [blocks, "blocks"],
      [self, ""],
    ] as const) {
      if (!Array.isArray(list)) continue;
      for (const [i, block] of list.entries()) {
        const blockPath = [path, name, i].filter((step) => step !== "").join(".");
        if (Module.is(block)) list[i] = wrap(block as Block, blockPath) ?? block;
      }
    }
  }
}

/**
 * Has each block of a model keep nothing for gradients but its input, and run again when they are taken: about a third more time
 * for a fraction of the memory (Chen et al. 2016). The gradients are the same. Paths and everything else stay.
 *
 * @throws {TesseraError} if the model has no blocks.
 */
export function recomputeBlocks(model: Module): void {
  let found = 0;
  wrapBlocks(model, (block) => {
    found++;
    return block instanceof Recomputed ? undefined : new Recomputed(block);
  });
  if (found === 0)
    throw new TesseraError(`recomputeBlocks: expected a model with blocks, got ${model.constructor.name} without`);
}
