import { Random } from "@tessera/core";

/** Rong et al.: neighbours side by side count twice as much as those across a corner. */
const neighbours = [[-1, 0, 1 / 6], [1, 0, 1 / 6], [0, -1, 1 / 6], [0, 1, 1 / 6], [-1, -1, 1 / 12], [-1, 1, 1 / 12], [1, -1, 1 / 12], [1, 1, 1 / 12]] as const; // prettier-ignore

export interface ImputationOptions {
  /** Deviation of what is added to each removed value. @default 0.01, as in the paper */
  noise?: number;
  /** @default "road" */
  seed?: number | string;
}

const ROUNDS = 400;
const SETTLED = 1e-4;

/**
 * A picture [h, w, c] whose removed pixels are the weighted means of their neighbours, removed ones too, plus a little noise: so that what is
 * removed tells nothing, not even by its shape. Rong et al. 2022 (ROAD), section 5.1. The linear system is solved by conjugate gradients.
 */
export function imputed(
  pixels: Float32Array,
  removed: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  { noise = 0.01, seed = "road" }: ImputationOptions = {},
): Float32Array {
  const result = Float32Array.from(pixels);
  const unknown = Array.from(removed.keys()).filter((at) => removed[at] === 1);
  const numbers = new Int32Array(height * width).fill(-1);
  for (const [i, at] of unknown.entries()) numbers[at] = i;
  const links = unknown.map((at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    return neighbours.flatMap(([down, across, weight]) => {
      const [row, column] = [y + down, x + across];
      return row >= 0 && column >= 0 && row < height && column < width ? [{ at: row * width + column, weight }] : [];
    });
  });
  const diagonal = links.map((own) => own.reduce((sum, { weight }) => sum + weight, 0));
  const apply = (x: Float64Array) =>
    Float64Array.from(x, (value, i) => {
      let sum = diagonal[i]! * value;
      for (const { at, weight } of links[i]!) if (numbers[at]! >= 0) sum -= weight * x[numbers[at]!]!;
      return sum;
    });
  const random = new Random(seed);
  for (let c = 0; c < channels; c++) {
    const known = links.map((own) =>
      own.reduce((sum, { at, weight }) => sum + (numbers[at]! < 0 ? weight * pixels[at * channels + c]! : 0), 0),
    );
    // With nothing to go by, all is the same: zero.
    const solved = unknown.length < height * width ? solve(apply, Float64Array.from(known)) : new Float64Array(unknown.length); // prettier-ignore
    for (const [i, at] of unknown.entries()) result[at * channels + c] = solved[i]! + noise * random.normal();
  }
  return result;
}

/** Conjugate gradients for a symmetric positive matrix. */
function solve(apply: (x: Float64Array) => Float64Array, wanted: Float64Array): Float64Array {
  const x = new Float64Array(wanted.length);
  const rest = Float64Array.from(wanted);
  const direction = Float64Array.from(rest);
  let size = dot(rest, rest);
  const enough = SETTLED ** 2 * size;
  for (let round = 0; round < ROUNDS && size > enough; round++) {
    const moved = apply(direction);
    const step = size / dot(direction, moved);
    for (let i = 0; i < x.length; i++) {
      x[i]! += step * direction[i]!;
      rest[i]! -= step * moved[i]!;
    }
    const next = dot(rest, rest);
    for (let i = 0; i < x.length; i++) direction[i] = rest[i]! + (next / size) * direction[i]!;
    size = next;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
