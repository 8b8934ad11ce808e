import { type Tensor, add, erf, exp, mul, relu, sigmoid, square, step, sub, tanh, tidy } from "@tensorflow/tfjs-core";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** Which function a layer applies to each value. `gelu` is the exact form, as in timm; Google's checkpoints use `gelu_tanh`. */
export type Activation = "none" | "gelu" | "gelu_tanh" | "quick_gelu" | "relu" | "silu";

export const activationGradOp: Op<{ dy: Tensor; x: Tensor }, { activation: Activation }, Tensor> = {
  name: "TesseraActivationGrad",
  inputs: { dy: "required", x: "required" },
  gradients: [],
};

export const activationOp: Op<{ x: Tensor }, { activation: Activation }, Tensor> = {
  name: "TesseraActivation",
  inputs: { x: "required" },
  gradients: [activationGradOp],
};

const SQRT_HALF = Math.SQRT1_2;
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Composed definitions. GELU: Hendrycks and Gimpel 2016. */
const functions: Record<Activation, (x: Tensor) => Tensor> = {
  none: (x) => x.clone(),
  gelu: (x) => mul(mul(x, 0.5), add(erf(mul(x, SQRT_HALF)), 1)),
  gelu_tanh: (x) => mul(mul(x, 0.5), add(tanh(tanhArgument(x)), 1)),
  quick_gelu: (x) => mul(x, sigmoid(mul(x, 1.702))),
  relu: (x) => relu(x),
  silu: (x) => mul(x, sigmoid(x)),
};

/** Derivatives at x. */
const derivatives: Record<Activation, (x: Tensor) => Tensor> = {
  none: (x) => add(mul(x, 0), 1),
  gelu: (x) => {
    const cdf = mul(add(erf(mul(x, SQRT_HALF)), 1), 0.5);
    const pdf = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return add(cdf, mul(x, pdf));
  },
  gelu_tanh: (x) => {
    const t = tanh(tanhArgument(x));
    const slope = mul(add(mul(square(x), 3 * 0.044715), 1), SQRT_2_OVER_PI);
    return add(mul(add(t, 1), 0.5), mul(mul(mul(x, 0.5), sub(1, square(t))), slope));
  },
  quick_gelu: (x) => gatedSlope(x, 1.702),
  relu: (x) => step(x),
  silu: (x) => gatedSlope(x, 1),
};

function tanhArgument(x: Tensor): Tensor {
  return mul(mul(x, SQRT_2_OVER_PI), add(mul(square(x), 0.044715), 1));
}

/** Derivative of x·sigmoid(a x). */
function gatedSlope(x: Tensor, a: number): Tensor {
  const s = sigmoid(mul(x, a));
  return mul(s, add(mul(mul(x, a), sub(1, s)), 1));
}

/** f(x) for each value; differentiable. Op `activationOp`, gradient `activationGradOp`. */
export function activate<T extends Tensor>(x: T, activation: Activation): T {
  if (activation === "none") return x;
  return differentiable(
    { x },
    () => runOp(activationOp, { x }, { activation }, () => functions[activation](x)) as T,
    [x],
    (dy, [z]) => ({ x: () => activationGrad(dy, z!, activation) }),
  );
}

/** dy · f′(x), at the input x of the activation. */
export function activationGrad(dy: Tensor, x: Tensor, activation: Activation): Tensor {
  return runOp(activationGradOp, { dy, x }, { activation }, () => tidy(() => mul(dy, derivatives[activation](x))));
}
