import { type Tensor, type Tensor1D, grads, ones, tensor, tensor1d, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { batchNorm, batchStatistics } from "./batch-norm.ts";

const shapes = [
  [6, 3],
  [2, 3, 4, 7],
  [3, 5, 5, 33],
  [1, 2, 1, 1],
];

function inputs(shape: number[]): [Tensor, Tensor1D, Tensor1D] {
  const random = seeded(shape.length);
  const c = shape.at(-1)!;
  return [random.normals(shape, 2), random.normals([c]) as Tensor1D, random.normals([c]) as Tensor1D];
}

/** Mean and biased variance of each channel, in float64. */
async function momentsOf(x: Tensor) {
  const values = await x.data();
  const c = x.shape.at(-1)!;
  const channels = Array.from({ length: c }, (_, k) => Array.from(values).filter((__, at) => at % c === k) as number[]);
  const mean = channels.map((own) => own.reduce((total, value) => total + value, 0) / own.length);
  const variance = channels.map((own, k) => own.reduce((total, v) => total + (v - mean[k]!) ** 2, 0) / own.length);
  return { mean, variance };
}

describe.each(shapes.map((shape) => ({ shape })))("$shape", ({ shape }) => {
  test("mean and biased variance of each channel", async () => {
    const [x] = inputs(shape);
    const expected = await momentsOf(x);
    const { mean, variance } = batchStatistics(x);
    await expect(mean).toBeAllClose(expected.mean);
    await expect(variance).toBeAllClose(expected.variance);
  });

  test("shifts and scales each channel, then applies the activation", async () => {
    const [x, gamma, beta] = inputs(shape);
    const c = shape.at(-1)!;
    const statistics = { mean: beta, variance: tensor1d(Array.from({ length: c }, (_, k) => 0.5 + k)) };
    const [xs, ms, vs, gs, bs] = await Promise.all(
      [x, statistics.mean, statistics.variance, gamma, beta].map((values) => values.data()),
    );
    const data = Array.from(xs!, (value, at) => {
      const k = at % c;
      return ((value - ms![k]!) / Math.sqrt(vs![k]! + 1e-3)) * gs![k]! + bs![k]!;
    });
    const options = { ...statistics, gamma, beta, epsilon: 1e-3 };
    await expect(batchNorm(x, options)).toBeAllClose({ shape, data });
    const activated = { shape, data: data.map((value) => Math.max(0, value)) };
    await expect(batchNorm(x, { ...options, activation: "relu" })).toBeAllClose(activated);
  });

  test.each(["none", "gelu", "silu"] as const)("gradients, activation %s", async (activation) => {
    const [x, gamma, beta] = inputs(shape);
    const rest = { epsilon: 0.1, activation };
    const statistics = { mean: beta, variance: ones([shape.at(-1)!]) as Tensor1D };
    await checkGradients(
      (...[z, g, b]) => batchNorm(z!, { ...statistics, gamma: g as Tensor1D, beta: b as Tensor1D, ...rest }),
      [x, gamma, beta],
    );
    await checkGradients(
      (...[z, g, b]) => {
        const ofBatch = batchStatistics(z!);
        return batchNorm(z!, { ...ofBatch, ofBatch: true, gamma: g as Tensor1D, beta: b as Tensor1D, ...rest });
      },
      [x, gamma, beta],
    );
  });
});

test("a large offset does not eat the variance", async () => {
  const { mean, variance } = batchStatistics(tensor([1000, 1001, 1002], [3, 1]));
  await expect(mean).toBeAllClose([1001]);
  await expect(variance).toBeAllClose([2 / 3], { rtol: 1e-4 });
});

test("sums over many rows are as exact as over few", async () => {
  const x = seeded(1).normals([40_000, 2], 3);
  const expected = await momentsOf(x);
  const { mean, variance } = batchStatistics(x);
  await expect(mean).toBeAllClose(expected.mean, { atol: 1e-5 });
  await expect(variance).toBeAllClose(expected.variance);
});

test("calls registered kernels, and one for all gradients", () => {
  const [x, gamma, beta] = inputs([2, 3, 4]);
  const vectors = { mean: [4], variance: [4], gamma: [4], beta: [4] };
  const fakes = {
    TesseraBatchStatistics: () => [[4], [4]],
    TesseraBatchNorm: () => [2, 3, 4],
    TesseraBatchNormGrad: () => [[2, 3, 4], [4], [4]],
  };
  const f = (...[z, g, b]: Tensor[]) =>
    batchNorm(z!, {
      ...batchStatistics(z!),
      ofBatch: true,
      gamma: g as Tensor1D,
      beta: b as Tensor1D,
      epsilon: 1e-5,
      activation: "relu",
    });
  const { calls } = withFakeKernels(fakes, () => grads(f)([x, gamma, beta], ones([2, 3, 4])));
  const attrs = { epsilon: 1e-5, activation: "relu" };
  expect(calls).toEqual([
    { kernel: "TesseraBatchStatistics", inputs: { x: [2, 3, 4] }, attrs: {} },
    { kernel: "TesseraBatchNorm", inputs: { x: [2, 3, 4], ...vectors }, attrs },
    {
      kernel: "TesseraBatchNormGrad",
      inputs: { dy: [2, 3, 4], x: [2, 3, 4], ...vectors },
      attrs: { ...attrs, ofBatch: true },
    },
  ]);
});

test("refuses vectors of another length", () => {
  const [four, three] = [ones([4]) as Tensor1D, ones([3]) as Tensor1D];
  const options = { mean: four, variance: four, gamma: three, beta: four, epsilon: 1 };
  expect(() => batchNorm(zeros([2, 4]), options)).toThrow("batchNorm: expected gamma [4], got [3]");
});

test("leaks nothing", async () => {
  const [x, gamma, beta] = inputs([2, 3]);
  await expectNoLeak(() => {
    const { mean, variance } = batchStatistics(x);
    batchNorm(x, { mean, variance, gamma, beta, epsilon: 1 }).dispose();
    const f = (z: Tensor, g: Tensor) =>
      batchNorm(z, { ...batchStatistics(z), ofBatch: true, gamma: g as Tensor1D, beta, epsilon: 1 });
    for (const slope of grads(f)([x, gamma])) slope.dispose();
    mean.dispose();
    variance.dispose();
  });
});
