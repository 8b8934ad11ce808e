import type { Activation } from "@tessera/core";

/** In the order of the addon's numbers. */
const activations: readonly Activation[] = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

export function activationNumber(activation: Activation): number {
  const number = activations.indexOf(activation);
  if (number >= 0) return number;
  throw new TypeError(`native: expected an activation of ${activations.join(", ")}, got ${activation}`);
}
