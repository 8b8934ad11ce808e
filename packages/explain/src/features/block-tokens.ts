import { type Tensor3D, type Tensor4D, keep, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";

/** What a block gives on. */
export interface BlockTokens {
  /** Such as `blocks.3`. */
  path: string;
  /** [b, n, d]; the caller's to dispose of. */
  tokens: Tensor3D;
}

/**
 * Tokens after every block, from the first to the last, by one forward.
 * @throws {TesseraError} if the model has no blocks of tokens.
 */
export function blockTokens(model: Explained, images: Tensor4D): BlockTokens[] {
  const found: BlockTokens[] = [];
  tidy(() => {
    model.forward(images, {
      capture(path, compute) {
        if (!/(^|\.)blocks\.\d+$/.test(path)) return;
        const value = compute();
        if (value.rank === 3) found.push({ path, tokens: keep(value.clone()) as Tensor3D });
      },
    });
  });
  if (found.length > 0) return found;
  throw new TesseraError(
    "blockTokens: expected a model with blocks of tokens, got one without; its paths are to be like blocks.3",
  );
}
