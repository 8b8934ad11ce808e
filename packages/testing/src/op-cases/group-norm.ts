import { type Activation, groupNorm, groupNormGrad, groupNormGradOp, groupNormOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

const epsilon = 0.1;

const given = ([[[1, 1, 1, 2], 1], [[2, 3, 5, 6], 3], [[3, 7, 4, 24], 24], [[1, 17, 9, 64], 32]] as const).flatMap(([shape, groups]) => (["none", "relu"] as const).map((activation) => ({ shape: [...shape] as [number, number, number, number], groups, activation }))); // prettier-ignore

function draw(shape: [number, number, number, number]) {
  const c = shape[3];
  return { x: normals(1, shape, 3), gamma: normals(2, [c]), beta: normals(3, [c]) };
}

interface Attributes {
  groups: number;
  activation: Activation;
}

export const groupNormCases = casesOf({
  op: groupNormOp,
  call: ({ x, ...vectors }, attrs: Attributes) => groupNorm(x, { ...vectors, ...attrs, epsilon }),
  differentiable: ["x", "gamma", "beta"],
  gradientTolerance: { rtol: 1e-4, atol: 1e-3 },
  cases: given.map(({ shape, ...attrs }) => ({
    name: `[${shape.join(", ")}], ${attrs.groups} groups, ${attrs.activation}`,
    inputs: () => draw(shape),
    attrs,
    tolerance: { atol: 1e-4 },
  })),
});

export const groupNormGradCases = casesOf({
  op: groupNormGradOp,
  call: ({ dy, x, ...vectors }, attrs: Attributes) => groupNormGrad(dy, x, { ...vectors, ...attrs, epsilon }),
  cases: given.map(({ shape, ...attrs }) => ({
    name: `[${shape.join(", ")}], ${attrs.groups} groups, ${attrs.activation}`,
    inputs: () => ({ dy: normals(4, shape), ...draw(shape) }),
    attrs,
    tolerance: { rtol: 1e-4, atol: 1e-3 },
  })),
});
