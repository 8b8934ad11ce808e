import { Vit } from "@tessera/vit";
import type { HybridConfig } from "./config.ts";
import { HybridEmbed } from "./hybrid-embed.ts";

/**
 * A ViT that sees the map of a ResNet in place of patches: Dosovitskiy et al. 2021, Steiner et al. 2021. Parameters have timm's
 * paths and shapes.
 */
export class Hybrid extends Vit {
  override readonly family = "hybrid";
  declare readonly config: HybridConfig;

  /** @throws {ShapeError} if an image of the native size leaves no token, or the width is not of whole heads. */
  constructor(config: HybridConfig) {
    super({ ...config, patchEmbed: () => new HybridEmbed(config) });
    this.config = { ...config };
  }
}
