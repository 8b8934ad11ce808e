import { type Tensor4D, dispose } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import { blockTokens } from "./block-tokens.ts";

/** The class token after a block. */
export interface TrajectoryPoint {
  path: string;
  /** Cosine with what it is in the end. */
  toLast: number;
  /** Cosine with what it was before the block; 1 for the first, before which nothing is known. */
  toPrevious: number;
  length: number;
}

/**
 * The class token's way through the blocks: when it comes to be what it is in the end, and where it turns.
 * @param image [1, h, w, c]
 * @throws {TesseraError} if the model has no class token, or no blocks.
 */
export async function classTokenTrajectory(model: Explained, image: Tensor4D): Promise<TrajectoryPoint[]> {
  if (!model.prefix) {
    throw new TesseraError(
      "classTokenTrajectory: expected a model with a class token, got one without; tokenComponents asks for none",
    );
  }
  const blocks = blockTokens(model, image);
  try {
    const tokens = await Promise.all(
      blocks.map(async (block) => (await block.tokens.data<"float32">()).slice(0, block.tokens.shape[2])),
    );
    const last = tokens.at(-1)!;
    return tokens.map((token, i) => ({
      path: blocks[i]!.path,
      toLast: cosine(token, last),
      toPrevious: cosine(token, tokens[i - 1] ?? token),
      length: Math.hypot(...token),
    }));
  } finally {
    dispose(blocks.map((block) => block.tokens));
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b) || 1);
}
