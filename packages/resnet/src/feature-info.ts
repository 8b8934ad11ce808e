import type { FeatureInfo } from "@tessera/core";
import type { ResNetConfig } from "./config.ts";
import { STEM_WIDTH, WIDTHS } from "./stages.ts";

/** The stem's convolution and each stage, as timm lists them for a ResNet. */
export function featureInfo(config: ResNetConfig): FeatureInfo[] {
  const { block, widths = WIDTHS, stem = "large", stemWidth = STEM_WIDTH, outputStride = 32 } = config;
  const expansion = block === "basic" ? 1 : 4;
  // The small stem leaves the grid as it is, so that every stage has a quarter of the usual reduction.
  const share = stem === "large" ? 1 : 1 / 4;
  const stages = widths.map((width, i) => ({
    channels: expansion * width,
    reduction: Math.min(4 * 2 ** i, outputStride) * share,
    path: `layer${i + 1}`,
  }));
  return [{ channels: stemWidth, reduction: stem === "large" ? 2 : 1, path: "bn1" }, ...stages];
}
