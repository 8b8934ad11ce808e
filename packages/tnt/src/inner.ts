import { type Tensor, type Tensor3D, engine, reshape } from "@tensorflow/tfjs-core";
import { type Activation, type Context, type LayerNorm, type Mlp, addBranch, runOp, within } from "@tessera/core";
import type { TntAttention } from "./attention.ts";

/** The parts of a block that work on words. */
export interface InnerParts {
  readonly normIn: LayerNorm;
  readonly attnIn: TntAttention;
  readonly normMlpIn: LayerNorm;
  readonly mlpIn: Mlp;
  readonly norm1Proj: LayerNorm;
}

export interface InnerConfig {
  innerHeads: number;
  epsilon: number;
  activation: Activation;
  /** `norm1Proj` takes single words rather than a patch's words together. */
  legacy: boolean;
  dropout: number;
  dropPath: number;
}

/**
 * The inner transformer of one block: words [b · patches, m, c] -> the words after attention and MLP, and the same words
 * normalised to be joined, [b · patches, m · c] or, per word, [b · patches, m, c].
 *
 * Kernel `TesseraTntInner`: a patch fits into the fast memory of any device, so all of it can be one pass. It is asked at
 * inference only, when nobody looks at the parts; otherwise, and without the kernel, core's ops run one after the other.
 */
export function throughInner(
  words: Tensor3D,
  parts: InnerParts,
  config: InnerConfig,
  ctx: Context,
): [words: Tensor3D, normal: Tensor] {
  const compose = () => composeInner(words, parts, config, ctx);
  const dropping = ctx.training === true && config.dropout + config.dropPath > 0;
  if (ctx.capture || dropping || engine().isTapeOn()) return compose();
  const { innerHeads: heads, epsilon, activation, legacy } = config;
  const attrs = { heads, epsilon, activation, legacy };
  return runOp("TesseraTntInner", kernelInputs(words, parts), attrs, compose) as [Tensor3D, Tensor];
}

function composeInner(
  words: Tensor3D,
  { normIn, attnIn, normMlpIn, mlpIn, norm1Proj }: InnerParts,
  { legacy, dropPath: rate }: InnerConfig,
  ctx: Context,
): [Tensor3D, Tensor] {
  const unscaled = { scale: undefined, scaleName: "", rate };
  const normal = normIn.forward(words, within(ctx, "norm_in"));
  const mixed = addBranch(words, normal, attnIn, ctx, { name: "attn_in", ...unscaled });
  const normalMixed = normMlpIn.forward(mixed, within(ctx, "norm_mlp_in"));
  const done = addBranch(mixed, normalMixed, mlpIn, ctx, { name: "mlp_in", ...unscaled });
  const [patches, m, c] = done.shape;
  const joined: Tensor = legacy ? done : reshape(done, [patches, m * c]);
  return [done, norm1Proj.forward(joined, within(ctx, "norm1_proj"))];
}

/** The parameters by their path in the block; `x` are the words. */
function kernelInputs(
  x: Tensor3D,
  { normIn, attnIn, normMlpIn, mlpIn, norm1Proj }: InnerParts,
): Record<string, Tensor> {
  const { qk, v, proj } = attnIn;
  const biases = { ...(qk.bias && v.bias && { "attn_in.qk.bias": qk.bias.value, "attn_in.v.bias": v.bias.value }) };
  return {
    x,
    "norm_in.weight": normIn.weight.value,
    "norm_in.bias": normIn.bias.value,
    "attn_in.qk.weight": qk.weight.value,
    "attn_in.v.weight": v.weight.value,
    ...biases,
    "attn_in.proj.weight": proj.weight.value,
    "attn_in.proj.bias": proj.bias!.value,
    "norm_mlp_in.weight": normMlpIn.weight.value,
    "norm_mlp_in.bias": normMlpIn.bias.value,
    "mlp_in.fc1.weight": mlpIn.fc1.weight.value,
    "mlp_in.fc1.bias": mlpIn.fc1.bias!.value,
    "mlp_in.fc2.weight": mlpIn.fc2.weight.value,
    "mlp_in.fc2.bias": mlpIn.fc2.bias!.value,
    "norm1_proj.weight": norm1Proj.weight.value,
    "norm1_proj.bias": norm1Proj.bias.value,
  };
}
