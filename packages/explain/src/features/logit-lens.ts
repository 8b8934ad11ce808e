import { type Tensor2D, type Tensor3D, type Tensor4D, dispose, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import { blockTokens } from "./block-tokens.ts";

/** What the head would say after a block. */
export interface LensView {
  path: string;
  /** [b, classes] */
  logits: Float32Array;
  classes: number;
}

export interface LensOptions {
  /** From tokens to the logits: [b, n, d] -> [b, classes]. @default the model's own norm, pooling and head */
  read?: (tokens: Tensor3D) => Tensor2D;
}

interface Reader {
  norm?: { forward(tokens: Tensor3D): Tensor3D };
  pool?: { forward(tokens: Tensor3D): Tensor2D[] };
  head?: { forward(pooled: Tensor2D[]): Tensor2D };
}

/**
 * Each block's tokens through the model's final norm, pooling and head: what the answer would be if the blocks ended there. nostalgebraist
 * 2020, "interpreting GPT: the logit lens".
 *
 * @throws {TesseraError} if the model has no blocks, or does not say how they are read.
 */
export async function logitLens(
  model: Explained,
  images: Tensor4D,
  { read = readerOf(model) }: LensOptions = {},
): Promise<LensView[]> {
  const blocks = blockTokens(model, images);
  try {
    const views: LensView[] = [];
    for (const { path, tokens } of blocks) {
      const logits = tidy(() => read(tokens));
      views.push({ path, logits: (await logits.data<"float32">()) as Float32Array, classes: logits.shape[1] });
      logits.dispose();
    }
    return views;
  } finally {
    dispose(blocks.map(({ tokens }) => tokens));
  }
}

function readerOf(model: Explained & Reader): (tokens: Tensor3D) => Tensor2D {
  const { norm, pool, head } = model;
  if (!pool || !head)
    throw new TesseraError(
      "logitLens: expected a model with norm, pool and head, got one of other parts; pass { read } from tokens to logits",
    );
  return (tokens) => head.forward(pool.forward(norm ? norm.forward(tokens) : tokens));
}
