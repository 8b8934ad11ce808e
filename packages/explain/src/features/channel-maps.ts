import { type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { type Explained, type TokenLayout, layoutOfBlock } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";
import { blockTokens } from "./block-tokens.ts";

export interface ChannelMapsOptions {
  /** How many of a block's channels, those that vary most from patch to patch first. @default 8 */
  channels?: number;
  /** From 0, negative from the end. @default the first, the middle and the last, as in the paper */
  blocks?: readonly number[];
  /** How tokens lie, for a model that does not say it. */
  layout?: TokenLayout;
}

/** Feature maps of one block. */
export interface BlockChannels {
  path: string;
  /** From 0. */
  block: number;
  channels: { index: number; map: Heatmap }[];
}

/**
 * Feature maps: what channels of the tokens hold at each patch, block by block. Han et al. 2021 (TNT), figure 3, where a ViT's
 * lose the picture's shapes in deep blocks and a TNT's keep more of them.
 *
 * @param image [1, h, w, c]
 * @throws {TesseraError} if the model has no blocks of tokens, no such block, or does not say how they lie.
 */
export async function channelMaps(
  model: Explained,
  image: Tensor4D,
  { channels = 8, blocks: asked, layout }: ChannelMapsOptions = {},
): Promise<BlockChannels[]> {
  const blocks = blockTokens(model, image);
  try {
    const last = blocks.length - 1;
    const chosen = asked ?? [...new Set([0, Math.floor(last / 2), last])];
    const found: BlockChannels[] = [];
    for (const at of chosen) {
      const block = at < 0 ? blocks.length + at : at;
      const one = blocks[block];
      if (!one) throw new TesseraError(`channelMaps: expected a block from 0 to ${last}, got ${at}`);
      const [, n, width] = one.tokens.shape;
      const { prefix, grid } = layoutOfBlock(model, image, n, layout);
      const values = await one.tokens.data<"float32">();
      const maps = Array.from({ length: width }, (_, index) => {
        const own = Float32Array.from({ length: n - prefix }, (__, patch) => values[(prefix + patch) * width + index]!);
        return { index, map: { values: own, rows: grid[0], columns: grid[1] }, variance: varianceOf(own) };
      });
      const varying = maps.sort((a, b) => b.variance - a.variance).slice(0, channels);
      found.push({ path: one.path, block, channels: varying.map(({ index, map }) => ({ index, map })) });
    }
    return found;
  } finally {
    dispose(blocks.map(({ tokens }) => tokens));
  }
}

function varianceOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
