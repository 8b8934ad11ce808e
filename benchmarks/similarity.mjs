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

/** The largest difference, as a part of the largest value. @param {ArrayLike<number>} got @param {ArrayLike<number>} expected */
export function relativeError(got, expected) {
  let [largest, difference] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? Number.NaN;
    largest = Math.max(largest, Math.abs(value));
    // Not Math.max, which a NaN in the middle would not pass through if it came first.
    const off = Math.abs((got[i] ?? Number.NaN) - value);
    if (!(off <= difference)) difference = off;
  }
  return difference / (largest || 1);
}
