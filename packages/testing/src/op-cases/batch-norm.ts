import { type Tensor1D, square, tidy } from "@tensorflow/tfjs-core";
import {
  type Activation,
  batchNorm,
  batchNormGrad,
  batchNormGradOp,
  batchNormOp,
  batchStatistics,
  batchStatisticsOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

const shapes = [[1, 3], [7, 3], [2, 31, 30, 24], [600, 70], [3, 5, 129], [0, 2, 2, 5]]; // prettier-ignore
const epsilon = 0.1;

export const batchStatisticsCases = casesOf({
  op: batchStatisticsOp,
  call: ({ x }) => {
    const { mean, variance } = batchStatistics(x);
    return [mean, variance] as [Tensor1D, Tensor1D];
  },
  cases: shapes.map((shape) => ({
    name: `of [${shape.join(", ")}]`,
    inputs: () => ({ x: normals(1, shape, 3, 2) }),
    attrs: {},
    tolerance: { atol: 1e-4 },
  })),
});

function draw(shape: readonly number[]) {
  const c = shape.at(-1)!;
  return {
    x: normals(1, shape, 3),
    mean: normals(5, [c]),
    variance: tidy(() => square(normals(6, [c], 3))),
    gamma: normals(2, [c]),
    beta: normals(3, [c]),
  };
}

const given = shapes.flatMap((shape) =>
  (["none", "relu", "gelu"] as const).map((activation) => ({ shape, activation })),
);

export const batchNormCases = casesOf({
  op: batchNormOp,
  call: ({ x, ...vectors }, { activation }: { activation: Activation }) =>
    batchNorm(x, { ...vectors, epsilon, activation }),
  differentiable: ["x", "gamma", "beta"],
  gradientTolerance: { rtol: 1e-4, atol: 1e-3 },
  cases: given.map(({ shape, activation }) => ({
    name: `[${shape.join(", ")}], ${activation}`,
    inputs: () => draw(shape),
    attrs: { activation },
    tolerance: { atol: 1e-4 },
  })),
});

export const batchNormGradCases = casesOf({
  op: batchNormGradOp,
  call: ({ dy, x, ...vectors }, attrs: { activation: Activation; ofBatch: boolean }) =>
    batchNormGrad(dy, x, { ...vectors, ...attrs, epsilon }),
  cases: given.flatMap(({ shape, activation }) =>
    [true, false].map((ofBatch) => ({
      name: `[${shape.join(", ")}], ${activation}, statistics of ${ofBatch ? "the batch" : "their own"}`,
      inputs: () => ({ dy: normals(4, shape), ...draw(shape) }),
      attrs: { activation, ofBatch },
      tolerance: { rtol: 1e-4, atol: 1e-3 },
    })),
  ),
});
