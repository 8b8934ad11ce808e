/** What a symmetric matrix stretches, and by how much. */
export interface Eigen {
  /** From the largest to the smallest. */
  values: Float64Array;
  /** One of unit length for each value. */
  vectors: Float64Array[];
}

/** Sweeps over all pairs; a dozen are enough for any matrix that fits here. */
const SWEEPS = 60;

/**
 * Eigenvalues and vectors of a symmetric matrix [n, n] in row-major order, by Jacobi's rotations: exact to the last digits, and
 * fast enough for the few dozen rows that patches of pixels have. The largest entry of each vector is positive.
 */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n).map((_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let [off, on] = [0, 0];
    for (const [i, value] of a.entries()) {
      if (i % (n + 1) === 0) on += value ** 2;
      else off += value ** 2;
    }
    if (off <= 1e-30 * on) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * (n + 1)]! - a[i * (n + 1)]!);
  return {
    values: Float64Array.from(order, (i) => a[i * (n + 1)]!),
    vectors: order.map((i) => signed(Float64Array.from({ length: n }, (_, k) => v[k * n + i]!))),
  };
}

/** Turns the plane of p and q so that a[p, q] becomes 0; the columns of v turn along. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const between = a[p * n + q]!;
  if (between === 0) return;
  const theta = (a[q * (n + 1)]! - a[p * (n + 1)]!) / (2 * between);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const turn = (matrix: Float64Array, at: number, to: number) => {
    const [x, y] = [matrix[at]!, matrix[to]!];
    matrix[at] = c * x - s * y;
    matrix[to] = s * x + c * y;
  };
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q);
}

function signed(vector: Float64Array): Float64Array {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
}
