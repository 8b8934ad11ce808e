import { Random, TesseraError } from "@tessera/core";

/** Directions in which rows differ most. */
export interface PrincipalComponents {
  /** [d] */
  mean: Float64Array;
  /** Of unit length [d], the one of the largest variance first; the largest entry of each is positive. */
  components: Float64Array[];
  /** Of each row along each component: [n] for each component. */
  scores: Float64Array[];
  /** Variance along each component as a share of all. */
  explained: number[];
}

const ROUNDS = 300;
const SETTLED = 1e-9;

/**
 * The first principal components of rows [n, d], by orthogonal iteration, which asks for no matrix [d, d]: the same each time.
 * @throws {TesseraError} if there are fewer than two rows, or no whole rows.
 */
export function principalComponents(rows: ArrayLike<number>, d: number, count: number): PrincipalComponents {
  const n = rows.length / d;
  if (!Number.isInteger(n) || n < 2)
    throw new TesseraError(`principalComponents: expected at least two rows of ${d}, got ${rows.length} values`);
  const mean = new Float64Array(d);
  for (let i = 0; i < rows.length; i++) mean[i % d]! += rows[i]! / n;
  const centred = Float64Array.from(rows, (value, i) => value - mean[i % d]!);
  const all = centred.reduce((sum, value) => sum + value * value, 0);
  const wanted = Math.min(count, d, n - 1);
  const random = new Random("principal components");
  // A few more than are wanted make those that are wanted settle sooner.
  const extra = Math.min(wanted + 4, d, n);
  let found = orthonormal(Array.from({ length: extra }, () => Float64Array.from({ length: d }, () => random.normal())));
  for (let round = 0; round < ROUNDS; round++) {
    const next = orthonormal(found.map((vector) => throughCovariance(centred, vector, d)));
    const change = Math.max(...next.slice(0, wanted).map((vector, k) => 1 - Math.abs(dot(vector, found[k]!))));
    found = next;
    if (change < SETTLED) break;
  }
  const components = found.slice(0, wanted).map(signed);
  const scores = components.map((vector) => along(centred, vector, d));
  return { mean, components, scores, explained: scores.map((own) => (all > 0 ? dot(own, own) / all : 0)) };
}

/** xᵀ (x v) */
function throughCovariance(centred: Float64Array, vector: Float64Array, d: number): Float64Array {
  const result = new Float64Array(d);
  for (const [i, score] of along(centred, vector, d).entries())
    for (let k = 0; k < d; k++) result[k]! += score * centred[i * d + k]!;
  return result;
}

/** x v: [n, d] -> [n] */
function along(centred: Float64Array, vector: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: centred.length / d }, (_, i) => dot(centred.subarray(i * d, (i + 1) * d), vector));
}

/** By Gram and Schmidt, twice, so that rounding does not tilt them. Vectors of length zero stay so. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const own = Float64Array.from(vector);
    for (const before of [...done, ...done]) {
      const share = dot(own, before);
      for (let k = 0; k < own.length; k++) own[k]! -= share * before[k]!;
    }
    const length = Math.sqrt(dot(own, own));
    done.push(own.map((value) => (length > 0 ? value / length : 0)));
  }
  return done;
}

function signed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
