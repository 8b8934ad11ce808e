import { seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { symmetricEigen } from "./symmetric-eigen.ts";

test("a matrix of two rows", () => {
  const { values, vectors } = symmetricEigen([2, 1, 1, 2], 2);
  const half = Math.SQRT1_2;
  expect([...values].map((value) => value.toFixed(12))).toEqual(["3.000000000000", "1.000000000000"]);
  expect([...vectors[0]!].map((value) => value.toFixed(9))).toEqual([half.toFixed(9), half.toFixed(9)]);
});

test("values that are alike, and zeros", () => {
  expect([...symmetricEigen([1, 0, 0, 0, 1, 0, 0, 0, 0], 3).values]).toEqual([1, 1, 0]);
});

test.each([3, 12, 27])("vectors of a covariance of %i are orthonormal, and put together again give it", (n) => {
  const random = seeded(n);
  const samples = Array.from({ length: 3 * n }, () => Array.from({ length: n }, () => random.normal()));
  const matrix = Array.from({ length: n * n }, (_, at) =>
    samples.reduce((sum, row) => sum + row[Math.floor(at / n)]! * row[at % n]!, 0),
  );
  const { values, vectors } = symmetricEigen(matrix, n);
  expect([...values]).toEqual([...values].sort((a, b) => b - a));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const inner = vectors[i]!.reduce((sum, value, k) => sum + value * vectors[j]![k]!, 0);
      expect(inner).toBeCloseTo(i === j ? 1 : 0, 12);
      const again = vectors.reduce((sum, vector, k) => sum + values[k]! * vector[i]! * vector[j]!, 0);
      expect(again).toBeCloseTo(matrix[i * n + j]!, 9);
    }
  }
});
