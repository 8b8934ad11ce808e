import { type Tensor, type Tensor1D, grads, ones, tensor, tensor1d, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { layerNorm } from "./layer-norm.ts";

const shapes = [
  [4, 6],
  [1, 1, 2],
  [2, 3, 7],
  [3, 1, 2, 5],
  [2, 1, 2, 1, 3],
];

function inputs(shape: number[]): [Tensor, Tensor1D, Tensor1D] {
  const random = seeded(shape.length);
  const d = shape.at(-1)!;
  return [random.normals(shape, 2), random.normals([d]) as Tensor1D, random.normals([d]) as Tensor1D];
}

describe.each(shapes.map((shape) => ({ shape })))("$shape", ({ shape }) => {
  test("centres and scales each row by the biased variance, computed in float64", async () => {
    const [x, gamma, beta] = inputs(shape);
    const [xs, gs, bs] = [await x.data(), await gamma.data(), await beta.data()];
    const d = gs.length;
    const data = Array.from(xs, (value, at) => {
      const row = [...xs.subarray(at - (at % d), at - (at % d) + d)] as number[];
      const mean = row.reduce((total, v) => total + v, 0) / d;
      const variance = row.reduce((total, v) => total + (v - mean) ** 2, 0) / d;
      return ((value - mean) / Math.sqrt(variance + 1e-5)) * gs[at % d]! + bs[at % d]!;
    });
    await expect(layerNorm(x, gamma, beta, 1e-5)).toBeAllClose({ shape, data });
  });

  test("gradients of x, γ and β", async () => {
    const [x, gamma, beta] = inputs(shape);
    await checkGradients((...[z, g, b]) => layerNorm(z!, g as Tensor1D, b as Tensor1D, 1e-3), [x, gamma, beta]);
  });
});

test("a constant row gives β, not NaN", async () => {
  const y = layerNorm(tensor([5, 5, 5], [1, 3]), tensor1d([1, 2, 3]), tensor1d([4, 5, 6]), 1e-6);
  await expect(y).toBeAllClose([[4, 5, 6]]);
});

test("a large offset does not eat the variance", async () => {
  const y = layerNorm(tensor([1000, 1001, 1002], [1, 3]), tensor1d([1, 1, 1]), tensor1d([0, 0, 0]), 1e-6);
  await expect(y).toBeAllClose([[-1.2247, 0, 1.2247]], { atol: 1e-3 });
});

test("calls a registered kernel, and once for all its gradients", () => {
  const [x, gamma, beta] = inputs([2, 3, 4]);
  const f = (...[z, g, b]: Tensor[]) => layerNorm(z!, g as Tensor1D, b as Tensor1D, 1e-6);
  const { calls } = withFakeKernels(documented, () => grads(f)([x, gamma, beta], ones([2, 3, 4])));
  const vectors = { gamma: [4], beta: [4] };
  expect(calls).toEqual([
    { kernel: "TesseraLayerNorm", inputs: { x: [2, 3, 4], ...vectors }, attrs: { epsilon: 1e-6 } },
    { kernel: "TesseraLayerNormGrad", inputs: { dy: [2, 3, 4], x: [2, 3, 4], gamma: [4] }, attrs: { epsilon: 1e-6 } },
  ]);
});

test("refuses vectors of another length", () => {
  const vector = zeros([3]) as Tensor1D;
  expect(() => layerNorm(zeros([2, 4]), vector, vector, 1)).toThrow("layerNorm: expected gamma [4], got [3]");
});

test("leaks nothing", async () => {
  const [x, gamma, beta] = inputs([2, 3]);
  await expectNoLeak(() => {
    layerNorm(x, gamma, beta, 1e-6).dispose();
    const f = (...[z, g]: Tensor[]) => layerNorm(z!, g as Tensor1D, beta, 1e-6);
    for (const slope of grads(f)([x, gamma])) slope.dispose();
  });
});
