import { type Tensor, type Tensor4D, grad, ones, tensor, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type MaxPoolOptions, maxPool } from "./max-pool.ts";

const cases: Record<string, MaxPoolOptions & { image: [number, number]; channels?: number }> = {
  "2×2": { image: [4, 6], size: 2 },
  "2×2 on an odd image": { image: [5, 7], size: 2, channels: 19 },
  "3×3 in steps of two, padded, a ResNet's": { image: [6, 7], size: 3, stride: 2, padding: 1 },
  "2×3 that overlap": { image: [4, 5], size: [2, 3], stride: [1, 2], padding: [1, 0] },
  "steps longer than windows": { image: [7, 8], size: 2, stride: 3 },
};

describe.each(Object.entries(cases))("%s", (_, { image, channels = 2, ...options }) => {
  const draw = () => seeded(image[0] * image[1]).normals([2, ...image, channels], 4) as Tensor4D;

  test("takes the largest of each window", async () => {
    const x = draw();
    const y = maxPool(x, options);
    const [size, stride, padding] = [options.size, options.stride ?? options.size, options.padding ?? 0].map((value) =>
      typeof value === "number" ? [value, value] : value,
    ) as [number[], number[], number[]];
    const values = await x.data();
    const data: number[] = [];
    const [b, rows, columns, c] = y.shape;
    for (let at = 0; at < b * rows * columns * c; at++) {
      const [k, j, i] = [at % c, Math.floor(at / c) % columns, Math.floor(at / c / columns) % rows];
      const batch = Math.floor(at / c / columns / rows);
      let largest = Number.NEGATIVE_INFINITY;
      for (let tap = 0; tap < size[0]! * size[1]!; tap++) {
        const row = i * stride[0]! + Math.floor(tap / size[1]!) - padding[0]!;
        const column = j * stride[1]! + (tap % size[1]!) - padding[1]!;
        if (row < 0 || row >= image[0] || column < 0 || column >= image[1]) continue;
        largest = Math.max(largest, values[((batch * image[0] + row) * image[1] + column) * c + k]!);
      }
      data.push(largest);
    }
    await expect(y).toBeAllClose({ shape: y.shape, data }, { rtol: 0, atol: 0 });
  });

  test("gradient", async () => {
    await checkGradients((x) => maxPool(x as Tensor4D, options), [draw()]);
  });
});

test("the first of equals gets the gradient", async () => {
  const x = tensor([1, 3, 0, 0, 3, 3, 0, 0, -1, -2, 5, 4, -1, -1, 5, 5], [1, 4, 4, 1]) as Tensor4D;
  const dx = grad((z: Tensor) => maxPool(z as Tensor4D, { size: 2 }))(x, tensor([1, 2, 3, 4], [1, 2, 2, 1]));
  await expect(dx).toBeAllClose({ shape: x.shape, data: [0, 1, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0] });
});

test("negative values win over the padding", async () => {
  const y = maxPool(tensor([-3, -2, -5, -4], [1, 2, 2, 1]) as Tensor4D, { size: 3, stride: 2, padding: 1 });
  await expect(y).toBeAllClose({ shape: [1, 1, 1, 1], data: [-2] });
});

test("calls a registered kernel, and one for the gradient", () => {
  const x = zeros([1, 6, 6, 3]) as Tensor4D;
  const fakes = { TesseraMaxPool: () => [1, 3, 3, 3], TesseraMaxPoolGrad: () => [1, 6, 6, 3] };
  const pool = (z: Tensor) => maxPool(z as Tensor4D, { size: 3, stride: 2, padding: 1 });
  const { calls } = withFakeKernels(fakes, () => grad(pool)(x, ones([1, 3, 3, 3])));
  const attrs = { size: [3, 3], stride: [2, 2], padding: [1, 1] };
  expect(calls).toEqual([
    { kernel: "TesseraMaxPool", inputs: { x: [1, 6, 6, 3] }, attrs },
    { kernel: "TesseraMaxPoolGrad", inputs: { dy: [1, 3, 3, 3], x: [1, 6, 6, 3] }, attrs },
  ]);
});

test("refuses images smaller than a window, and windows that may lie outside", () => {
  const x = zeros([1, 3, 8, 3]) as Tensor4D;
  expect(() => maxPool(x, { size: 4 })).toThrow("maxPool: expected an image of at least one window of 4×4, got 3×8");
  expect(() => maxPool(x, { size: 3, padding: 2 })).toThrow(
    "maxPool: expected a padding of at most half of 3×3, got 2×2",
  );
});

test("leaks nothing", async () => {
  const x = zeros([2, 5, 5, 3]) as Tensor4D;
  await expectNoLeak(() => {
    maxPool(x, { size: 2 }).dispose();
    grad((z: Tensor) => maxPool(z as Tensor4D, { size: 3, stride: 2, padding: 1 }))(x).dispose();
  });
});
