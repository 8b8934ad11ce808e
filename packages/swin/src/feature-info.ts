import type { FeatureInfo } from "@tessera/core";
import type { SwinConfig } from "./config.ts";
import { widthOf } from "./stage.ts";

/** Each stage, as timm lists them. */
export function featureInfo(config: SwinConfig): FeatureInfo[] {
  return config.depths.map((_, stage) => ({
    channels: widthOf(config, stage),
    reduction: config.patchSize * 2 ** stage,
    path: `layers.${stage}`,
  }));
}
