// Convolution, max pooling and batch norm with their gradients, against their composed definitions, on every instruction set.
import {
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  getKernel,
  grads,
  setBackend,
  square,
  tensor,
} from "@tensorflow/tfjs-core";
import {
  type ConvolutionOptions,
  type MaxPoolOptions,
  batchNorm,
  batchStatistics,
  convolution,
  convolutionGrid,
  maxPool,
} from "@tessera/core";
import { describe, expect, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";
import { configureNative } from "./index.ts";

type Four = [number, number, number, number];

const convolutions: [Four, Four, ConvolutionOptions][] = [
  [[2, 9, 11, 3], [5, 3, 3, 3], { padding: 1 }],
  // More windows than are summed at once.
  [[3, 31, 29, 24], [40, 24, 3, 3], { padding: 1 }],
  [[5, 13, 17, 3], [24, 3, 2, 2], {}],
  [[2, 32, 31, 3], [16, 3, 7, 7], { padding: 3, stride: 2 }],
  [[2, 15, 14, 16], [33, 16, 3, 3], { padding: 1, stride: 2 }],
  [[2, 14, 15, 20], [12, 20, 1, 1], { stride: 2 }],
  [[1, 7, 8, 130], [70, 130, 3, 3], { padding: 2, dilation: 2 }],
  [[1, 13, 12, 4], [2, 4, 3, 2], { padding: [2, 3], dilation: [2, 3], stride: [3, 2] }],
  [[1, 3, 3, 512], [16, 512, 3, 3], { padding: 1 }],
];

const pools: [Four, MaxPoolOptions][] = [
  [[2, 31, 30, 24], { size: 2 }],
  [[2, 9, 11, 19], { size: 3, stride: 2, padding: 1 }],
  [[1, 8, 7, 33], { size: [3, 2], stride: 1 }],
];

describe.each(isas)("%s", (isa) => {
  test.each(convolutions)("convolution of %j with %j, %j", async (x, weight, options) => {
    useIsa(isa);
    const [, h, w] = x;
    const [out, , rows, columns] = weight;
    const parts = [given(1, x), given(2, weight, 0.2), given(3, [out])];
    const convolve = (...[a, b, c]: Tensor[]) =>
      convolution(a as Tensor4D, b as Tensor4D, { ...options, bias: c as Tensor1D });
    await expectSame(
      (a, b, c) => convolution(a as Tensor4D, b as Tensor4D, { ...options, bias: c as Tensor1D, activation: "gelu" }),
      parts,
      { atol: 1e-4 },
    );
    const dy = given(4, [x[0], ...convolutionGrid([h, w], [rows, columns], options), out]);
    await expectSame((a, b, c, d) => grads(convolve)([a!, b!, c!], d), [...parts, dy], { atol: 1e-3, rtol: 1e-4 });
  });

  test.each(pools)("largest of windows of %j, %j", async (x, options) => {
    useIsa(isa);
    const pool = (z: Tensor) => maxPool(z as Tensor4D, options);
    await expectSame((z) => pool(z!), [given(1, x)], { atol: 0, rtol: 0 });
    await expectSame((z, dy) => grads(pool as never)([z!], pool(dy!)), [given(1, x), given(2, x)]);
  });

  test.each(["none", "relu", "gelu"] as const)("batch norm with its gradient, activation %s", async (activation) => {
    useIsa(isa);
    for (const shape of [
      [7, 3],
      [2, 31, 30, 24],
      [600, 70],
      [3, 5, 129],
    ]) {
      const c = shape.at(-1)!;
      const parts = [given(1, shape, 3), given(2, [c]), given(3, [c])];
      for (const ofBatch of [true, false]) {
        const norm = (...[z, gamma, beta]: Tensor[]) =>
          batchNorm(z!, {
            ...(ofBatch ? batchStatistics(z!) : { mean: beta as Tensor1D, variance: square(gamma as Tensor1D) }),
            ofBatch,
            gamma: gamma as Tensor1D,
            beta: beta as Tensor1D,
            epsilon: 0.1,
            activation,
          });
        await expectSame((z, gamma, beta) => norm(z!, gamma!, beta!), parts, { atol: 1e-4 });
        await expectSame((z, g, b, dy) => grads(norm)([z!, g!, b!], dy), [...parts, given(4, shape)], {
          atol: 1e-3,
          rtol: 1e-4,
        });
      }
    }
  });
});

test("gradients are the same to the bit with any number of threads", async () => {
  const x = given(1, [9, 32, 32, 16]);
  const weight = given(2, [24, 16, 3, 3]);
  const run = async (threads: number) => {
    configureNative({ threads });
    await setBackend("native");
    const convolve = (...[a, b]: Tensor[]) => convolution(a as Tensor4D, b as Tensor4D, { padding: 1 });
    const [a, b] = [tensor(x.values.slice(), x.shape), tensor(weight.values.slice(), weight.shape)];
    const { mean, variance } = batchStatistics(a);
    const values = [...grads(convolve)([a, b]), mean, variance].map((slope) => slope.dataSync().slice());
    return values;
  };
  const one = await run(1);
  expect(await run(2)).toEqual(one);
  expect(await run(3)).toEqual(one);
});

test("each of these ops has a kernel", () => {
  for (const name of ["Convolution", "MaxPool", "BatchNorm"])
    for (const kernel of [`Tessera${name}`, `Tessera${name}Grad`])
      expect(getKernel(kernel, "native"), kernel).toBeDefined();
  expect(getKernel("TesseraBatchStatistics", "native")).toBeDefined();
});
