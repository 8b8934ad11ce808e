import { type Tensor3D, concat, tensor3d } from "@tensorflow/tfjs-core";
import { sinePositions } from "@tessera/detr";
import { type Scene, eachPlace, validRatios } from "./scenes.ts";

/** Sine positions of every place, counted from places' centres. -> [b or 1, s, d] */
export function positionsOf({ grids, parts, mask }: Scene, d: number): Tensor3D {
  // Pictures without padding are all alike.
  const pictures = mask ? parts : parts.slice(0, 1);
  return concat(
    grids.map((grid, level) => sinePositions(pictures.map((of) => of[level]!), grid, d, { first: 0.5 })), // prettier-ignore
    1,
  );
}

/** Where each place lies on each map, as shares of it. -> [b, s, levels · 2] */
export function placeReferences(scene: Scene): Tensor3D {
  const { grids, parts } = scene;
  const ratios = validRatios(scene);
  const values = parts.map((of, picture) =>
    eachPlace(grids, (level, row, column) => {
      const [rows, columns] = of[level]!;
      const at = [(column + 0.5) / columns, (row + 0.5) / rows] as const;
      return ratios[picture]!.map((ratio, i) => at[i % 2]! * ratio);
    }),
  );
  return tensor3d(values);
}

/** Log-odds past which a sigmoid is 1. */
const SURELY = 1e4;

/**
 * A box about every place that lies well inside of its picture, a twentieth of the picture wide on the first map and twice as wide on each
 * next: log-odds [b, s, 4], and 1 where there is one [b, s, 1].
 */
export function placeProposals({ grids, parts }: Scene): { logits: Tensor3D; valid: Tensor3D } {
  const boxes = parts.map((of) =>
    eachPlace(grids, (level, row, column) => {
      const [rows, columns] = of[level]!;
      const side = 0.05 * 2 ** level;
      const box = [(column + 0.5) / columns, (row + 0.5) / rows, side, side];
      const isInside = row < rows && column < columns && box.every((value) => value > 0.01 && value < 0.99);
      return isInside ? box.map((value) => Math.log(value / (1 - value))) : undefined;
    }),
  );
  return {
    logits: tensor3d(boxes.map((of) => of.map((box) => box ?? [SURELY, SURELY, SURELY, SURELY]))),
    valid: tensor3d(boxes.map((of) => of.map((box) => [Number(box !== undefined)]))),
  };
}
