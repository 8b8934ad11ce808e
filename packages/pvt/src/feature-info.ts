import type { FeatureInfo } from "@tessera/core";
import type { PvtConfig } from "./config.ts";

/** Each stage, as timm lists them. */
export function featureInfo({ version, widths }: PvtConfig): FeatureInfo[] {
  return widths.map((channels, stage) => ({
    channels,
    reduction: 4 * 2 ** stage,
    path: version === 1 ? `block${stage + 1}` : `stages.${stage}`,
  }));
}
