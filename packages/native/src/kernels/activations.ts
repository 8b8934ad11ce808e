import type { Attrs } from "./kernel.ts";

/** In the order of the addon's numbers. */
const activations = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

export function activationNumber({ activation }: Attrs): number {
  const number = activations.indexOf(activation as string);
  if (number >= 0) return number;
  throw new TypeError(`native: expected an activation of ${activations.join(", ")}, got ${String(activation)}`);
}
