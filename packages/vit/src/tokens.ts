import { type Tensor3D, add } from "@tensorflow/tfjs-core";
import { type Param, ShapeError, prependTokens } from "@tessera/core";
import type { VitConfig } from "./config.ts";

/** Tokens of an image: prefix tokens first (class, distillation, registers), then patches in row-major order. */
export interface VitFeatures {
  /** [b, prefix + rows · columns, d], after the final norm */
  tokens: Tensor3D;
  /** Tokens before the patches. */
  prefix: number;
  /** [rows, columns] of patches. */
  grid: [number, number];
}

/**
 * Tokens before the patches.
 * @throws {ShapeError} if pooling or distillation lacks its token.
 */
export function prefixLength({
  pool = "token",
  classToken = true,
  distilled = false,
  registers = 0,
}: VitConfig): number {
  if ((pool === "token" || pool === "token-and-mean") && !classToken) {
    throw new ShapeError(`Vit: expected a class token for pool "${pool}", got none; choose pool "mean" or "attention"`);
  }
  if (distilled && (pool !== "token" || !classToken)) {
    throw new ShapeError('Vit: expected a distilled model with a class token and pool "token", got another');
  }
  return (classToken ? 1 : 0) + (distilled ? 1 : 0) + registers;
}

/**
 * Learned tokens before the patches, and positions: on all of them, or on the patches alone where the table has no entry
 * for the others. patches [b, n, d], table [1, n or prefix + n, d] -> [b, prefix + n, d]
 */
export function withTokens(
  patches: Tensor3D,
  table: Tensor3D,
  covered: number,
  tokens: readonly (Param | undefined)[],
): Tensor3D {
  return covered > 0 ? add(prependTokens(patches, tokens), table) : prependTokens(add(patches, table), tokens);
}

/** DeiT's two heads, whose logits are averaged. */
export function hasTwoHeads({ distilled = false, distilledHead = true }: VitConfig): boolean {
  return distilled && distilledHead;
}
