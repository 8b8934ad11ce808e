/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b as long @returns {number} 1 for the same direction */
export function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/**
 * The largest difference, as a part of the largest value; infinity where a value is missing or NaN.
 * @param {ArrayLike<number>} got @param {ArrayLike<number>} expected
 */
export function relativeError(got, expected) {
  let [largest, difference] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? Number.NaN;
    const off = Math.abs((got[i] ?? Number.NaN) - value);
    if (Number.isNaN(off)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, off);
  }
  return difference / (largest || 1);
}
