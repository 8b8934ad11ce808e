import type { Checkpoint } from "@tessera/core";
import type { VitConfig } from "./config.ts";

/**
 * What a checkpoint's parts tell of the pooling: a norm after it means the mean, as MAE and BEiT are fine-tuned; a head that is
 * twice as wide as the tokens is that of transformers' DINOv2. Empty where it may be the variant's.
 */
export function poolFrom(tensors: Checkpoint["tensors"]): Pick<VitConfig, "pool"> {
  if (tensors.has("fc_norm.weight") && !tensors.has("norm.weight")) return { pool: "mean" };
  const [width] = tensors.get("norm.weight")?.shape ?? [];
  const [, columns] = tensors.get("head.weight")?.shape ?? [];
  return width !== undefined && columns === 2 * width ? { pool: "token-and-mean" } : {};
}
