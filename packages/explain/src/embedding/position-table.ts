import type { Tensor3D } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";

interface Positions {
  table: (grid: readonly [number, number]) => Tensor3D;
}

interface Parts {
  posEmbed?: Partial<Positions>;
  patchPos?: Partial<Positions>;
}

/**
 * What a model adds to tokens for their places in a picture [height, width]: [1, prefix + patches, d] or [1, patches, d], the caller's to
 * dispose of; and how the patches lie.
 *
 * @throws {TesseraError} if it has no such table: where attention is inside windows or turns by place, nothing is added.
 */
export function positionTable(
  model: Explained,
  [height, width]: readonly [number, number],
): { table: Tensor3D; grid: [rows: number, columns: number] } {
  const { posEmbed, patchPos } = model as Parts;
  const positions = [posEmbed, patchPos].find((part): part is Positions => part?.table !== undefined);
  const patches = (model.patchEmbed ?? model.pixelEmbed) as { gridOf?: (image: [number, number]) => [number, number] };
  const grid = patches?.gridOf?.([height, width]);
  if (!positions || !grid)
    throw new TesseraError(
      "positions: expected a model with a table of positions, got one without; attention inside windows has biases instead",
    );
  return { table: positions.table(grid), grid };
}
