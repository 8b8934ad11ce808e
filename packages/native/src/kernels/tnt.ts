import type { NativeBackend } from "../backend.ts";
import { activationNumber } from "./activations.ts";
import { type Attrs, type Inputs, type NativeKernel, optional, sizeOf } from "./kernel.ts";

/** The parts of a block's inner transformer in the order of the addon's arguments. */
const innerParts = [
  "norm_in",
  "attn_in.qk",
  "attn_in.v",
  "attn_in.proj",
  "norm_mlp_in",
  "mlp_in.fc1",
  "mlp_in.fc2",
  "norm1_proj",
] as const;

/**
 * Weights as they are, in either precision: those of a block take 28 kB in TNT-S, so that halving them would spare no
 * memory traffic, and a product in bfloat16 is no faster without a matrix unit.
 */
function inner(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const { x } = inputs;
  const [patches, words, width] = x!.shape as [number, number, number];
  const hidden = inputs["mlp_in.fc1.weight"]!.shape[0]!;
  const legacy = attrs["legacy"] as boolean;
  const [out, normal] = [backend.allocate(sizeOf(x!.shape)), backend.allocate(sizeOf(x!.shape))];
  const weights = innerParts.flatMap((part) =>
    ["weight", "bias"].map((kind) => optional(backend, inputs[`${part}.${kind}`])),
  );
  const { heads, epsilon } = attrs as { heads: number; epsilon: number };
  const sizes = [patches, words, width, heads, hidden, epsilon, activationNumber(attrs)] as const;
  backend.addon.tntInner(...sizes, legacy, backend.floats(x!), ...weights, out, normal);
  const joined = legacy ? [patches, words, width] : [patches, words * width];
  return [backend.output([patches, words, width], out), backend.output(joined, normal)];
}

function merge({ tokens, joined, gamma, beta }: Inputs, backend: NativeBackend, { epsilon = 0 }: Attrs) {
  const [batch, patches, width] = joined!.shape as [number, number, number];
  const out = backend.allocate(sizeOf(tokens!.shape));
  const values = [backend.floats(tokens!), backend.floats(joined!)] as const;
  const norm = [optional(backend, gamma), optional(backend, beta)] as const;
  backend.addon.tntMerge(batch, patches, width, epsilon as number, ...values, ...norm, out);
  return backend.output([...tokens!.shape], out);
}

export const tntKernels: Record<string, NativeKernel> = {
  TesseraTntInner: inner,
  TesseraTntMerge: merge,
};
