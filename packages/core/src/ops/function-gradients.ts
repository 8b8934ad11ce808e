import {
  type GradConfig,
  type Tensor,
  add,
  cos,
  cosh,
  div,
  exp,
  greater,
  minimum,
  mul,
  neg,
  ones,
  rsqrt,
  sigmoid,
  sin,
  sinh,
  square,
  step,
  sub,
  where,
  zeros,
} from "@tensorflow/tfjs-core";
import { unary } from "./gradient-configs.ts";

/** Klambauer et al. 2017: what makes a network normalise itself. */
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** Functions of single values. At a kink the gradient is that of one side, at the kink of `Abs` it is 0. */
export const functionGradients: readonly GradConfig[] = [
  unary("Abs", "input", (dy, x) => mul(dy, sub(step(x), step(neg(x))))),
  unary("Reciprocal", "output", (dy, y) => neg(mul(dy, square(y)))),
  unary("Sin", "input", (dy, x) => mul(dy, cos(x))),
  unary("Cos", "input", (dy, x) => neg(mul(dy, sin(x)))),
  unary("Tan", "output", (dy, y) => mul(dy, add(square(y), 1))),
  unary("Asin", "input", (dy, x) => mul(dy, rsqrt(sub(1, square(x))))),
  unary("Acos", "input", (dy, x) => neg(mul(dy, rsqrt(sub(1, square(x)))))),
  unary("Atan", "input", (dy, x) => div(dy, add(square(x), 1))),
  unary("Sinh", "input", (dy, x) => mul(dy, cosh(x))),
  unary("Cosh", "input", (dy, x) => mul(dy, sinh(x))),
  unary("Asinh", "input", (dy, x) => mul(dy, rsqrt(add(square(x), 1)))),
  unary("Acosh", "input", (dy, x) => mul(dy, rsqrt(sub(square(x), 1)))),
  unary("Atanh", "input", (dy, x) => div(dy, sub(1, square(x)))),
  unary("Expm1", "output", (dy, y) => mul(dy, add(y, 1))),
  unary("Log1p", "input", (dy, x) => div(dy, add(x, 1))),
  unary("Erf", "input", (dy, x) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  unary("Softplus", "input", (dy, x) => mul(dy, sigmoid(x))),
  unary("Elu", "output", (dy, y) => mul(dy, add(minimum(y, 0), 1))),
  unary("Selu", "input", (dy, x) =>
    mul(dy, where(greater(x, 0), mul(ones(x.shape), seluScale), mul(exp(minimum(x, 0)), seluScale * seluAlpha))),
  ),
  unary("LeakyRelu", "input", (dy, x, { alpha }) => where(greater(x, 0), dy, mul(dy, alpha!))),
  unary("Relu6", "input", (dy, x) => mul(dy, mul(step(x), step(sub(6, x))))),
  ...[
    "Floor",
    "Ceil",
    "Round",
    "Sign",
    "Step",
    "OnesLike",
    "ZerosLike",
    "IsNan",
    "IsInf",
    "IsFinite",
    "LogicalNot",
  ].map((name) => unary(name, "input", (_, x) => nothing(x))),
  ...["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr"].map(constant),
];

/** A condition: it changes by steps alone. */
function constant(kernelName: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (_, [a, b]) => ({ a: () => nothing(a!), b: () => nothing(b!) }),
  };
}

function nothing({ shape }: Tensor): Tensor {
  return zeros(shape);
}
