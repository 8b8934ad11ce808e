import { type Tensor3D, tensor3d } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { type Description, Module } from "../module.ts";
import type { Shape } from "../shape.ts";
import type { Positions } from "./positions.ts";

export interface FixedPositionsConfig {
  /** Of a token. */
  width: number;
  /** Tokens before the patches; their positions are zero in two dimensions, the first numbers in one. @default 0 */
  prefix?: number;
  /** @default 10000 */
  temperature?: number;
}

/** Positions from a formula: no parameters, any grid. */
export class FixedPositions extends Module implements Positions {
  readonly width: number;
  readonly prefix: number;
  readonly #formula: (grid: readonly [number, number]) => Float32Array;

  constructor(width: number, prefix: number, formula: (grid: readonly [number, number]) => Float32Array) {
    super();
    this.width = width;
    this.prefix = prefix;
    this.#formula = formula;
  }

  /** The same as plain numbers, row by row. */
  values(grid: readonly [number, number]): Float32Array {
    return this.#formula(grid);
  }

  table(grid: readonly [number, number]): Tensor3D {
    return tensor3d(this.values(grid), [1, this.prefix + grid[0] * grid[1], this.width]);
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}

/** Sine and cosine of the token's number, interleaved: Vaswani et al. 2017, section 3.5. @throws {ShapeError} on an odd width. */
export function sincos1d({ width, prefix = 0, temperature = 10000 }: FixedPositionsConfig): FixedPositions {
  divisible(width, 2, "sincos1d");
  return new FixedPositions(width, prefix, ([rows, columns]) => {
    const table = new Float32Array((prefix + rows * columns) * width);
    for (let at = 0; at < table.length; at++) {
      const [position, channel] = [Math.floor(at / width), at % width];
      const angle = position / temperature ** ((channel - (channel % 2)) / width);
      table[at] = channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
    return table;
  });
}

/**
 * Sine and cosine of the column, then of the row, a quarter of the width each: [sin x, cos x, sin y, cos y].
 * MAE (He et al. 2021) has frequencies T^(−k / (d/4)); the MoCo v3 form of big_vision's Simple ViT T^(−k / (d/4 − 1)).
 * @throws {ShapeError} if the width is not divisible by four.
 */
export function sincos2d({
  width,
  prefix = 0,
  temperature = 10000,
  form = "mae",
}: FixedPositionsConfig & { form?: "mae" | "moco" }): FixedPositions {
  divisible(width, 4, "sincos2d");
  const quarter = width / 4;
  const last = form === "mae" ? quarter : Math.max(1, quarter - 1);
  return new FixedPositions(width, prefix, ([rows, columns]) => {
    const table = new Float32Array((prefix + rows * columns) * width);
    for (let at = prefix * width; at < table.length; at++) {
      const patch = Math.floor(at / width) - prefix;
      const part = Math.floor((at % width) / quarter);
      const angle = (part < 2 ? patch % columns : Math.floor(patch / columns)) / temperature ** ((at % quarter) / last);
      table[at] = part % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
    return table;
  });
}

function divisible(width: number, by: number, where: string): void {
  if (width % by !== 0) throw new ShapeError(`${where}: expected a width divisible by ${by}, got ${width}`);
}
