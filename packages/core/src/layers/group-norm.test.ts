import { type Tensor1D, type Tensor4D, tensor1d, tensor4d } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ShapeError } from "../errors.ts";
import { groupNorm } from "../ops/group-norm.ts";
import { summarize } from "../summarize.ts";
import { GroupNorm } from "./group-norm.ts";
import { StdConv2d, samePadded } from "./std-conv2d.ts";

test("a picture's group has mean 0 and variance 1, whatever another picture is", async () => {
  using norm = new GroupNorm(4, { groups: 2, epsilon: 0 }).init(0);
  const x = tensor4d([1, 3, 10, 30, 5, 7, 20, 40, 0, 2, 4, 6, 8, 6, 4, 2], [2, 2, 1, 4]);
  const y = norm.forward(x);
  const values = await y.data();
  const [mean, deviation] = [4, Math.sqrt(5)];
  expect([values[0], values[1], values[4], values[5]]).toEqual([1, 3, 5, 7].map((v) => expect.closeTo((v - mean) / deviation, 5))); // prettier-ignore
  const alone = norm.forward(tensor4d([0, 2, 4, 6, 8, 6, 4, 2], [1, 2, 1, 4]));
  await expect(alone).toBeAllClose({ shape: [1, 2, 1, 4], data: values.slice(8) });
});

test("refuses channels that make no whole groups, and vectors of another size", () => {
  expect(() => new GroupNorm(6, { groups: 4 })).toThrow("GroupNorm: expected channels in 4 equal groups, got 6");
  const x = tensor4d([1, 2], [1, 1, 1, 2]) as Tensor4D;
  const [one, two] = [tensor1d([1]) as Tensor1D, tensor1d([1, 2]) as Tensor1D];
  expect(() => groupNorm(x, { groups: 1, gamma: two, beta: one, epsilon: 1 })).toThrow(
    new ShapeError("groupNorm: expected beta [2], got [1]"),
  );
  expect(() => groupNorm(x, { groups: 3, gamma: two, beta: two, epsilon: 1 })).toThrow(
    "groupNorm: expected channels in 3 equal groups, got 2",
  );
});

test("pads as TensorFlow does: what is odd goes below and to the right", () => {
  const map = tensor4d(new Float32Array(7 * 8), [1, 7, 8, 1]);
  expect(samePadded(map, 3, 2).shape).toEqual([1, 9, 9, 1]);
  expect(samePadded(map, 7, 2).shape).toEqual([1, 13, 13, 1]);
  expect(samePadded(map, 1, 2)).toBe(map);
});

test("a standardised weight does not depend on the weight's size and shift", async () => {
  using conv = new StdConv2d({ inputs: 2, outputs: 3, size: 3, stride: 2 }).init(1);
  const before = await conv.standardized().data();
  const weight = await conv.weight.value.data();
  conv.weight.set((weight as Float32Array).map((value) => 5 * value + 2));
  await expect(conv.standardized()).toBeAllClose({ shape: [3, 2, 3, 3], data: before as Float32Array }, { atol: 1e-4 });
  expect(summarize(conv, [1, 7, 5, 2])).toMatchObject({ params: 54, macs: 4 * 3 * 54 });
  expect(conv.forward(tensor4d(new Float32Array(70), [1, 7, 5, 2])).shape).toEqual([1, 4, 3, 3]);
});
