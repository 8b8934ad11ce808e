import { type ResizeMethod, resizeMatrix } from "../ops/resize-matrix.ts";
import { sizeOf } from "../shape.ts";

/**
 * A patch kernel for another patch size, by pseudo-inverse: the ŵ that answers to a resized patch as w answers to the patch
 * itself, ⟨Bx, ŵ⟩ ≈ ⟨x, w⟩ for all x; exactly when enlarging, by least squares when shrinking. Beyer et al. 2023 (FlexiViT),
 * section 3.4. Resize from the original each time: a chain loses information.
 *
 * @param kernel [..., h, w] in row-major order, of size `from`.
 * @param method How B resizes patches: `bilinear` in Google's code, `bicubic_antialias` in timm's.
 */
export function resizePatchKernel(
  kernel: Float32Array,
  from: readonly [number, number],
  to: readonly [number, number],
  method: ResizeMethod,
): Float32Array {
  const [h, w] = from;
  const rows = transposedInverse(resizeMatrix(method, h, to[0]), h);
  const columns = transposedInverse(resizeMatrix(method, w, to[1]), w);
  const resized = new Float32Array((kernel.length / sizeOf(from)) * sizeOf(to));
  for (let at = 0; at < resized.length; at++) {
    const [y, x] = [Math.floor(at / to[1]) % to[0], at % to[1]];
    const start = Math.floor(at / sizeOf(to)) * sizeOf(from);
    let sum = 0;
    for (let i = 0; i < h; i++) {
      let along = 0;
      for (let j = 0; j < w; j++) along += columns[x * w + j]! * kernel[start + i * w + j]!;
      sum += rows[y * h + i]! * along;
    }
    resized[at] = sum;
  }
  return resized;
}

/** pinv(Rᵀ) of R [to, from], which has full rank: R (RᵀR)⁻¹ if it is tall, (RRᵀ)⁻¹ R if it is wide. [to, from] */
function transposedInverse(matrix: Float32Array, from: number): Float64Array {
  const to = matrix.length / from;
  const n = Math.min(from, to);
  const tall = to >= from;
  // One right-hand side for each line along the longer axis: entry (i, k) of R with i along the shorter one.
  const entry = (i: number, k: number) => (tall ? matrix[k * from + i]! : matrix[i * from + k]!);
  const long = Math.max(from, to);
  const system = Array.from({ length: n }, (_, i) => {
    const gram = Array.from({ length: n }, (__, j) => {
      let sum = 0;
      for (let k = 0; k < long; k++) sum += entry(i, k) * entry(j, k);
      return sum;
    });
    return Float64Array.from([...gram, ...Array.from({ length: long }, (__, k) => entry(i, k))]);
  });
  eliminate(system);
  const result = new Float64Array(to * from);
  for (const [i, row] of system.entries()) {
    for (let k = 0; k < long; k++) result[tall ? k * from + i : i * from + k] = row[n + k]!;
  }
  return result;
}

/** Gauss and Jordan's elimination of a symmetric positive matrix, with its right-hand sides beside it. */
function eliminate(system: Float64Array[]): void {
  for (const [i, row] of system.entries()) {
    const pivot = row[i]!;
    for (let k = i; k < row.length; k++) row[k]! /= pivot;
    for (const other of system) {
      const factor = other[i]!;
      if (other === row || factor === 0) continue;
      for (let k = i; k < row.length; k++) other[k]! -= factor * row[k]!;
    }
  }
}
