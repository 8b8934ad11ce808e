import { expect, test } from "vitest";
import { quantile } from "./statistics.ts";

test("interpolates as NumPy's quantile does", () => {
  const values = [15, 20, 35, 40, 50];
  expect([0, 0.4, 0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([15, 29, 35, 46, 50]);
  expect(quantile([10, 9, 1, 2], 0.5)).toBe(5.5);
  expect(quantile([3], 0.9)).toBe(3);
});

test("an empty sample has none", () => {
  expect(quantile([], 0.5)).toBeNaN();
});
