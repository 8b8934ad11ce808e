import { FormatError } from "../errors.ts";
import type { Activation } from "../ops/activation.ts";
import { shown } from "../untrusted-text.ts";

/** By the names of transformers' `ACT2FN`. */
const activations: Readonly<Record<string, Activation>> = {
  linear: "none",
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu_tanh",
  gelu_fast: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  quick_gelu: "quick_gelu",
  relu: "relu",
  silu: "silu",
  swish: "silu",
};

const written = {
  none: "linear",
  gelu: "gelu",
  gelu_tanh: "gelu_pytorch_tanh",
  quick_gelu: "quick_gelu",
  relu: "relu",
  silu: "silu",
} as const satisfies Record<Activation, string>;

/**
 * `hidden_act` of a transformers config, whose classes have GELU where it is left out.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on one that is not known.
 */
export function activationFromHuggingFace(name: unknown, where: string): Activation {
  if (name === undefined) return "gelu";
  const known = typeof name === "string" && Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (known) return known;
  throw new FormatError(
    `${where}: expected "hidden_act" among ${Object.keys(activations).join(", ")}, got ${shown(name)}`,
  );
}

/** The same as transformers writes it. */
export function activationForHuggingFace(activation: Activation = "gelu"): string {
  return written[activation];
}
