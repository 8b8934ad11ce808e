import { type Tensor, type Tensor2D, type Tensor3D, reshape, tensor1d, tidy, transpose } from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../checkpoint.ts";
import { truncNormal } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { gatherRows } from "../ops/gather-rows.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";
import { type RelativeRule, resampleRelativeBias } from "./resample-relative.ts";

export interface RelativePositionBiasConfig {
  /** [rows, columns] of the window, or of the whole grid. */
  window: readonly [number, number];
  /** Each has a bias of its own. */
  heads: number;
  /** Tokens before the patches (0 or 1); a class token has three entries of its own, as in BEiT. @default 0 */
  prefix?: 0 | 1;
  /** How tables of other windows are resized at load. @default "swin" */
  rule?: RelativeRule;
  /** The table has its owner's path, as in Swin; its owner's `adapt` asks this one's. @default false */
  flatten?: boolean;
}

/** A learned number per head and displacement of two tokens, added to attention scores: Liu et al. 2021 (Swin), eq. 4. */
export class RelativePositionBias extends Module {
  override readonly flatten: boolean;
  readonly config: RelativePositionBiasConfig;
  /** [(2h − 1)(2w − 1) + 3 · prefix, heads] */
  readonly relativePositionBiasTable: Param;
  /** Computed when it is first needed: it is large, and a declared model may never run. */
  #index: Int32Array | undefined;

  constructor(config: RelativePositionBiasConfig) {
    super();
    const { window, heads, prefix = 0, flatten = false } = config;
    this.config = config;
    this.flatten = flatten;
    const displacements = (2 * window[0] - 1) * (2 * window[1] - 1);
    this.relativePositionBiasTable = new Param([displacements + 3 * prefix, heads], truncNormal(0.02));
  }

  /** [heads, n, n] with n = prefix + h · w */
  bias(): Tensor3D {
    const { window, heads, prefix = 0 } = this.config;
    const n = prefix + window[0] * window[1];
    const index = (this.#index ??= relativeIndex(window, prefix));
    return tidy(() => {
      const rows = gatherRows(this.relativePositionBiasTable.value as Tensor as Tensor2D, tensor1d(index, "int32"));
      return transpose(reshape(rows, [n, n, heads]), [2, 0, 1]) as Tensor3D;
    });
  }

  override adapt(path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined {
    if (path !== "relative_position_bias_table") return undefined;
    const { window, prefix = 0, rule = "swin" } = this.config;
    return resampleRelativeBias(stored, shape, { window, extra: 3 * prefix, rule });
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}

/** Row of a table of displacements for every pair of a window's tokens, the query's row first. [n · n] */
export function relativeIndex([h, w]: readonly [number, number], prefix = 0): Int32Array {
  const n = prefix + h * w;
  const displacements = (2 * h - 1) * (2 * w - 1);
  return Int32Array.from({ length: n * n }, (_, pair) => {
    const [query, key] = [Math.floor(pair / n) - prefix, (pair % n) - prefix];
    if (query < 0 && key < 0) return displacements + 2;
    if (query < 0) return displacements;
    if (key < 0) return displacements + 1;
    const down = Math.floor(query / w) - Math.floor(key / w) + h - 1;
    const right = (query % w) - (key % w) + w - 1;
    return down * (2 * w - 1) + right;
  });
}
