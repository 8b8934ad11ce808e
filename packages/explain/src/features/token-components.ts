import { type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { type Explained, type TokenLayout, layoutOfBlock } from "../explained.ts";
import type { Picture } from "../draw/overlay.ts";
import { blockTokens } from "./block-tokens.ts";
import { principalComponents } from "./principal-components.ts";

/** Three principal components of a block's tokens, as red, green and blue. */
export interface TokenComponents {
  path: string;
  /** A pixel for each patch. */
  picture: Picture;
  /** Share of the tokens' variance that is seen. */
  explained: number;
}

/**
 * What the tokens of one picture hold, after every block: their first three principal components as colours, so that patches that the model
 * takes for alike look alike. Oquab et al. 2023 (DINOv2), figure 1.
 *
 * @param image [1, h, w, c]
 * @throws {TesseraError} if the model has no blocks of tokens, or does not say how they lie.
 */
export async function tokenComponents(
  model: Explained,
  image: Tensor4D,
  { layout }: { layout?: TokenLayout } = {},
): Promise<TokenComponents[]> {
  const blocks = blockTokens(model, image);
  try {
    const found: TokenComponents[] = [];
    for (const { path, tokens } of blocks) {
      const [, n, d] = tokens.shape;
      const own = layoutOfBlock(model, image, n, layout);
      const values = (await tokens.data<"float32">()).subarray(own.prefix * d, n * d);
      const { scores, explained } = principalComponents(values, d, 3);
      const [height, width] = own.grid;
      const data = new Uint8ClampedArray(3 * height * width);
      for (const [c, score] of scores.entries()) {
        const [least, most] = [score.reduce((a, b) => Math.min(a, b)), score.reduce((a, b) => Math.max(a, b))];
        for (const [i, value] of score.entries()) data[3 * i + c] = most > least ? (255 * (value - least)) / (most - least) : 127; // prettier-ignore
      }
      found.push({ path, picture: { width, height, data }, explained: explained.reduce((a, b) => a + b, 0) });
    }
    return found;
  } finally {
    dispose(blocks.map(({ tokens }) => tokens));
  }
}
