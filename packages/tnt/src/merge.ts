import { type Tensor1D, type Tensor3D, add, engine, pad } from "@tensorflow/tfjs-core";
import { type Context, type LayerNorm, type Op, runOp, within } from "@tessera/core";

/** With `gamma` and `beta` the norm's weights; timm's legacy form has none, and no epsilon. */
export const tntMergeOp: Op<
  { tokens: Tensor3D; joined: Tensor3D; gamma?: Tensor1D; beta?: Tensor1D },
  { epsilon?: number },
  Tensor3D,
  "TesseraTntMerge"
> = {
  name: "TesseraTntMerge",
  inputs: { tokens: "required", joined: "required", gamma: "optional", beta: "optional" },
  gradients: [],
};

/**
 * Adds what a patch's words say to its token, and leaves the class token.
 * tokens [b, 1 + n, d], joined [b, n, d] -> tokens + [0, norm(joined)]; timm's legacy form has no norm.
 * Op `tntMergeOp`, asked at inference only, when nobody looks.
 */
export function mergeWords(tokens: Tensor3D, joined: Tensor3D, norm: LayerNorm | undefined, ctx: Context): Tensor3D {
  const compose = () =>
    add<Tensor3D>(tokens, pad(norm ? norm.forward(joined, within(ctx, "norm2_proj")) : joined, below));
  if (ctx.capture || engine().isTapeOn()) return compose();
  const inputs = {
    tokens,
    joined,
    ...(norm && { gamma: norm.weight.value as Tensor1D, beta: norm.bias.value as Tensor1D }),
  };
  return runOp(tntMergeOp, inputs, { ...(norm && { epsilon: norm.epsilon }) }, compose);
}

/** A row of zeros before the first token. */
const below: [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 0],
];
