import { type Tensor, type Variable, square, tidy, variable } from "@tensorflow/tfjs-core";
import {
  type AdamStep,
  type LambStep,
  type MuonStep,
  type SgdStep,
  adamUpdate,
  adamUpdateOp,
  averageUpdate,
  averageUpdateOp,
  lambUpdate,
  lambUpdateOp,
  muonUpdate,
  muonUpdateOp,
  sgdUpdate,
  sgdUpdateOp,
  sumOfSquares,
  sumOfSquaresOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

const shapes = [[0], [1], [5, 3], [17], [17, 33], [3, 3, 4, 5], [200, 201]];

/** What two updates make of variables that begin with the given values; the second finds them in memory that is the backend's own. */
function renewed<T extends readonly Tensor[]>(
  values: T,
  step: (...variables: Variable[]) => void,
): { [I in keyof T]: Tensor } {
  const variables = values.map((value) => variable(value, false));
  step(...variables);
  step(...variables);
  const results = variables.map((one) => one.clone());
  for (const one of variables) one.dispose();
  return results as { [I in keyof T]: Tensor };
}

/** Squares, as an average of them is never below 0. */
function squares(shape: readonly number[]): Tensor {
  return square(normals(4, [...shape]));
}

function moments(shape: readonly number[]) {
  return {
    weight: normals(1, [...shape]),
    gradient: normals(2, [...shape]),
    mean: normals(3, [...shape], 0.1),
    variance: squares(shape),
  };
}

const adamSteps: readonly AdamStep[] = [
  { rate: 0.01, step: 1 },
  { rate: 0.1, step: 7, scale: 0.5, weightDecay: 0.05, decoupled: true },
  { rate: 0.1, step: 3, betas: [0.5, 0.8], epsilon: 1e-3, weightDecay: 0.1 },
];

export const adamUpdateCases = casesOf({
  op: adamUpdateOp,
  call: ({ weight, gradient, mean, variance }, step: AdamStep) =>
    renewed([weight, mean, variance] as const, (w, m, v) => adamUpdate(w!, gradient, m!, v!, step)) as [
      Tensor,
      Tensor,
      Tensor,
    ],
  cases: shapes.flatMap((shape) =>
    adamSteps.map((step) => ({
      name: `[${shape.join(", ")}], step ${step.step}`,
      inputs: () => tidy(() => moments(shape)),
      attrs: step,
    })),
  ),
});

const lambSteps: readonly LambStep[] = [
  { rate: 0.01, step: 1 },
  { rate: 0.1, step: 7, scale: 0.5, weightDecay: 0.05 },
  { rate: 0.1, step: 3, weightDecay: 0.1, trustClip: true },
  { rate: 0.1, step: 4, weightDecay: 0.1, adapt: false },
];

export const lambUpdateCases = casesOf({
  op: lambUpdateOp,
  call: ({ weight, gradient, mean, variance }, step: LambStep) =>
    renewed([weight, mean, variance] as const, (w, m, v) => lambUpdate(w!, gradient, m!, v!, step)) as [
      Tensor,
      Tensor,
      Tensor,
    ],
  cases: shapes.flatMap((shape) =>
    lambSteps.map((step) => ({
      name: `[${shape.join(", ")}], step ${step.step}`,
      inputs: () => tidy(() => moments(shape)),
      attrs: step,
    })),
  ),
});

const muonSteps: readonly MuonStep[] = [
  { rate: 0.1 },
  { rate: 0.1, scale: 0.5, shrink: 0.9, momentum: 0.8, nesterov: false },
];

const matrices = [[1, 1], [5, 3], [3, 5], [64, 64], [192, 64], [64, 200], [8, 3, 2, 2], [0, 3]]; // prettier-ignore

export const muonUpdateCases = casesOf({
  op: muonUpdateOp,
  call: ({ weight, gradient, momentum }, step: MuonStep) =>
    renewed([weight, momentum] as const, (w, m) => muonUpdate(w!, gradient, m!, step)) as [Tensor, Tensor],
  cases: matrices.flatMap((shape) =>
    muonSteps.map((step) => ({
      name: `[${shape.join(", ")}], ${JSON.stringify(step)}`,
      inputs: () => ({ weight: normals(1, shape), gradient: normals(2, shape), momentum: normals(3, shape) }),
      attrs: step,
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    })),
  ),
});

const sgdSteps: readonly SgdStep[] = [
  { rate: 0.1 },
  { rate: 0.1, scale: 2, weightDecay: 0.3 },
  { rate: 0.1, momentum: 0.9, dampening: 0.2, scale: 0.5, weightDecay: 0.05 },
  { rate: 0.1, momentum: 0.9, nesterov: true },
];

export const sgdUpdateCases = casesOf({
  op: sgdUpdateOp,
  call: ({ weight, gradient, velocity }, step: SgdStep) =>
    renewed(velocity ? [weight, velocity] : [weight], (w, v) => sgdUpdate(w!, gradient, v, step)) as [
      Tensor,
      ...Tensor[],
    ],
  cases: shapes.flatMap((shape) =>
    sgdSteps.map((step) => ({
      name: `[${shape.join(", ")}], ${JSON.stringify(step)}`,
      inputs: () => ({
        weight: normals(1, shape),
        gradient: normals(2, shape),
        ...(step.momentum && { velocity: normals(3, shape) }),
      }),
      attrs: step,
    })),
  ),
});

export const averageUpdateCases = casesOf({
  op: averageUpdateOp,
  call: ({ average, values }, { decay }: { decay: number }) =>
    renewed([average] as const, (one) => averageUpdate(one!, values, decay)) as [Tensor],
  cases: shapes.flatMap((shape) =>
    [0, 0.75, 0.9999].map((decay) => ({
      name: `[${shape.join(", ")}], of which ${decay} stays`,
      inputs: () => ({ average: normals(1, shape), values: normals(2, shape) }),
      attrs: { decay },
    })),
  ),
});

export const sumOfSquaresCases = casesOf({
  op: sumOfSquaresOp,
  call: (inputs) => sumOfSquares(Object.values(inputs)),
  cases: [
    ...shapes.map((shape) => ({
      name: `of [${shape.join(", ")}]`,
      inputs: () => ({ 0: normals(1, shape) }),
      attrs: {},
    })),
    {
      name: "of several, of different ranks",
      inputs: () => Object.fromEntries(shapes.map((shape, i) => [i, normals(i, shape)])),
      attrs: {},
    },
  ],
});
