import { PooledStem, type TokenEmbedding, WhitenedStem } from "@tessera/core";
import type { VitConfig } from "./config.ts";

/** The stem of convolutions that a config asks for, if it does. */
export function stemOf({ stem, imageSize, width, channels }: VitConfig): TokenEmbedding | undefined {
  if (!stem) return undefined;
  const config = { imageSize, width, channels, hidden: stem.hidden };
  return stem.kind === "pooled" ? new PooledStem(config) : new WhitenedStem(config);
}

/** Pixels from one token of a stem to the next: every stage halves the grid. */
export function stemReduction({ kind, hidden }: NonNullable<VitConfig["stem"]>): number {
  return 2 ** (hidden.length + (kind === "pooled" ? 1 : 0));
}
