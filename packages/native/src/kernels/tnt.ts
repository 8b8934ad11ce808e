import type { tntInnerOp, tntMergeOp } from "@tessera/tnt";
import { activationNumber } from "./activations.ts";
import { type OpFunction, optional, sizeOf } from "./kernel.ts";

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
export const tntInner: OpFunction<typeof tntInnerOp> = (inputs, backend, { heads, epsilon, activation, legacy }) => {
  const { x } = inputs;
  const [patches, words, width] = x.shape;
  const [hidden] = inputs["mlp_in.fc1.weight"].shape;
  const [out, normal] = [backend.allocate(sizeOf(x.shape)), backend.allocate(sizeOf(x.shape))];
  const weights = innerParts.flatMap((part) => [
    optional(backend, inputs[`${part}.weight`]),
    optional(backend, inputs[`${part}.bias`]),
  ]);
  const sizes = [patches, words, width, heads, hidden, epsilon, activationNumber(activation)] as const;
  backend.addon.tntInner(...sizes, legacy, backend.floats(x), ...weights, out, normal);
  const joined = legacy ? [patches, words, width] : [patches, words * width];
  return [backend.output([patches, words, width], out), backend.output(joined, normal)];
};

export const tntMerge: OpFunction<typeof tntMergeOp> = ({ tokens, joined, gamma, beta }, backend, { epsilon = 0 }) => {
  const [batch, patches, width] = joined.shape;
  const out = backend.allocate(sizeOf(tokens.shape));
  const values = [backend.floats(tokens), backend.floats(joined)] as const;
  const norm = [optional(backend, gamma), optional(backend, beta)] as const;
  backend.addon.tntMerge(batch, patches, width, epsilon, ...values, ...norm, out);
  return backend.output([...tokens.shape], out);
};
