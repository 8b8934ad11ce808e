// Convolutions and pooling against tfjs-backend-cpu's.
import { type Tensor4D, avgPool, conv2d, maxPool } from "@tensorflow/tfjs-core";
import { describe, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

type Padding = "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];

const uneven: Padding = [
  [0, 0],
  [1, 2],
  [3, 0],
  [0, 0],
];

describe.each(isas)("%s", (isa) => {
  test.each<[number[], number[], [number, number], Padding, [number, number]]>([
    [[2, 9, 11, 3], [3, 3, 3, 5], [1, 1], "same", [1, 1]],
    [[1, 13, 7, 17], [3, 2, 17, 33], [2, 3], "valid", [1, 1]],
    [[1, 13, 12, 4], [3, 3, 4, 2], [1, 1], "same", [2, 3]],
    [[1, 12, 12, 2], [4, 4, 2, 7], [4, 4], "valid", [1, 1]],
    [[3, 5, 6, 1], [2, 3, 1, 1], [1, 2], uneven, [1, 1]],
    [[1, 8, 8, 40], [1, 1, 40, 70], [1, 1], 0, [1, 1]],
    [[1, 31, 17, 16], [7, 7, 16, 8], [2, 2], 3, [1, 1]],
    [[0, 5, 5, 2], [3, 3, 2, 4], [1, 1], "same", [1, 1]],
  ])("conv2d of %o with %o, strides %o, padding %o, dilations %o", async (x, filter, strides, pad, dilations) => {
    useIsa(isa);
    const round = typeof pad === "number" ? "floor" : undefined;
    await expectSame(
      (a, f) => conv2d(a as Tensor4D, f as Tensor4D, strides, pad, "NHWC", dilations, round),
      [given(1, x), given(2, filter)],
      { atol: 1e-4 },
    );
  });

  test.each<[number[], [number, number], [number, number], Padding]>([
    [[2, 9, 11, 3], [3, 3], [1, 1], "same"],
    [[1, 13, 7, 17], [3, 2], [2, 3], "valid"],
    [[1, 8, 9, 33], [2, 2], [2, 2], "same"],
    [[1, 10, 10, 1], [3, 4], [3, 1], uneven],
    [[1, 4, 4, 16], [1, 1], [1, 1], "valid"],
    [[0, 4, 4, 16], [2, 2], [1, 1], "valid"],
  ])("largest and mean of windows of %o, size %o, strides %o, padding %o", async (shape, size, strides, pad) => {
    useIsa(isa);
    const x = given(1, shape);
    await expectSame(
      (a) => [maxPool(a as Tensor4D, size, strides, pad), avgPool(a as Tensor4D, size, strides, pad)],
      [x],
    );
  });

  test("infinities and NaN in windows", async () => {
    useIsa(isa);
    const x = given(1, [1, 6, 6, 19]);
    x.values.set([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-40]);
    await expectSame((a) => [maxPool(a as Tensor4D, 2, 2, "valid"), avgPool(a as Tensor4D, 3, 1, "same")], [x]);
  });
});
