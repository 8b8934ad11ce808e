import { zeros } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ShapeError } from "./errors.ts";
import { pair, sameShape, side, sizeOf, sizes } from "./shape.ts";

test("sizes gives the axes of a shape that fits, and names what it expected of one that does not", () => {
  const x = zeros([2, 3, 4]);
  expect(sizes(x, ["b", "n", 4], "Here")).toEqual([2, 3, 4]);
  expect(() => sizes(x, ["b", "n", 5], "Here")).toThrow(ShapeError);
  expect(() => sizes(x, ["b", "n", 5], "Here")).toThrow("Here: expected shape [b, n, 5], got [2, 3, 4]");
  expect(() => sizes(x, ["b", "n"], "Here")).toThrow("Here: expected shape [b, n], got [2, 3, 4]");
});

test("sizeOf, sameShape, pair and side", () => {
  expect([sizeOf([]), sizeOf([2, 3]), sizeOf([2, 0])]).toEqual([1, 6, 0]);
  expect([sameShape([1, 2], [1, 2]), sameShape([1], [1, 1]), sameShape([1, 2], [2, 1])]).toEqual([true, false, false]);
  expect([pair(3), pair([4, 5])]).toEqual([
    [3, 3],
    [4, 5],
  ]);
  expect([side([3, 3]), side(3), side([4, 5])]).toEqual([3, 3, [4, 5]]);
});
