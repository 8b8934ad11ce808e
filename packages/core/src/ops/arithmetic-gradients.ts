import {
  type GradConfig,
  type Tensor,
  cast,
  div,
  matMul,
  mul,
  neg,
  square,
  step,
  sub,
  sum,
} from "@tensorflow/tfjs-core";
import { binary, unary, unbroadcast } from "./gradient-configs.ts";

/** Sums, products and functions of single values. */
export const arithmeticGradients: readonly GradConfig[] = [
  binary(
    "Add",
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    "Sub",
    (dy) => dy,
    (dy) => neg(dy),
  ),
  binary(
    "Multiply",
    (dy, _, b) => mul(dy, cast(b, "float32")),
    (dy, a) => mul(dy, cast(a, "float32")),
  ),
  binary(
    "RealDiv",
    (dy, _, b) => div(dy, b),
    (dy, a, b) => neg(div(mul(dy, a), square(b))),
  ),
  unary("Neg", "input", (dy) => neg(dy)),
  unary("Square", "input", (dy, x) => mul(dy, mul(x, 2))),
  unary("Exp", "output", (dy, y) => mul(dy, y)),
  unary("Log", "input", (dy, x) => div(dy, x)),
  unary("Sqrt", "output", (dy, y) => div(dy, mul(y, 2))),
  unary("Rsqrt", "output", (dy, y) => mul(dy, mul(mul(square(y), y), -0.5))),
  unary("Tanh", "output", (dy, y) => mul(dy, sub(1, square(y)))),
  unary("Sigmoid", "output", (dy, y) => mul(dy, mul(y, sub(1, y)))),
  unary("Relu", "input", (dy, x) => mul(dy, step(x))),
  {
    kernelName: "Softmax",
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ logits: () => mul(y!, sub(dy as Tensor, sum(mul(dy as Tensor, y!), -1, true))) }),
  },
  {
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dyOrList, [a, b], attrs) => {
      const dy = dyOrList as Tensor;
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      return {
        a: () =>
          unbroadcast(transposeA ? matMul(b!, dy, transposeB, true) : matMul(dy, b!, false, !transposeB), a!.shape),
        b: () =>
          unbroadcast(transposeB ? matMul(dy, a!, true, transposeA) : matMul(a!, dy, !transposeA, false), b!.shape),
      };
    },
  },
];
