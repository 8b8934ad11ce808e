import type { Tensor3D } from "@tensorflow/tfjs-core";
import { type Context, within } from "@tessera/core";
import type { TntBlock, TntState } from "./block.ts";

/**
 * Tokens after each of the wanted blocks; words, and tokens in between, are freed on the way, so that memory does not grow
 * with depth. Takes over what it is given.
 */
export function throughBlocks(
  blocks: readonly TntBlock[],
  start: TntState,
  ctx: Context,
  wanted: readonly number[],
): Tensor3D[] {
  const seen = new Map<number, Tensor3D>();
  let current = start;
  for (const [i, block] of blocks.slice(0, Math.max(...wanted) + 1).entries()) {
    const next = block.forward(current, within(ctx, `blocks.${i}`));
    current.words.dispose();
    if (!seen.has(i - 1)) current.tokens.dispose();
    if (wanted.includes(i)) seen.set(i, next.tokens);
    current = next;
  }
  current.words.dispose();
  return wanted.flatMap((block) => seen.get(block) ?? []);
}
