import { type Tensor3D, type Tensor4D, concat, reshape } from "@tensorflow/tfjs-core";

/** Maps of the same pictures at rising strides, as regions are taken from them. */
export interface Pyramid {
  /** Rows of all maps, one after another. [b, s, c] */
  readonly places: Tensor3D;
  /** [height, width] of each map. */
  readonly grids: readonly (readonly [height: number, width: number])[];
  /** Pixels to a place of each map. */
  readonly strides: readonly number[];
}

/** Joins maps [b, h, w, c], so that a region can be taken from any of them. Differentiable. */
export function joinMaps(maps: readonly Tensor4D[], strides: readonly number[]): Pyramid {
  const rows = maps.map((map): Tensor3D => reshape(map, [map.shape[0], map.shape[1] * map.shape[2], map.shape[3]]));
  return { places: concat(rows, 1), grids: maps.map(({ shape: [, h, w] }) => [h, w] as const), strides };
}
