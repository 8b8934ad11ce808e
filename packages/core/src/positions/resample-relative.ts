import type { StoredTensor } from "../checkpoint.ts";
import { resizeMatrix } from "../ops/resize-matrix.ts";
import type { Shape } from "../shape.ts";

/**
 * `swin`: the table as an image, bicubic without antialias (Microsoft's Swin). `geometric`: the source columns stand at
 * geometrically growing distances, so that near displacements keep their meaning (BEiT; linear between them, as timm).
 */
export type RelativeRule = "swin" | "geometric";

/** A stored table [(2a − 1)² + extra, heads] made for another square window, resized to `shape`; undefined if it is no such table. */
export function resampleRelativeBias(
  stored: StoredTensor,
  shape: Shape,
  { window, extra, rule }: { window: readonly [number, number]; extra: number; rule: RelativeRule },
): StoredTensor | undefined {
  const [rows = 0, heads = 0] = stored.shape;
  const side = Math.sqrt(rows - extra);
  if (stored.shape.length !== 2 || heads !== shape[1] || !Number.isInteger(side) || side % 2 === 0) return undefined;
  const to = [2 * window[0] - 1, 2 * window[1] - 1] as const;
  const matrix = (size: number) =>
    rule === "swin" ? resizeMatrix("bicubic", side, size) : geometricMatrix(side, size);
  return {
    dtype: "F32",
    shape,
    read: async (signal) => {
      const values = Float32Array.from((await stored.read(signal)) as Float32Array);
      const resized = new Float32Array(shape[0]! * heads);
      resizeTable(values, resized, [side, to[0], to[1]], heads, matrix(to[0]), matrix(to[1]));
      resized.set(values.subarray(side * side * heads), to[0] * to[1] * heads);
      return resized;
    },
  };
}

function resizeTable(
  values: Float32Array,
  out: Float32Array,
  [side, h, w]: [number, number, number],
  heads: number,
  rows: Float32Array,
  columns: Float32Array,
): void {
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let head = 0; head < heads; head++) {
        let sum = 0;
        for (let i = 0; i < side; i++) {
          const weight = rows[y * side + i]!;
          if (weight === 0) continue;
          for (let j = 0; j < side; j++)
            sum += weight * columns[x * side + j]! * values[(i * side + j) * heads + head]!;
        }
        out[(y * w + x) * heads + head] = sum;
      }
    }
  }
}

/** Linear weights [to, from] between source columns at 0, ±1, ±(1 + q), ±(1 + q + q²), …, reaching the target's border. */
function geometricMatrix(from: number, to: number): Float32Array {
  const half = Math.floor(from / 2);
  const reach = Math.floor(to / 2);
  const matrix = new Float32Array(to * from);
  const at = sourceColumns(half, ratio(half, reach));
  for (let i = 0; i < to; i++) {
    const x = i - reach;
    const right = Math.min(
      Math.max(
        at.findIndex((column) => column >= x),
        1,
      ),
      from - 1,
    );
    const index = at[from - 1]! <= x ? from - 1 : right;
    const [low, high] = [at[index - 1]!, at[index]!];
    // Beyond the last column the border's value holds.
    const share = Math.min(Math.max((x - low) / (high - low), 0), 1);
    matrix[i * from + index - 1] = 1 - share;
    matrix[i * from + index] = share;
  }
  return matrix;
}

/** The ratio by bisection, as BEiT's fine-tuning code does. */
function ratio(half: number, reach: number): number {
  let [low, high, q] = [1.01, 1.5, 1.255];
  while (high - low > 1e-6) {
    q = (low + high) / 2;
    if ((1 - q ** half) / (1 - q) > reach) high = q;
    else low = q;
  }
  return q;
}

function sourceColumns(half: number, q: number): number[] {
  const distances: number[] = [];
  for (let i = 0, current = 1; i < half; i++) {
    distances.push(current);
    current += q ** (i + 1);
  }
  return [...distances.map((d) => -d).reverse(), 0, ...distances];
}
