import { type Tensor, type Tensor3D, clone } from "@tensorflow/tfjs-core";
import {
  type Description,
  type FixedPositions,
  Module,
  Param,
  type Positions,
  type Shape,
  sincos2d,
} from "@tessera/core";

/**
 * Positions from a formula that checkpoints hold all the same, beside the parameters and never learned. A grid of another size has the
 * formula's own: it needs no resampling.
 */
export class StoredPositions extends Module implements Positions {
  readonly prefix = 1;
  /** [1, 1 + rows · columns, d] */
  readonly self: Param;
  readonly #grid: readonly [number, number];
  readonly #formula: FixedPositions;

  /** @throws {ShapeError} if the width is not divisible by four. */
  constructor(grid: readonly [number, number], width: number) {
    super();
    this.#grid = grid;
    this.#formula = sincos2d({ width, prefix: 1 });
    const shape = [1, 1 + grid[0] * grid[1], width];
    this.self = new Param(shape, () => this.#formula.values(grid), { buffer: true });
  }

  table(grid: readonly [number, number]): Tensor3D {
    return String(grid) === String(this.#grid)
      ? clone(this.self.value as Tensor as Tensor3D)
      : this.#formula.table(grid);
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
