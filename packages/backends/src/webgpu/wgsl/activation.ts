import type { Activation } from "@tessera/core";

type Type = "f32" | "vec4<f32>";

/**
 * `fn activate(x) -> f(x)`. WGSL has no erf: Abramowitz and Stegun 1964, 7.1.26, within 1.5e-7. Arguments are cut off where
 * the function has long reached its limit, since exp and tanh of large numbers may be anything on some GPUs.
 */
export function activateWgsl(activation: Activation, type: Type): string {
  return `${helpers(activation, type)}
fn activate(x: ${type}) -> ${type} { return ${values[activation].replaceAll("T(", `${type}(`)}; }`;
}

/** `fn slope(x) -> f′(x)` */
export function slopeWgsl(activation: Activation, type: Type): string {
  return `${helpers(activation, type)}
fn slope(x: ${type}) -> ${type} { ${slopes[activation].replaceAll("T(", `${type}(`)} }`;
}

// T stands for the type.
const values: Record<Activation, string> = {
  none: "x",
  gelu: "0.5 * x * (1.0 + erf(x * 0.70710678))",
  gelu_tanh: "0.5 * x * (1.0 + bounded_tanh(x * (0.79788456 + 0.035677408 * x * x)))",
  quick_gelu: "x * sigmoid(1.702 * x)",
  relu: "max(x, T(0.0))",
  silu: "x * sigmoid(x)",
};

const slopes: Record<Activation, string> = {
  none: "return T(1.0);",
  gelu: "return 0.5 * (1.0 + erf(x * 0.70710678)) + x * 0.39894228 * exp(max(-0.5 * x * x, T(-87.0)));",
  gelu_tanh: `let t = bounded_tanh(x * (0.79788456 + 0.035677408 * x * x));
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * (0.79788456 + 0.107032224 * x * x);`,
  quick_gelu: "let s = sigmoid(1.702 * x); return s * (1.0 + 1.702 * x * (1.0 - s));",
  relu: "return select(T(0.0), T(1.0), x > T(0.0));",
  silu: "let s = sigmoid(x); return s * (1.0 + x * (1.0 - s));",
};

function helpers(activation: Activation, type: Type): string {
  switch (activation) {
    case "gelu":
      return `fn erf(x: ${type}) -> ${type} {
  let a = abs(x);
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign(x) * (1.0 - p * exp(-min(a * a, ${type}(87.0))));
}`;
    case "gelu_tanh":
      return `fn bounded_tanh(x: ${type}) -> ${type} { return tanh(clamp(x, ${type}(-15.0), ${type}(15.0))); }`;
    case "quick_gelu":
    case "silu":
      return `fn sigmoid(x: ${type}) -> ${type} { return 1.0 / (1.0 + exp(-max(x, ${type}(-87.0)))); }`;
    case "none":
    case "relu":
      return "";
    default:
      throw activation satisfies never;
  }
}
