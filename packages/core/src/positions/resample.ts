import { type Tensor3D, type Tensor4D, concat, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import { resize } from "../ops/resize.ts";
import type { ResizeMethod } from "../ops/resize-matrix.ts";
import { sizes } from "../shape.ts";

/** Whose rule: projects resize the same table in different ways, so a checkpoint wants its own. */
export type PositionRule =
  | "timm"
  | "timm_npz"
  | "google"
  | "flexivit"
  | "huggingface"
  | "huggingface_registers"
  | "deit"
  | "mae"
  | "dino"
  | "dinov2"
  | "dinov2_registers"
  | "pvt"
  | "swin";

/** Which method each project uses for positions: read in their sources. */
export const positionRules: Readonly<Record<PositionRule, ResizeMethod>> = {
  timm: "bicubic_antialias",
  timm_npz: "bilinear",
  google: "bilinear_align_corners",
  flexivit: "bilinear_antialias",
  huggingface: "bicubic",
  huggingface_registers: "bicubic_antialias",
  deit: "bicubic",
  mae: "bicubic",
  dino: "bicubic_dino",
  dinov2: "bicubic_dino",
  dinov2_registers: "bicubic_antialias",
  pvt: "bilinear",
  swin: "bicubic",
};

export interface ResampleOptions {
  /** Tokens before the grid, copied as they are. */
  prefix: number;
  /** [rows, columns] of the table. */
  from: readonly [number, number];
  /** [rows, columns] that are wanted. */
  to: readonly [number, number];
  /** Whose way of interpolating: they differ in edges and in smoothing. */
  rule: PositionRule;
}

/** Positions of another grid: [1, prefix + from, d] -> [1, prefix + to, d]. Differentiable. */
export function resamplePositions(table: Tensor3D, { prefix, from, to, rule }: ResampleOptions): Tensor3D {
  const [, , d] = sizes(table, [1, prefix + from[0] * from[1], "d"], "resamplePositions") as [number, number, number];
  if (from[0] === to[0] && from[1] === to[1]) return table.clone();
  return tidy(() => {
    const grid: Tensor4D = reshape(slice(table, [0, prefix, 0], [1, -1, d]), [1, from[0], from[1], d]);
    const resized: Tensor3D = reshape(resize(grid, to, positionRules[rule]), [1, to[0] * to[1], d]);
    return prefix === 0 ? resized : concat([slice(table, [0, 0, 0], [1, prefix, d]), resized], 1);
  });
}
