import { type Tensor, type Tensor3D, broadcastTo, concat, reshape, tensor3d, tidy } from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../checkpoint.ts";
import { type Initializer, truncNormal } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";
import type { Positions } from "./positions.ts";
import { type PositionRule, resamplePositions } from "./resample.ts";

export interface LearnedPositionsConfig {
  /** [rows, columns] that the table is made for. */
  grid: readonly [number, number];
  /** Of a token. */
  width: number;
  /** Tokens before the patches that have a position too. @default 0 */
  prefix?: number;
  /** How the table is resized for other grids. @default "timm" */
  rule?: PositionRule;
  /** How they start. */
  init?: Initializer;
}

/** One learned vector a token: Dosovitskiy et al. 2021. Loads tables of other square grids by resizing them. */
export class LearnedPositions extends Module implements Positions {
  readonly config: LearnedPositionsConfig;
  readonly prefix: number;
  /** [1, prefix + rows · columns, d] */
  readonly self: Param;

  constructor(config: LearnedPositionsConfig) {
    super();
    const { grid, width, prefix = 0, init = truncNormal(0.02) } = config;
    this.config = config;
    this.prefix = prefix;
    this.self = new Param([1, prefix + grid[0] * grid[1], width], init);
  }

  table(grid: readonly [number, number]): Tensor3D {
    const { grid: from, rule = "timm" } = this.config;
    return resamplePositions(this.self.value as Tensor as Tensor3D, { prefix: this.prefix, from, to: grid, rule });
  }

  override adapt(_: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined {
    const [one, tokens = 0, width = 0] = stored.shape;
    const side = Math.sqrt(tokens - this.prefix);
    if (stored.shape.length !== 3 || one !== 1 || width !== shape[2] || !Number.isInteger(side) || side < 1)
      return undefined;
    const { grid, rule = "timm" } = this.config;
    return {
      dtype: "F32",
      shape,
      read: async (signal) => {
        const values = Float32Array.from((await stored.read(signal)) as Float32Array);
        const resized = tidy(() =>
          resamplePositions(tensor3d(values, [1, tokens, width]), {
            prefix: this.prefix,
            from: [side, side],
            to: grid,
            rule,
          }),
        );
        try {
          return (await resized.data<"float32">()) as Float32Array;
        } finally {
          resized.dispose();
        }
      },
    };
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}

/** One learned vector a row and one a column, each half as wide: the 2-D ablation of Dosovitskiy et al. 2021, appendix D.4. */
export class LearnedPositions2d extends Module implements Positions {
  readonly config: Omit<LearnedPositionsConfig, "rule">;
  readonly prefix: number;
  /** [1, rows, d / 2] */
  readonly row: Param;
  /** [1, columns, d / 2] */
  readonly column: Param;
  /** [1, prefix, d] */
  readonly token: Param | undefined;

  constructor(config: Omit<LearnedPositionsConfig, "rule">) {
    super();
    const { grid, width, prefix = 0, init = truncNormal(0.02) } = config;
    const half = Math.floor(width / 2);
    this.config = config;
    this.prefix = prefix;
    this.row = new Param([1, grid[0], half], init);
    this.column = new Param([1, grid[1], width - half], init);
    this.token = prefix > 0 ? new Param([1, prefix, width], init) : undefined;
  }

  table(grid: readonly [number, number]): Tensor3D {
    const { grid: from, width } = this.config;
    const [h, w] = grid;
    return tidy(() => {
      const along = (param: Param, size: number, count: number) =>
        resamplePositions(param.value as Tensor as Tensor3D, {
          prefix: 0,
          from: [size, 1],
          to: [count, 1],
          rule: "timm",
        });
      const rows = along(this.row, from[0], h);
      const columns = along(this.column, from[1], w);
      const ofRow = broadcastTo(reshape(rows, [h, 1, rows.shape[2]]), [h, w, rows.shape[2]]);
      const ofColumn = broadcastTo(reshape(columns, [1, w, columns.shape[2]]), [h, w, columns.shape[2]]);
      const patches: Tensor3D = reshape(concat([ofRow, ofColumn], 2), [1, h * w, width]);
      return this.token ? concat([this.token.value as Tensor as Tensor3D, patches], 1) : patches;
    });
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
