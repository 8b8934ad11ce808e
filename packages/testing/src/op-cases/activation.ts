import { tensor1d } from "@tensorflow/tfjs-core";
import { type Activation, activate, activationGrad, activationGradOp, activationOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

export const activations: readonly Activation[] = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

const shapes = [[1], [15], [64], [3, 6], [17, 33], [2, 31, 64], [1, 1003], [197, 33], [0, 6]];
const extremes = [-1e30, -200, -9, -3.3, -1, -0.1, 0, 1e-3, 0.5, 2, 7, 90, 1e30];

/** `none` gives its input back, so no kernel is asked. */
const asked = activations.filter((activation) => activation !== "none");

export const activationCases = casesOf({
  op: activationOp,
  call: ({ x }, { activation }: { activation: Activation }) => activate(x, activation),
  differentiable: ["x"],
  cases: asked.flatMap((activation) => {
    const extreme = { name: `${activation} of numbers of any size`, inputs: () => ({ x: tensor1d(extremes) }) };
    const drawn = shapes.map((shape) => ({
      name: `${activation} of [${shape.join(", ")}]`,
      inputs: () => ({ x: normals(1, shape, 3) }),
    }));
    return [extreme, ...drawn].map(({ name, inputs }) => ({ name, inputs, attrs: { activation } }));
  }),
});

export const activationGradCases = casesOf({
  op: activationGradOp,
  call: ({ dy, x }, { activation }: { activation: Activation }) => activationGrad(dy, x, activation),
  cases: activations.flatMap((activation) =>
    shapes.map((shape) => ({
      name: `${activation} at [${shape.join(", ")}]`,
      inputs: () => ({ dy: normals(2, shape), x: normals(1, shape, 3) }),
      attrs: { activation },
    })),
  ),
});
