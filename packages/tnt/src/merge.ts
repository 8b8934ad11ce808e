import { type Tensor3D, add, engine, pad } from "@tensorflow/tfjs-core";
import { type Context, type LayerNorm, runOp, within } from "@tessera/core";

/**
 * Adds what a patch's words say to its token, and leaves the class token.
 * tokens [b, 1 + n, d], joined [b, n, d] -> tokens + [0, norm(joined)]; timm's legacy form has no norm.
 * Kernel `TesseraTntMerge`, with the norm's weights as `gamma` and `beta`; asked at inference only, when nobody looks.
 */
export function mergeWords(tokens: Tensor3D, joined: Tensor3D, norm: LayerNorm | undefined, ctx: Context): Tensor3D {
  const compose = () =>
    add<Tensor3D>(tokens, pad(norm ? norm.forward(joined, within(ctx, "norm2_proj")) : joined, below));
  if (ctx.capture || engine().isTapeOn()) return compose();
  const inputs = { tokens, joined, ...(norm && { gamma: norm.weight.value, beta: norm.bias.value }) };
  return runOp("TesseraTntMerge", inputs, { ...(norm && { epsilon: norm.epsilon }) }, compose);
}

/** A row of zeros before the first token. */
const below: [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 0],
];
