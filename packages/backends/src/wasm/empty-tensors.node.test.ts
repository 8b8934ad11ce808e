import { type Tensor, max, mean, min, prod, sum, tensor, transpose } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { useBackend } from "../use-backend.ts";

const nothing = () => tensor([], [2, 0, 3]);

test.each([
  ["sum", sum, 0],
  ["prod", prod, 1],
  ["max", max, -Infinity],
  ["min", min, Infinity],
  ["mean", mean, Number.NaN],
] as [string, (x: Tensor, axis: number, keepDims?: boolean) => Tensor, number][])(
  "%s of nothing is what it begins with",
  async (_, reduce, value) => {
    await useBackend("wasm");
    const over = reduce(nothing(), 1);
    expect([over.shape, [...over.dataSync()]]).toEqual([[2, 3], Array.from({ length: 6 }, () => value)]);
    expect(reduce(nothing(), 1, true).shape).toEqual([2, 1, 3]);
    expect(reduce(nothing(), 0).shape).toEqual([0, 3]);
  },
);

test("transposes nothing, and something as before", async () => {
  await useBackend("wasm");
  expect(transpose(nothing(), [2, 0, 1]).shape).toEqual([3, 2, 0]);
  expect([...transpose(tensor([1, 2, 3, 4], [2, 2])).dataSync()]).toEqual([1, 3, 2, 4]);
  expect(sum(tensor([1, 2, 3, 4], [2, 2])).dataSync()[0]).toBe(10);
});
