import { Random } from "@tessera/core";

/** Rong et al.: neighbours side by side count twice as much as those across a corner. */
const neighbours = [[-1, 0, 1 / 6], [1, 0, 1 / 6], [0, -1, 1 / 6], [0, 1, 1 / 6], [-1, -1, 1 / 12], [-1, 1, 1 / 12], [1, -1, 1 / 12], [1, 1, 1 / 12]] as const; // prettier-ignore

export interface ImputationOptions {
  /** Deviation of what is added to each removed value. @default 0.01, as in the paper */
  noise?: number;
  /** @default "road" */
  seed?: number | string;
}

const COUNT = neighbours.length;
const weights = Float64Array.from(neighbours, ([, , weight]) => weight);
const ROUNDS = 400;
/** Share of the first error; noise is larger than what is left. */
const SETTLED = 1e-3;

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
  const unknown = Int32Array.from(Array.from(removed.keys()).filter((at) => removed[at] === 1));
  const numbers = new Int32Array(height * width).fill(-1);
  for (const [i, at] of unknown.entries()) numbers[at] = i;
  const { links, diagonal } = linked(unknown, [height, width]);
  // Unknown neighbours by their number; what is known is on the other side.
  const others = links.map((at) => (at < 0 ? -1 : numbers[at]!));
  const apply = (x: Float64Array) => {
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      let sum = diagonal[i]! * x[i]!;
      for (let k = 0; k < COUNT; k++) {
        const other = others[i * COUNT + k]!;
        if (other >= 0) sum -= weights[k]! * x[other]!;
      }
      y[i] = sum;
    }
    return y;
  };
  const random = new Random(seed);
  for (let c = 0; c < channels; c++) {
    const known = new Float64Array(unknown.length);
    for (let at = 0; at < links.length; at++) {
      const other = links[at]!;
      if (other >= 0 && numbers[other]! < 0) known[Math.floor(at / COUNT)]! += weights[at % COUNT]! * pixels[other * channels + c]!; // prettier-ignore
    }
    // With nothing to go by, all is the same: zero.
    const solved = unknown.length < height * width ? solve(apply, known) : known.fill(0);
    for (const [i, at] of unknown.entries()) result[at * channels + c] = solved[i]! + noise * random.normal();
  }
  return result;
}

/** The neighbours of each pixel, −1 where the picture ends, and the sum of the weights of those that there are. */
function linked(
  pixels: Int32Array,
  [height, width]: readonly [number, number],
): { links: Int32Array; diagonal: Float64Array } {
  const links = new Int32Array(pixels.length * COUNT).fill(-1);
  const diagonal = new Float64Array(pixels.length);
  for (const [i, at] of pixels.entries()) {
    const [y, x] = [Math.floor(at / width), at % width];
    for (const [k, [down, across, weight]] of neighbours.entries()) {
      const [row, column] = [y + down, x + across];
      if (row < 0 || column < 0 || row >= height || column >= width) continue;
      links[i * COUNT + k] = row * width + column;
      diagonal[i]! += weight;
    }
  }
  return { links, diagonal };
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
