import { type Tensor3D, add, matMul, mul, reshape, tensor, tensor2d, tidy } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";

export interface Rotary2dConfig {
  /** [rows, columns] of patches. */
  grid: readonly [number, number];
  /** Width of one head, divisible by 4. */
  headWidth: number;
  /** Tokens before the patches, which are not turned. @default 0 */
  prefix?: number;
  /** Grid that the model was trained on: positions are scaled to it. @default grid */
  reference?: readonly [number, number];
  /** @default 10000 */
  temperature?: number;
}

/**
 * Turns pairs of channels by angles that grow with the row (first half) and the column (second half), so that q·k depends
 * on the distance of two patches: Su et al. 2021, in two dimensions as timm's `RotaryEmbeddingCat` without pixels.
 */
export class Rotary2d {
  readonly config: Rotary2dConfig;
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;
  readonly #swap: Float32Array;

  /** @throws {ShapeError} if the head width is not divisible by 4. */
  constructor(config: Rotary2dConfig) {
    const { headWidth } = config;
    if (headWidth % 4 !== 0) throw new ShapeError(`Rotary2d: expected a head width divisible by 4, got ${headWidth}`);
    this.config = config;
    const angles = rotaryAngles(config);
    this.#cos = angles.map(Math.cos);
    this.#sin = angles.map(Math.sin);
    this.#swap = pairSwap(headWidth);
  }

  /** Queries or keys [b, n, h·d] -> the same, turned. */
  turn(x: Tensor3D, heads: number): Tensor3D {
    const [b, n, width] = x.shape;
    const { headWidth, prefix = 0, grid } = this.config;
    if (n !== prefix + grid[0] * grid[1] || width !== heads * headWidth) {
      throw new ShapeError(
        `Rotary2d: expected [b, ${prefix + grid[0] * grid[1]}, ${heads * headWidth}], got [${x.shape.join(", ")}]`,
      );
    }
    return tidy(() => {
      // A product with a signed permutation: [x0, x1] -> [−x1, x0], without strided views.
      const swapped = matMul(reshape(x, [b * n * heads, headWidth]), tensor2d(this.#swap, [headWidth, headWidth]));
      const perHead = (values: Float32Array) => tensor(values, [1, n, 1, headWidth]);
      const turned = add(
        mul(reshape(x, [b, n, heads, headWidth]), perHead(this.#cos)),
        mul(reshape(swapped, [b, n, heads, headWidth]), perHead(this.#sin)),
      );
      return reshape(turned, [b, n, width]);
    });
  }
}

/** Angle of every channel of every token, [n, d]; zero for the prefix. */
function rotaryAngles({
  grid,
  headWidth,
  prefix = 0,
  reference = grid,
  temperature = 10000,
}: Rotary2dConfig): Float32Array {
  const bands = headWidth / 4;
  const angles = new Float32Array((prefix + grid[0] * grid[1]) * headWidth);
  for (let at = prefix * headWidth; at < angles.length; at++) {
    const patch = Math.floor(at / headWidth) - prefix;
    const band = Math.floor((at % headWidth) / 2);
    const axis = band < bands ? 0 : 1;
    const place = axis === 0 ? Math.floor(patch / grid[1]) : patch % grid[1];
    angles[at] = ((place / grid[axis]) * reference[axis]) / temperature ** ((band % bands) / bands);
  }
  return angles;
}

function pairSwap(width: number): Float32Array {
  const matrix = new Float32Array(width * width);
  for (let i = 0; i < width; i += 2) {
    matrix[(i + 1) * width + i] = -1;
    matrix[i * width + i + 1] = 1;
  }
  return matrix;
}
