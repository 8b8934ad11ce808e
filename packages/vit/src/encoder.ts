import type { Tensor3D } from "@tensorflow/tfjs-core";
import { Attention, type BlockInputs, type Context, EncoderBlock, Mlp, SwiGlu, within } from "@tessera/core";
import type { VitConfig } from "./config.ts";
import { mimeticAttention } from "./mimetic.ts";

/** One block of a ViT, with the drop path rate of its place. */
export function encoderBlock(config: VitConfig, dropPath: number): EncoderBlock {
  const { width, heads, mlpDim, epsilon, dropout, activation, qkvBias, qkNorm, layerScale } = config;
  const init = config.attentionStart === "mimetic" ? mimeticAttention(heads) : undefined;
  const mlp = { width, hidden: mlpDim, dropout };
  return new EncoderBlock({
    width,
    heads,
    layerScale,
    dropPath,
    epsilon,
    attn: new Attention({ width, heads, qkvBias, qkNorm, epsilon, dropout, init }),
    mlp: config.mlp === "swiglu" ? new SwiGlu(mlp) : new Mlp({ ...mlp, activation }),
  });
}

/**
 * Tokens after each of the wanted blocks; those in between are freed on the way, so that memory does not grow with depth.
 * Takes over `x`: [b, n, d] -> one [b, n, d] for each
 */
export function throughBlocks(
  blocks: readonly EncoderBlock[],
  x: Tensor3D,
  ctx: Context,
  wanted: readonly number[],
  inputs: BlockInputs,
): Tensor3D[] {
  const seen = new Map<number, Tensor3D>();
  let current = x;
  for (const [i, block] of blocks.slice(0, Math.max(...wanted) + 1).entries()) {
    const next = block.forward(current, within(ctx, `blocks.${i}`), inputs);
    if (!seen.has(i - 1)) current.dispose();
    if (wanted.includes(i)) seen.set(i, next);
    current = next;
  }
  return wanted.flatMap((block) => seen.get(block) ?? []);
}
