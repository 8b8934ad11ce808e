import { type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
import { type PreprocessAttrs, preprocessOp, runOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { seeded } from "../seeded.ts";

type Weights = PreprocessAttrs["across"];

const ONE = 2 ** 22;

/** Each output the mean of as many inputs as the axis shrinks by, its last one a little lighter. */
function means(outputs: number, taps: number): Weights {
  const share = Math.floor(ONE / taps);
  return {
    first: Int32Array.from({ length: outputs }, (_, i) => i * taps),
    count: new Int32Array(outputs).fill(taps),
    weights: new Int32Array(outputs * taps).fill(share),
    taps,
  };
}

/** Rounded to a byte, as Pillow does. */
function weighted({ first, count, weights, taps }: Weights, i: number, at: (j: number) => number): number {
  let sum = ONE / 2;
  for (let tap = 0; tap < count[i]!; tap++) sum += weights[i * taps + tap]! * at(first[i]! + tap);
  return Math.min(255, Math.max(0, Math.floor(sum / ONE)));
}

/** What the op is, one number at a time. */
function define({ picture, size: [height, width], across, down, left, top, fill, table }: PreprocessAttrs): Tensor4D {
  const bytes = picture.source as Uint8ClampedArray;
  const data = new Float32Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const [line, column] = [y - top, x - left];
        const inside = line >= 0 && line < down.first.length && column >= 0 && column < across.first.length;
        const byRow = (row: number) => weighted(across, column, (at) => bytes[(row * picture.width + at) * 4 + c]!);
        const byte = inside ? weighted(down, line, byRow) : fill[c]!;
        data[(y * width + x) * 3 + c] = table[c * 256 + byte]!;
      }
    }
  }
  return tensor4d(data, [1, height, width, 3]);
}

function attrsOf({ width, height, taps, size, left = 0, top = 0 }: Given): PreprocessAttrs {
  const random = seeded(width);
  const [columns, rows] = [Math.floor(width / taps), Math.floor(height / taps)];
  return {
    picture: {
      width,
      height,
      source: Uint8ClampedArray.from({ length: width * height * 4 }, () => random.integer(256)),
    },
    size,
    across: means(columns, taps),
    down: means(rows, taps),
    rows: { start: 0, length: rows * taps },
    left,
    top,
    fill: [10, 20, 30],
    table: Float32Array.from({ length: 768 }, (_, i) => (i % 256) / 255 - 0.1 * Math.floor(i / 256)),
  };
}

interface Given {
  width: number;
  height: number;
  taps: number;
  size: readonly [number, number];
  left?: number;
  top?: number;
}

const given: readonly Given[] = [
  { width: 5, height: 3, taps: 1, size: [3, 5] },
  { width: 67, height: 9, taps: 3, size: [3, 22] },
  { width: 8, height: 6, taps: 2, size: [7, 9], left: 2, top: 3 },
];

export const preprocessCases = casesOf({
  op: preprocessOp,
  call: (_, attrs: PreprocessAttrs) => runOp(preprocessOp, {}, attrs, () => define(attrs)),
  cases: given.map((one) => ({
    name: `${one.width}×${one.height}, ${one.taps} to one, on ${one.size.join("×")}`,
    inputs: () => ({}),
    attrs: attrsOf(one),
    tolerance: { rtol: 0, atol: 1e-7 },
  })),
});
